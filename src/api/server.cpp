#include "api/server.hpp"

#include <utility>

#include "api/pending_requests.hpp"
#include "api/unix_socket.hpp"
#include "base/log.hpp"
#include "http/listener.hpp"

namespace covey::api {
namespace {

bool is_of_this_user(int descriptor) {
  if (peer_is_same_user(descriptor)) return true;
  log::warn("api: a process of another user tried to connect and was refused");
  return false;
}

}  // namespace

struct Server::Serving {
  UnixSocket path;
  std::shared_ptr<PendingRequests> requests;
  http::Listener listener;
};

Result<Server> Server::listen(asio::io_context& io, Service& service, const std::filesystem::path& socket,
                              ServerOptions options) {
  TRY(UnixSocket bound, UnixSocket::bind(socket));
  const auto requests = std::make_shared<PendingRequests>(io, service, options.requests, From::kSocket);
  http::ListenerOptions listening{
      // Bodies up to the routes' limits are served, somewhat larger ones are read and refused with an answer.
      .limits = {.max_body_bytes = kMaxReadBytes,
                 .max_target_bytes = kMaxTargetBytes,
                 .request_timeout = options.read_timeout,
                 .idle_timeout = options.read_timeout,
                 .answer_timeout = options.answer_timeout,
                 .write_timeout = options.write_timeout},
      .max_connections = options.max_connections,
      .admits = is_of_this_user};
  const int descriptor = bound.release_descriptor();
  auto listener =
      http::Listener::listen(io, descriptor, std::move(listening),
                             [requests](http::Request request, std::unique_ptr<http::Exchange> exchange) {
                               requests->take(std::move(request), std::move(exchange));
                             });
  if (!listener) return std::unexpected(in_context(listener.error(), socket.string()));
  return Server(std::unique_ptr<Serving>(new Serving{std::move(bound), requests, std::move(*listener)}));
}

Server::Server(std::unique_ptr<Serving> serving) : serving_(std::move(serving)) {}
Server::Server(Server&&) noexcept = default;

Server::~Server() {
  if (serving_) serving_->requests->close();
}

asio::awaitable<void> Server::close() {
  const auto serving = std::exchange(serving_, nullptr);
  if (!serving) co_return;
  serving->listener.stop();
  serving->requests->close();
  const auto requests = serving->requests;
  co_await requests->all_done();
}

}  // namespace covey::api
