#pragma once
// HttpConnections: HTTP/1.1 on TLS connections that somebody else has accepted, by RESTinio's connections.
//
// RESTinio's own server is not used: it stops accepting for good when the process has once run out of
// descriptors, has no limits by address, and no deadline for handshakes (listener.hpp has them). Network
// thread.

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

#include <asio/io_context.hpp>

#include "tracker/client_socket.hpp"
#include "tracker/http.hpp"

namespace covey::tracker {

struct HttpLimits {
  /// Above it the connection is closed without an answer; other limits are fixed in the source.
  std::size_t max_body_bytes;
  /// For a whole request to arrive, from its first byte.
  std::chrono::milliseconds request_timeout;
  /// For a connection without a request.
  std::chrono::milliseconds idle_timeout;
  /// From a request to its answer, and between the parts of one.
  std::chrono::milliseconds answer_timeout;
  /// For the other side to take one write.
  std::chrono::milliseconds write_timeout;
};

class HttpConnections {
 public:
  using OnRequest = std::function<void(Request, std::unique_ptr<Exchange>)>;
  using OnClosed = std::function<void(const asio::ip::address&)>;

  /// Calls `on_closed` after each connection that ended. The callbacks live as long as any connection.
  HttpConnections(asio::io_context& io, const HttpLimits& limits, OnRequest on_request, OnClosed on_closed);
  HttpConnections(const HttpConnections&) = delete;
  HttpConnections& operator=(const HttpConnections&) = delete;
  ~HttpConnections();

  /// Throws if the system refuses it.
  void serve(ClientSocket socket, const asio::ip::tcp::endpoint& client);

  /// Open now.
  [[nodiscard]] std::size_t count() const;

  /// Lets each connection finish its answer, then close.
  void close_when_answered();

 private:
  class Http;
  std::unique_ptr<Http> http_;
};

}  // namespace covey::tracker
