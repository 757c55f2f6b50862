#pragma once
// Listener: accepts TCP connections and brings them through the TLS handshake. It refuses, by closing, what
// is above the limits: connections in all and of one address, handshakes of one address in time; a handshake
// has a deadline. When the process runs out of descriptors it pauses and goes on. Network thread.

#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/ssl/context.hpp>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/socket.hpp"
#include "io/task_group.hpp"
#include "tracker/limits.hpp"
#include "tracker/metrics.hpp"
#include "tracker/rate_limit.hpp"

namespace covey::tracker {

class Listener {
 public:
  /// Takes over what has shaken hands; throws what the system refuses.
  using OnConnection = std::function<void(http::Socket, const asio::ip::tcp::endpoint&)>;

  Listener(asio::io_context& io, std::shared_ptr<asio::ssl::context> tls, const Limits& limits, Clock& clock,
           Metrics& metrics, OnConnection on_connection);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener();

  /// Listens there too, at once. The endpoint that it became; kAlreadyExists when the port is taken.
  Result<asio::ip::tcp::endpoint> listen(const asio::ip::tcp::endpoint& where);

  /// A connection that was handed over has ended.
  void connection_closed(const asio::ip::address& client);

  /// Accepts no more and ends the handshakes.
  void stop();
  io::Awaitable<void> join() { return tasks_.join(); }

 private:
  io::Awaitable<void> accept_from(std::shared_ptr<asio::ip::tcp::acceptor> acceptor);
  io::Awaitable<void> shake_hands(asio::ip::tcp::socket socket, asio::ip::tcp::endpoint client);
  /// Whether a connection may be taken; then it is counted.
  bool admit(const asio::ip::address& client);

  asio::io_context& io_;
  std::shared_ptr<asio::ssl::context> tls_;
  const Limits& limits_;
  Clock& clock_;
  Metrics& metrics_;
  OnConnection on_connection_;
  RateLimit<ClientKey> handshakes_;
  std::size_t connections_ = 0;
  std::unordered_map<ClientKey, std::size_t> of_address_;
  std::vector<std::shared_ptr<asio::ip::tcp::acceptor>> acceptors_;
  io::TaskGroup tasks_;
};

}  // namespace covey::tracker
