#include "api/server.hpp"

#include <exception>
#include <list>
#include <set>
#include <system_error>
#include <utility>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/co_spawn.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include "api/event_stream.hpp"
#include "api/http_connections.hpp"
#include "api/routes.hpp"
#include "api/unix_socket.hpp"
#include "base/log.hpp"

namespace covey::api {
namespace {

using LocalAcceptor = asio::local::stream_protocol::acceptor;
using LocalSocket = asio::local::stream_protocol::socket;

/// The requests in work, from their arrival to their answer. Connections hold on to it, so it may outlive the
/// server by a moment.
class Requests : public std::enable_shared_from_this<Requests> {
 public:
  Requests(asio::io_context& io, Service& service, const ServerOptions& options)
      : io_(io), service_(service), options_(options), changed_(io, asio::steady_timer::time_point::max()) {}

  void take(HttpRequest request, std::unique_ptr<Exchange> exchange) {
    if (closing_) {
      const Error error{ErrorCode::kUnreachable, "the daemon is shutting down"};
      exchange->respond(error_response(503, error), {});
    } else if (const auto filter = event_stream_wanted(request)) {
      start_stream(*exchange, *filter);
    } else {
      start_task(std::move(exchange), std::move(request));
    }
  }

  void close() {
    closing_ = true;
    const auto streams = streams_;  // each takes itself out
    for (const auto& stream : streams) stream->end();
    for (asio::cancellation_signal& task : tasks_) task.emit(asio::cancellation_type::terminal);
  }

  asio::awaitable<void> all_done() {
    std::error_code woken;
    while (!tasks_.empty()) co_await changed_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  }

 private:
  void start_stream(Exchange& exchange, const EventFilter& filter) {
    if (streams_.size() >= options_.max_event_streams) {
      const Error error{ErrorCode::kLimitExceeded, "too many readers of the event stream: close one of them"};
      exchange.respond(error_response(error), {});
      return;
    }
    auto self_of_stream = std::make_shared<std::weak_ptr<EventStream>>();
    auto forget = [weak = weak_from_this(), self_of_stream] {
      if (const auto self = weak.lock()) self->streams_.erase(self_of_stream->lock());
    };
    const EventStream::Limits limits{options_.max_waiting_event_bytes, options_.heartbeat};
    const auto stream = std::make_shared<EventStream>(
        io_, filter, exchange.respond_in_parts("application/x-ndjson"), limits, std::move(forget));
    *self_of_stream = stream;
    streams_.insert(stream);
    stream->start(service_);
  }

  void start_task(std::unique_ptr<Exchange> exchange, HttpRequest request) {
    const auto task = tasks_.emplace(tasks_.end());
    auto finished = [self = shared_from_this(), task](const std::exception_ptr& /*logged in serve*/) {
      self->tasks_.erase(task);
      self->changed_.cancel();
    };
    asio::co_spawn(io_, serve(shared_from_this(), std::move(exchange), std::move(request)),
                   asio::bind_cancellation_slot(task->slot(), std::move(finished)));
  }

  static asio::awaitable<void> serve(std::shared_ptr<Requests> self, std::unique_ptr<Exchange> exchange,
                                     HttpRequest request) {
    // A cancelled wait shall come back as an error of the Service, which is then answered like any other.
    co_await asio::this_coro::throw_if_cancelled(false);
    HttpResponse response;
    try {
      response = co_await answer(self->service_, std::move(request));
    } catch (const std::exception& thrown) {
      log::error("api: a request failed: {}", thrown.what());
      response =
          error_response({ErrorCode::kInternal, "the daemon failed on this request; its log says more"});
    }
    std::function<void()> when_written;
    if (response.stop_afterwards) {
      // Later: stopping may take this server down, while its connection reports in the middle of its work.
      when_written = [self] {
        asio::post(self->io_, [self] {
          if (!self->closing_) self->service_.stop();
        });
      };
    }
    exchange->respond(std::move(response), std::move(when_written));
  }

  asio::io_context& io_;
  Service& service_;
  ServerOptions options_;
  std::set<std::shared_ptr<EventStream>> streams_;
  std::list<asio::cancellation_signal> tasks_;
  asio::steady_timer changed_;  // cancelled whenever a task ends
  bool closing_ = false;
};

}  // namespace

class Server::Listener : public std::enable_shared_from_this<Server::Listener> {
 public:
  Listener(asio::io_context& io, Service& service, UnixSocket path, const ServerOptions& options)
      : options_(options),
        path_(std::move(path)),
        requests_(std::make_shared<Requests>(io, service, options)),
        acceptor_(io),
        pause_(io) {}

  void open(asio::io_context& io) {
    connections_ = std::make_unique<HttpConnections>(
        io,
        // Bodies up to kMaxBodyBytes are served, up to twice as many are read and refused with an answer.
        HttpLimits{2 * kMaxBodyBytes, options_.read_timeout, options_.answer_timeout, options_.write_timeout},
        [requests = requests_](HttpRequest request, std::unique_ptr<Exchange> exchange) {
          requests->take(std::move(request), std::move(exchange));
        },
        [weak = weak_from_this()] {
          if (const auto self = weak.lock(); self && self->full_) self->accept_next();
        });
    acceptor_.assign(asio::local::stream_protocol(), path_->release_descriptor());
    acceptor_.listen();
    accept_next();
  }

  /// Gives the path free too.
  void stop() {
    std::error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    path_.reset();
    requests_->close();
    if (connections_) connections_->close_when_answered();
  }

  std::shared_ptr<Requests> requests() { return requests_; }

 private:
  void accept_next() {
    full_ = connections_->count() >= options_.max_connections;
    if (full_ || !acceptor_.is_open()) return;  // those that wait are accepted when one ends
    acceptor_.async_accept([self = shared_from_this()](std::error_code error, LocalSocket socket) {
      if (!self->acceptor_.is_open()) return;
      if (error) return self->accept_later(error);
      self->serve(std::move(socket));
      self->accept_next();
    });
  }

  /// Out of descriptors or memory: that passes, and the waiting client is still in the queue.
  void accept_later(std::error_code error) {
    log::warn("api: cannot accept a connection: {}", error.message());
    constexpr std::chrono::milliseconds kPause{100};
    pause_.expires_after(kPause);
    pause_.async_wait([self = shared_from_this()](std::error_code cancelled) {
      if (!cancelled) self->accept_next();
    });
  }

  void serve(LocalSocket socket) {
    if (!peer_is_same_user(socket.native_handle())) {
      log::warn("api: a process of another user tried to connect and was refused");
      return;
    }
    try {
      connections_->serve(socket.release());
    } catch (const std::exception& thrown) {
      log::warn("api: cannot serve a connection: {}", thrown.what());
    }
  }

  ServerOptions options_;
  std::optional<UnixSocket> path_;
  std::shared_ptr<Requests> requests_;
  LocalAcceptor acceptor_;
  asio::steady_timer pause_;
  std::unique_ptr<HttpConnections> connections_;
  bool full_ = false;
};

Result<Server> Server::listen(asio::io_context& io, Service& service, const std::filesystem::path& socket,
                              ServerOptions options) {
  TRY(UnixSocket bound, UnixSocket::bind(socket));
  auto listener = std::make_shared<Listener>(io, service, std::move(bound), options);
  try {
    listener->open(io);
  } catch (const std::exception& thrown) {
    return fail(ErrorCode::kIo, "cannot serve the API on {}: {}", socket.string(), thrown.what());
  }
  return Server(std::move(listener));
}

Server::Server(std::shared_ptr<Listener> listener) : listener_(std::move(listener)) {}

Server::~Server() {
  if (listener_) listener_->stop();
}

asio::awaitable<void> Server::close() {
  const auto listener = std::exchange(listener_, nullptr);
  if (!listener) co_return;
  listener->stop();
  const auto requests = listener->requests();
  co_await requests->all_done();
}

}  // namespace covey::api
