#include "tracker/listener.hpp"

#include <exception>

#include <fcntl.h>
#include <asio/ip/v6_only.hpp>

#include "base/log.hpp"

namespace covey::tracker {
namespace {

constexpr std::chrono::milliseconds kPauseWithoutDescriptors{100};

/// Of this one connection; others go on.
bool is_of_the_client(const std::error_code& error) {
  return error == asio::error::connection_aborted || error == asio::error::connection_reset;
}

}  // namespace

Listener::Listener(asio::io_context& io, std::shared_ptr<asio::ssl::context> tls, const Limits& limits,
                   Clock& clock, Metrics& metrics, OnConnection on_connection)
    : io_(io),
      tls_(std::move(tls)),
      limits_(limits),
      clock_(clock),
      metrics_(metrics),
      on_connection_(std::move(on_connection)),
      handshakes_(limits.handshakes_of_one_address, limits.remembered),
      tasks_(io.get_executor()) {}

Listener::~Listener() = default;

Result<asio::ip::tcp::endpoint> Listener::listen(const asio::ip::tcp::endpoint& where) {
  auto acceptor = std::make_shared<asio::ip::tcp::acceptor>(io_);
  try {
    acceptor->open(where.protocol());
    ::fcntl(acceptor->native_handle(), F_SETFD, FD_CLOEXEC);
    acceptor->set_option(asio::ip::tcp::acceptor::reuse_address(true));
    if (where.protocol() == asio::ip::tcp::v6()) acceptor->set_option(asio::ip::v6_only(true));
    acceptor->bind(where);
    acceptor->listen();
  } catch (const std::system_error& refused) {
    return fail_errno(refused.code().value(),
                      fmt::format("cannot listen on {} port {}", where.address().to_string(), where.port()));
  }
  const auto local = acceptor->local_endpoint();
  acceptors_.push_back(acceptor);
  tasks_.spawn(accept_from(std::move(acceptor)));
  return local;
}

void Listener::connection_closed(const asio::ip::address& client) {
  --connections_;
  metrics_.connections = connections_;
  const auto found = of_address_.find(client_key(client));
  if (found != of_address_.end() && --found->second == 0) of_address_.erase(found);
}

void Listener::stop() {
  std::error_code ignored;
  for (const auto& acceptor : acceptors_) acceptor->close(ignored);
  tasks_.cancel();
}

bool Listener::admit(const asio::ip::address& client) {
  const ClientKey key = client_key(client);
  const auto found = of_address_.find(key);
  const std::size_t held = found == of_address_.end() ? 0 : found->second;
  if (connections_ >= limits_.connections || held >= limits_.connections_of_one_address ||
      handshakes_.take(key, 1, clock_.steady())) {
    ++metrics_.refused_connections;
    return false;
  }
  ++connections_;
  metrics_.connections = connections_;
  ++of_address_[key];
  return true;
}

io::Awaitable<void> Listener::accept_from(std::shared_ptr<asio::ip::tcp::acceptor> acceptor) {
  while (acceptor->is_open()) {
    asio::ip::tcp::endpoint client;
    auto [error, socket] = co_await acceptor->async_accept(client, io::kNoThrow);
    const bool stopped = co_await io::cancelled();
    if (stopped || !acceptor->is_open()) co_return;
    if (error && is_of_the_client(error)) continue;
    if (error) {
      // Out of descriptors or memory: that passes, and the waiting client is still in the queue.
      log::warn("cannot accept a connection: {}", error.message());
      const auto slept = co_await io::sleep_for(kPauseWithoutDescriptors);
      if (!slept) co_return;
      continue;
    }
    if (!admit(client.address())) continue;  // closed as it goes
    tasks_.spawn(shake_hands(std::move(socket), client));
  }
}

io::Awaitable<void> Listener::shake_hands(asio::ip::tcp::socket socket, asio::ip::tcp::endpoint client) {
  std::error_code ignored;
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  std::unique_ptr<http::TlsStream> stream;
  try {
    stream = std::make_unique<http::TlsStream>(std::move(socket), *tls_);
  } catch (const std::exception& thrown) {
    log::warn("cannot serve a connection: {}", thrown.what());
    connection_closed(client.address());
    co_return;
  }
  asio::steady_timer deadline(io_, limits_.handshake_timeout);
  // The timer may have fired before it is cancelled; the stream may be somebody else's, or gone, by then.
  const auto over = std::make_shared<bool>(false);
  deadline.async_wait([raw = stream.get(), over](std::error_code cancelled) {
    std::error_code closing;
    if (!cancelled && !*over) raw->lowest_layer().close(closing);
  });
  const auto [error] = co_await stream->async_handshake(asio::ssl::stream_base::server, io::kNoThrow);
  *over = true;
  deadline.cancel();
  const bool stopped = co_await io::cancelled();
  bool served = false;
  if (!error && !stopped && stream->lowest_layer().is_open()) {
    try {
      on_connection_(http::Socket(std::move(stream), tls_), client);
      served = true;
    } catch (const std::exception& thrown) {
      log::warn("cannot serve a connection: {}", thrown.what());
    }
  }
  if (error) ++metrics_.failed_handshakes;
  if (!served) connection_closed(client.address());
}

}  // namespace covey::tracker
