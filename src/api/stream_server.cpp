#include "api/stream_server.hpp"

#include <optional>
#include <utility>

#include "api/stream_answer.hpp"
#include "base/encoding.hpp"
#include "http/listener.hpp"

namespace covey::api {

struct StreamServer::Serving {
  io::TaskGroup tasks;
  std::optional<http::Listener> listener;
  std::uint16_t port = 0;
};

Result<std::unique_ptr<StreamServer>> StreamServer::listen(asio::io_context& context, const StreamHost& host,
                                                           StreamServerOptions options) {
  TRY(const int bound, http::bind_tcp({asio::ip::address_v4::loopback(), 0}));
  constexpr std::size_t kMaxBody = 1024;  // nobody sends any
  http::ListenerOptions listening{
      .limits = {.max_body_bytes = kMaxBody,
                 .request_timeout = options.read_timeout,
                 .idle_timeout = options.read_timeout,
                 // Beyond the time that an answer waits for its source, which it ends itself.
                 .answer_timeout = options.source_timeout + std::chrono::seconds(60),
                 .write_timeout = options.write_timeout},
      .max_connections = options.max_connections};
  const std::shared_ptr<Serving> serving(new Serving{io::TaskGroup(context.get_executor()), std::nullopt});
  auto take = [weak = std::weak_ptr(serving), &host, options](http::Request request,
                                                              std::unique_ptr<http::Exchange> exchange) {
    const auto self = weak.lock();
    if (!self) return;
    self->tasks.spawn(answer_stream(host, self->port, std::move(request), std::move(exchange), options));
  };
  TRY(serving->listener, http::Listener::listen(context, bound, std::move(listening), std::move(take)));
  serving->port = serving->listener->local_endpoint().port();
  return std::unique_ptr<StreamServer>(new StreamServer(serving));
}

StreamServer::StreamServer(std::shared_ptr<Serving> serving) : serving_(std::move(serving)) {}

StreamServer::~StreamServer() {
  if (serving_) stop(*serving_);
}

void StreamServer::stop(Serving& serving) {
  serving.tasks.cancel();
  serving.listener->cut();
}

std::uint16_t StreamServer::port() const {
  return serving_->port;
}

std::string StreamServer::url(std::string_view token, std::string_view name) const {
  // Players go by the ending, and some look for it before they decode.
  std::string shown = percent_encoded(name);
  for (auto at = shown.find("%2E"); at != std::string::npos; at = shown.find("%2E", at))
    shown.replace(at, 3, ".");
  return fmt::format("http://127.0.0.1:{}/stream/{}/{}", port(), token, shown);
}

io::Awaitable<void> StreamServer::close() {
  const auto serving = std::exchange(serving_, nullptr);
  if (!serving) co_return;
  stop(*serving);
  co_await serving->tasks.join();
}

}  // namespace covey::api
