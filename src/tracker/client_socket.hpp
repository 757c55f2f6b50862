#pragma once
// ClientSocket: a TLS connection after its handshake, in the form in which RESTinio reads and writes sockets.
//
// RESTinio knows one time limit for "idle" and "in the middle of a request". This socket notes when the bytes
// of a request began to come, so that the two can differ (see HttpConnections). Network thread.

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/ssl/stream.hpp>

namespace covey::tracker {

/// Since when a request has been arriving; shared by a socket and the table of connections.
struct Arrival {
  std::optional<std::chrono::steady_clock::time_point> began;
};

class ClientSocket {
 public:
  using TlsStream = asio::ssl::stream<asio::ip::tcp::socket>;
  using executor_type = asio::any_io_executor;

  ClientSocket(std::unique_ptr<TlsStream> stream, std::shared_ptr<asio::ssl::context> context)
      : context_(std::move(context)), stream_(std::move(stream)), arrival_(std::make_shared<Arrival>()) {}

  [[nodiscard]] std::shared_ptr<Arrival> arrival() const { return arrival_; }
  [[nodiscard]] int descriptor() { return stream_->lowest_layer().native_handle(); }

  // What follows has the names that RESTinio and Asio call.
  auto& lowest_layer() { return stream_->lowest_layer(); }
  executor_type get_executor() { return stream_->get_executor(); }
  [[nodiscard]] bool is_open() const { return stream_->lowest_layer().is_open(); }
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
    stream_->async_read_some(buffers, [arrival = arrival_, handler = std::forward<Handler>(handler)](
                                          const std::error_code& error, std::size_t bytes) mutable {
      if (bytes > 0 && !arrival->began) arrival->began = std::chrono::steady_clock::now();
      handler(error, bytes);
    });
  }
  template <typename Buffers, typename Handler>
  auto async_write_some(const Buffers& buffers, Handler&& handler) {
    return stream_->async_write_some(buffers, std::forward<Handler>(handler));
  }

 private:
  std::shared_ptr<asio::ssl::context> context_;
  std::unique_ptr<TlsStream> stream_;
  std::shared_ptr<Arrival> arrival_;
};

}  // namespace covey::tracker
