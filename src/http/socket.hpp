#pragma once
// Socket: a connected stream socket, plain or with TLS after its handshake, in the form in which RESTinio
// reads and writes sockets.
//
// RESTinio knows one time limit for "idle" and "in the middle of a request". This socket notes when the bytes
// of a request began to come, so that the two can differ (see Connections). Network thread.

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/ssl/stream.hpp>

namespace covey::http {

using TlsStream = asio::ssl::stream<asio::ip::tcp::socket>;

/// Since when a request has been arriving; shared by a socket and the table of connections.
struct Arrival {
  std::optional<std::chrono::steady_clock::time_point> began;
};

class Socket {
 public:
  using executor_type = asio::any_io_executor;

  /// Of any family: the protocol in the type is a name only.
  explicit Socket(asio::ip::tcp::socket plain)
      : plain_(std::make_unique<asio::ip::tcp::socket>(std::move(plain))) {}
  Socket(std::unique_ptr<TlsStream> stream, std::shared_ptr<asio::ssl::context> context)
      : context_(std::move(context)), tls_(std::move(stream)) {}

  [[nodiscard]] std::shared_ptr<Arrival> arrival() const { return arrival_; }
  [[nodiscard]] int descriptor() { return lowest_layer().native_handle(); }

  // What follows has the names that RESTinio and Asio call.
  asio::ip::tcp::socket::lowest_layer_type& lowest_layer() {
    return tls_ ? tls_->lowest_layer() : plain_->lowest_layer();
  }
  executor_type get_executor() { return lowest_layer().get_executor(); }
  [[nodiscard]] bool is_open() const {
    return tls_ ? tls_->lowest_layer().is_open() : plain_->lowest_layer().is_open();
  }
  template <typename... Arguments>
  void cancel(Arguments&&... arguments) {
    lowest_layer().cancel(std::forward<Arguments>(arguments)...);
  }
  template <typename... Arguments>
  void shutdown(Arguments&&... arguments) {
    lowest_layer().shutdown(std::forward<Arguments>(arguments)...);
  }
  template <typename... Arguments>
  void close(Arguments&&... arguments) {
    lowest_layer().close(std::forward<Arguments>(arguments)...);
  }
  template <typename Buffers, typename Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    auto noting = [arrival = arrival_, handler = std::forward<Handler>(handler)](const std::error_code& error,
                                                                                 std::size_t bytes) mutable {
      if (bytes > 0 && !arrival->began) arrival->began = std::chrono::steady_clock::now();
      handler(error, bytes);
    };
    tls_ ? tls_->async_read_some(buffers, std::move(noting))
         : plain_->async_read_some(buffers, std::move(noting));
  }
  template <typename Buffers, typename Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    tls_ ? tls_->async_write_some(buffers, std::forward<Handler>(handler))
         : plain_->async_write_some(buffers, std::forward<Handler>(handler));
  }

 private:
  std::shared_ptr<asio::ssl::context> context_;
  std::unique_ptr<TlsStream> tls_;
  std::unique_ptr<asio::ip::tcp::socket> plain_;
  std::shared_ptr<Arrival> arrival_ = std::make_shared<Arrival>();
};

}  // namespace covey::http
