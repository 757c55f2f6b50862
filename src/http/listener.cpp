#include "http/listener.hpp"

#include <exception>
#include <system_error>

#include <fcntl.h>
#include <sys/socket.h>
#include <asio/ip/v6_only.hpp>
#include <asio/steady_timer.hpp>

#include "base/log.hpp"

namespace covey::http {

using asio::ip::tcp;

namespace {

/// What came by a Unix socket has no such address.
tcp::endpoint client_of(Socket& socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (::getpeername(socket.descriptor(), reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  if (address.ss_family != AF_INET && address.ss_family != AF_INET6) return {};
  std::error_code gone;
  const auto client = socket.lowest_layer().remote_endpoint(gone);
  return gone ? tcp::endpoint() : client;
}

}  // namespace

/// Connections hold on to it, so it may outlive the listener by a moment.
class Listener::Acceptance : public std::enable_shared_from_this<Listener::Acceptance> {
 public:
  Acceptance(asio::io_context& io, ListenerOptions options)
      : io_(io), options_(std::move(options)), acceptor_(io), pause_(io) {}

  void open(int bound, Connections::OnRequest on_request) {
    connections_ = std::make_unique<Connections>(io_, options_.limits, std::move(on_request),
                                                 [weak = weak_from_this()](const asio::ip::address&) {
                                                   if (const auto self = weak.lock()) self->one_less();
                                                 });
    // The protocol is a name here: a socket of any family accepts alike.
    acceptor_.assign(tcp::v4(), bound);
    acceptor_.listen();
    accept_next();
  }
  [[nodiscard]] tcp::endpoint local_endpoint() const { return acceptor_.local_endpoint(); }

  void stop() {
    std::error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    if (connections_) connections_->close_when_answered();
  }
  void cut() {
    stop();
    if (connections_) connections_->cut();
  }

 private:
  void one_less() {
    if (full_) accept_next();
  }

  void accept_next() {
    full_ = connections_->count() + handshakes_ >= options_.max_connections;
    if (full_ || !acceptor_.is_open()) return;  // those that wait are accepted when one ends
    acceptor_.async_accept([self = shared_from_this()](std::error_code error, tcp::socket socket) {
      if (!self->acceptor_.is_open()) return;
      if (error) return self->accept_later(error);
      self->take(std::move(socket));
      self->accept_next();
    });
  }

  /// Out of descriptors or memory: that passes, and the waiting client is still in the queue.
  void accept_later(std::error_code error) {
    log::warn("http: cannot accept a connection: {}", error.message());
    constexpr std::chrono::milliseconds kPause{100};
    pause_.expires_after(kPause);
    pause_.async_wait([self = shared_from_this()](std::error_code cancelled) {
      if (!cancelled) self->accept_next();
    });
  }

  void take(tcp::socket socket) {
    if (options_.admits && !options_.admits(socket.native_handle())) return;
    try {
      if (options_.tls) return shake_hands(std::make_shared<Handshake>(std::move(socket), options_.tls));
      serve(Socket(std::move(socket)));
    } catch (const std::exception& thrown) {
      log::warn("http: cannot serve a connection: {}", thrown.what());
    }
  }

  struct Handshake {
    Handshake(tcp::socket socket, const std::shared_ptr<asio::ssl::context>& context)
        : stream(std::make_unique<TlsStream>(std::move(socket), *context)),
          deadline(stream->get_executor()) {}
    std::unique_ptr<TlsStream> stream;
    asio::steady_timer deadline;
  };

  void shake_hands(const std::shared_ptr<Handshake>& handshake) {
    ++handshakes_;
    handshake->deadline.expires_after(options_.handshake_timeout);
    handshake->deadline.async_wait([weak = std::weak_ptr(handshake)](std::error_code cancelled) {
      const auto late = weak.lock();
      std::error_code ignored;
      if (!cancelled && late && late->stream) late->stream->lowest_layer().close(ignored);
    });
    handshake->stream->async_handshake(asio::ssl::stream_base::server,
                                       [self = shared_from_this(), handshake](std::error_code error) {
                                         --self->handshakes_;
                                         handshake->deadline.cancel();
                                         self->shaken(std::move(handshake->stream), error);
                                         self->one_less();
                                       });
  }

  void shaken(std::unique_ptr<TlsStream> stream, std::error_code error) {
    if (error || !acceptor_.is_open() || !stream->lowest_layer().is_open()) return;
    try {
      serve(Socket(std::move(stream), options_.tls));
    } catch (const std::exception& thrown) {
      log::warn("http: cannot serve a connection: {}", thrown.what());
    }
  }

  void serve(Socket socket) {
    const tcp::endpoint client = client_of(socket);
    connections_->serve(std::move(socket), client);
  }

  asio::io_context& io_;
  ListenerOptions options_;
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  std::unique_ptr<Connections> connections_;
  std::size_t handshakes_ = 0;
  bool full_ = false;
};

Result<int> bind_tcp(const tcp::endpoint& where) {
  asio::io_context unused;
  tcp::acceptor acceptor(unused);
  try {
    acceptor.open(where.protocol());
    ::fcntl(acceptor.native_handle(), F_SETFD, FD_CLOEXEC);
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    if (where.protocol() == tcp::v6()) acceptor.set_option(asio::ip::v6_only(true));
    acceptor.bind(where);
    acceptor.listen();  // only now the system says whether the port is free
    return acceptor.release();
  } catch (const std::system_error& refused) {
    if (refused.code() == asio::error::address_in_use) {
      return fail(ErrorCode::kAlreadyExists, "another program listens on {} port {} already",
                  where.address().to_string(), where.port());
    }
    return fail_errno(refused.code().value(),
                      fmt::format("cannot listen on {} port {}", where.address().to_string(), where.port()));
  }
}

Result<Listener> Listener::listen(asio::io_context& io, int bound, ListenerOptions options,
                                  Connections::OnRequest on_request) {
  try {
    auto acceptance = std::make_shared<Acceptance>(io, std::move(options));
    acceptance->open(bound, std::move(on_request));
    return Listener(std::move(acceptance));
  } catch (const std::exception& thrown) {
    return fail(ErrorCode::kIo, "cannot accept connections: {}", thrown.what());
  }
}

Listener::Listener(std::shared_ptr<Acceptance> acceptance) : acceptance_(std::move(acceptance)) {}

Listener& Listener::operator=(Listener&& other) noexcept {
  if (acceptance_) acceptance_->stop();
  acceptance_ = std::move(other.acceptance_);
  return *this;
}

Listener::~Listener() {
  if (acceptance_) acceptance_->stop();
}

tcp::endpoint Listener::local_endpoint() const {
  return acceptance_->local_endpoint();
}

void Listener::stop() {
  acceptance_->stop();
}

void Listener::cut() {
  acceptance_->cut();
}

}  // namespace covey::http
