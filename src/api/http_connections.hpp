#pragma once
// HttpConnections: HTTP/1.1 on sockets that somebody else has accepted, by RESTinio's connections.
//
// RESTinio's own server is not used: it listens on TCP only, and stops accepting for good when the process
// has once run out of descriptors. Its connections do not care where a stream socket came from, so they serve
// Unix sockets and TCP alike. Network thread.

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

#include <asio/io_context.hpp>

#include "api/http.hpp"

namespace covey::api {

struct HttpLimits {
  /// Above it the connection is closed without an answer; other limits are fixed in the source.
  std::size_t max_body_bytes;
  /// For a whole request to arrive, and how long an idle connection is kept.
  std::chrono::milliseconds read_timeout;
  /// From a request to its answer, and between the parts of one.
  std::chrono::milliseconds answer_timeout;
  /// For the other side to take one write.
  std::chrono::milliseconds write_timeout;
};

class HttpConnections {
 public:
  using OnRequest = std::function<void(HttpRequest, std::unique_ptr<Exchange>)>;
  using OnClosed = std::function<void()>;

  /// Calls `on_closed` after each connection that ended. The callbacks live as long as any connection.
  HttpConnections(asio::io_context& io, HttpLimits limits, OnRequest on_request, OnClosed on_closed);
  HttpConnections(const HttpConnections&) = delete;
  HttpConnections& operator=(const HttpConnections&) = delete;
  ~HttpConnections();

  /// Serves a connected stream socket, of which it takes ownership. Throws if the system refuses it.
  void serve(int descriptor);

  /// Open now.
  [[nodiscard]] std::size_t count() const;

  /// Lets each connection finish its answer, then close.
  void close_when_answered();
  /// Cuts them all, in the middle of an answer too.
  void cut();

 private:
  class Http;
  std::unique_ptr<Http> http_;
};

}  // namespace covey::api
