#pragma once
// StreamServer: files for players on this machine: HTTP with ranges on a loopback port of the system's
// choice, beside the API's socket.
//
// Who may read is decided by the token in the path alone: /stream/TOKEN/NAME. A request that names another
// host is refused, so that no web page reaches it by a name that leads here. What a client can take is
// bounded: connections, one part of a file in memory for each, and the time that it may stand still.
// Network thread; `co_await close()` before the host goes.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <asio/io_context.hpp>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "io/task_group.hpp"

namespace covey::api {

/// A file's bytes, which may have yet to come.
class StreamedBytes {
 public:
  virtual ~StreamedBytes() = default;
  /// 1 to `at_most` bytes from `offset`, below the size, on. Empty when none has come for a while: whoever
  /// still wants them asks again.
  virtual io::Awaitable<Result<Bytes>> read(std::uint64_t offset, std::size_t at_most) = 0;
};

struct StreamedFile {
  std::string name;  // without its folders
  std::uint64_t size = 0;
  std::shared_ptr<StreamedBytes> bytes;
};

class StreamHost {
 public:
  virtual ~StreamHost() = default;
  /// The file that a token stands for; compared in constant time.
  [[nodiscard]] virtual std::optional<StreamedFile> find_stream(std::string_view token) const = 0;
};

struct StreamServerOptions {
  std::size_t max_connections = 32;
  std::chrono::milliseconds read_timeout{10'000};
  /// For the next bytes to come.
  std::chrono::milliseconds source_timeout{600'000};
  /// For a client to take a part; a player that is paused takes none.
  std::chrono::milliseconds write_timeout{3'600'000};
};

class StreamServer {
 public:
  /// On 127.0.0.1. `host` outlives it.
  static Result<std::unique_ptr<StreamServer>> listen(asio::io_context& context, const StreamHost& host,
                                                      StreamServerOptions options = {});
  StreamServer(const StreamServer&) = delete;
  StreamServer& operator=(const StreamServer&) = delete;
  ~StreamServer();

  [[nodiscard]] std::uint16_t port() const;
  /// "http://127.0.0.1:40123/stream/TOKEN/NAME"
  [[nodiscard]] std::string url(std::string_view token, std::string_view name) const;
  /// Cuts the connections and waits for what works on them.
  io::Awaitable<void> close();

 private:
  struct Serving;
  explicit StreamServer(std::shared_ptr<Serving> serving);
  static void stop(Serving& serving);
  std::shared_ptr<Serving> serving_;
};

}  // namespace covey::api
