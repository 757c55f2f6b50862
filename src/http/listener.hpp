#pragma once
// Listener: accepts connections on one socket, brings them through the TLS handshake where there is one, and
// has them served. At most so many at a time: those above wait in the system's queue until one ends. When the
// process runs out of descriptors it pauses and goes on. Network thread; `co_await close()` before what its
// callbacks refer to goes.

#include <functional>
#include <memory>

#include <asio/ssl/context.hpp>

#include "base/result.hpp"
#include "http/connections.hpp"
#include "io/coroutine.hpp"

namespace covey::http {

struct ListenerOptions {
  Limits limits;
  std::size_t max_connections;
  std::shared_ptr<asio::ssl::context> tls = nullptr;  // null: plain
  std::chrono::milliseconds handshake_timeout{10'000};
  /// Whether a connection may be served at all; none: every one.
  std::function<bool(int descriptor)> admits = nullptr;
};

/// A bound socket of this address. kAlreadyExists when it is taken.
Result<int> bind_tcp(const asio::ip::tcp::endpoint& where);

class Listener {
 public:
  /// `bound` is a stream socket of any family that it takes ownership of. kIo.
  static Result<Listener> listen(asio::io_context& io, int bound, ListenerOptions options,
                                 Connections::OnRequest on_request);
  Listener(Listener&&) noexcept = default;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  Listener& operator=(Listener&&) noexcept;
  ~Listener();

  /// Of a TCP socket.
  [[nodiscard]] asio::ip::tcp::endpoint local_endpoint() const;
  /// Accepts no more; connections finish their answers.
  void stop();
  /// Accepts no more and cuts the connections.
  void cut();

 private:
  class Acceptance;
  explicit Listener(std::shared_ptr<Acceptance> acceptance);
  std::shared_ptr<Acceptance> acceptance_;
};

}  // namespace covey::http
