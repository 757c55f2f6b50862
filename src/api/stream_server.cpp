#include "api/stream_server.hpp"

#include <system_error>
#include <utility>

#include <asio/ip/tcp.hpp>

#include "api/stream_answer.hpp"
#include "base/encoding.hpp"
#include "base/log.hpp"

namespace covey::api {

using asio::ip::tcp;

class StreamServer::Listener : public std::enable_shared_from_this<StreamServer::Listener> {
 public:
  Listener(asio::io_context& context, const StreamHost& host, const StreamServerOptions& options)
      : host_(&host),
        options_(options),
        tasks_(context.get_executor()),
        acceptor_(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
        pause_(context) {}

  void open(asio::io_context& context) {
    constexpr std::size_t kMaxBody = 1024;  // nobody sends any
    // Beyond the time that an answer waits for its source, which it ends itself.
    const auto answer_timeout = options_.source_timeout + std::chrono::seconds(60);
    connections_ = std::make_unique<HttpConnections>(
        context, HttpLimits{kMaxBody, options_.read_timeout, answer_timeout, options_.write_timeout},
        [weak = weak_from_this()](HttpRequest request, std::unique_ptr<Exchange> exchange) {
          if (const auto self = weak.lock()) self->take(std::move(request), std::move(exchange));
        },
        [weak = weak_from_this()] {
          if (const auto self = weak.lock(); self && self->full_) self->accept_next();
        });
    accept_next();
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }

  void stop() {
    std::error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    tasks_.cancel();
    if (connections_) connections_->cut();
  }
  io::TaskGroup& tasks() { return tasks_; }

 private:
  void take(HttpRequest request, std::unique_ptr<Exchange> exchange) {
    tasks_.spawn(answer_stream(*host_, port_, std::move(request), std::move(exchange), options_));
  }

  void accept_next() {
    full_ = connections_->count() >= options_.max_connections;
    if (full_ || !acceptor_.is_open()) return;  // those that wait are accepted when one ends
    acceptor_.async_accept([self = shared_from_this()](std::error_code error, tcp::socket socket) {
      if (!self->acceptor_.is_open()) return;
      if (error) return self->accept_later(error);
      try {
        self->connections_->serve(socket.release());
      } catch (const std::exception& thrown) {
        log::warn("stream: cannot serve a connection: {}", thrown.what());
      }
      self->accept_next();
    });
  }

  /// Out of descriptors or memory: that passes.
  void accept_later(std::error_code error) {
    log::warn("stream: cannot accept a connection: {}", error.message());
    constexpr std::chrono::milliseconds kPause{100};
    pause_.expires_after(kPause);
    pause_.async_wait([self = shared_from_this()](std::error_code cancelled) {
      if (!cancelled) self->accept_next();
    });
  }

  const StreamHost* host_;
  StreamServerOptions options_;
  io::TaskGroup tasks_;
  tcp::acceptor acceptor_;
  std::uint16_t port_ = acceptor_.local_endpoint().port();
  asio::steady_timer pause_;
  std::unique_ptr<HttpConnections> connections_;
  bool full_ = false;
};

Result<std::unique_ptr<StreamServer>> StreamServer::listen(asio::io_context& context, const StreamHost& host,
                                                           StreamServerOptions options) {
  try {
    auto listener = std::make_shared<Listener>(context, host, options);
    listener->open(context);
    return std::unique_ptr<StreamServer>(new StreamServer(std::move(listener)));
  } catch (const std::exception& thrown) {
    return fail(ErrorCode::kIo, "cannot listen on 127.0.0.1 for players: {}", thrown.what());
  }
}

StreamServer::StreamServer(std::shared_ptr<Listener> listener) : listener_(std::move(listener)) {}

StreamServer::~StreamServer() {
  if (listener_) listener_->stop();
}

std::uint16_t StreamServer::port() const {
  return listener_->port();
}

std::string StreamServer::url(std::string_view token, std::string_view name) const {
  // Players go by the ending, and some look for it before they decode.
  std::string shown = percent_encoded(name);
  for (auto at = shown.find("%2E"); at != std::string::npos; at = shown.find("%2E", at))
    shown.replace(at, 3, ".");
  return fmt::format("http://127.0.0.1:{}/stream/{}/{}", port(), token, shown);
}

io::Awaitable<void> StreamServer::close() {
  const auto listener = std::exchange(listener_, nullptr);
  if (!listener) co_return;
  listener->stop();
  co_await listener->tasks().join();
}

}  // namespace covey::api
