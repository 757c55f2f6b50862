#pragma once
// Server: the HTTP API of a running peer on a Unix socket; docs/spec/api.yaml. It runs on the io_context of
// the network thread and calls the Service there.
//
// Only the user who runs the daemon, and root, get in: the socket has mode 0600 and each connection's user is
// asked of the kernel. What a client can take is bounded: connections, event streams, bytes of a request and
// of events that wait, and the time for each read, request and write.
//
// Construction and all functions: network thread, or before it runs. `co_await close()` before the Service
// goes; the destructor alone is enough only after the io_context has stopped for good.

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>

#include "api/pending_requests.hpp"
#include "api/service.hpp"
#include "base/result.hpp"

namespace covey::api {

struct ServerOptions {
  std::size_t max_connections = 64;
  RequestLimits requests;
  /// For a whole request to arrive, and how long an idle connection is kept.
  std::chrono::milliseconds read_timeout{10'000};
  /// For the Service to answer; above the heartbeat.
  std::chrono::milliseconds answer_timeout{60'000};
  /// For a reader to take one write.
  std::chrono::milliseconds write_timeout{30'000};
};

class Server {
 public:
  /// Serves on `socket`, in a folder that exists. kAlreadyExists if a daemon serves there already.
  static Result<Server> listen(asio::io_context& io, Service& service, const std::filesystem::path& socket,
                               ServerOptions options = {});

  Server(Server&&) noexcept;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  Server& operator=(Server&&) = delete;
  ~Server();

  /// Stops accepting, ends the event streams, cancels the requests that the Service still works on and waits
  /// for them. The socket's path is free afterwards.
  asio::awaitable<void> close();

 private:
  struct Serving;
  explicit Server(std::unique_ptr<Serving> serving);

  std::unique_ptr<Serving> serving_;
};

}  // namespace covey::api
