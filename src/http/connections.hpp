#pragma once
// Connections: HTTP/1.1 on sockets that somebody else has accepted, by RESTinio's connections.
//
// RESTinio's own server is not used: it listens on TCP only, stops accepting for good when the process has
// once run out of descriptors, and has no deadline for handshakes. Its connections do not care where a stream
// socket came from, so they serve Unix sockets, TCP and TLS alike. Network thread.

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

#include <asio/io_context.hpp>

#include "http/message.hpp"
#include "http/socket.hpp"

namespace covey::http {

struct Limits {
  /// Above it the connection is closed without an answer; other limits are fixed in the source.
  std::size_t max_body_bytes;
  std::size_t max_target_bytes = std::size_t{8} << 10;
  /// For a whole request to arrive, from its first byte.
  std::chrono::milliseconds request_timeout;
  /// For a connection without a request.
  std::chrono::milliseconds idle_timeout;
  /// From a request to its answer, and between the parts of one.
  std::chrono::milliseconds answer_timeout;
  /// For the other side to take one write.
  std::chrono::milliseconds write_timeout;
};

class Connections {
 public:
  using OnRequest = std::function<void(Request, std::unique_ptr<Exchange>)>;
  using OnClosed = std::function<void(const asio::ip::address&)>;

  /// Calls `on_closed` after each connection that ended. The callbacks live as long as any connection.
  Connections(asio::io_context& io, const Limits& limits, OnRequest on_request, OnClosed on_closed);
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;
  ~Connections();

  /// Throws if the system refuses it. `client` is what requests then say.
  void serve(Socket socket, const asio::ip::tcp::endpoint& client);

  /// Open now.
  [[nodiscard]] std::size_t count() const;

  /// Lets each connection finish its answer, then close.
  void close_when_answered();
  /// Cuts them all, in the middle of an answer too.
  void cut();

 private:
  class Library;
  std::unique_ptr<Library> library_;
};

}  // namespace covey::http
