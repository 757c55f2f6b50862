#include "tracker/server.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <sys/resource.h>

#include "base/log.hpp"
#include "http/connections.hpp"
#include "io/gate.hpp"
#include "tracker/answers.hpp"
#include "tracker/listener.hpp"
#include "tracker/routes.hpp"

namespace covey::tracker {
namespace {

/// For the database, listeners, log and what the libraries open.
constexpr std::size_t kOtherDescriptors = 256;
/// For the last answers to be written when the tracker ends.
constexpr std::chrono::seconds kLastWords{1};

/// Bodies above kMaxBodyBytes are refused with an answer up to twice the limit; above it the connection is
/// closed.
http::Limits http_limits(const Limits& limits) {
  return {.max_body_bytes = 2 * kMaxBodyBytes,
          .request_timeout = limits.request_timeout,
          .idle_timeout = limits.idle_timeout,
          .answer_timeout = limits.answer_timeout,
          .write_timeout = limits.write_timeout};
}

}  // namespace

/// Connections hold on to it, so it may outlive the server by a moment.
class Server::Service : public std::enable_shared_from_this<Server::Service> {
 public:
  Service(asio::io_context& io, Tracker& tracker)
      : io_(io),
        tracker_(tracker),
        requests_(io.get_executor()),
        closed_(io.get_executor()),
        listener_(io, tracker.keys.tls.context, tracker.limits, tracker.clock, tracker.metrics,
                  [this](http::Socket socket, const asio::ip::tcp::endpoint& client) {
                    connections_->serve(std::move(socket), client);
                  }) {}

  void open() {
    connections_ = std::make_unique<http::Connections>(
        io_, http_limits(tracker_.limits),
        [self = weak_from_this()](http::Request request, std::unique_ptr<http::Exchange> exchange) {
          if (const auto service = self.lock()) service->take(std::move(request), std::move(exchange));
        },
        [self = weak_from_this()](const asio::ip::address& client) {
          const auto service = self.lock();
          if (!service) return;
          service->listener_.connection_closed(client);
          service->closed_.open_all();
        });
  }

  Listener& listener() { return listener_; }

  void stop() {
    closing_ = true;
    listener_.stop();
    tracker_.streams.cancel();
    requests_.cancel();
    connections_->close_when_answered();
  }
  io::Awaitable<void> join() {
    co_await listener_.join();
    co_await tracker_.streams.join();
    co_await requests_.join();
    const auto deadline = std::chrono::steady_clock::now() + kLastWords;
    while (connections_->count() > 0) {
      const auto one_less = co_await closed_.wait_for(deadline - std::chrono::steady_clock::now());
      if (!one_less) break;
    }
  }

 private:
  void take(http::Request request, std::unique_ptr<http::Exchange> exchange) {
    if (closing_) {
      exchange->respond(error_response(503, {ErrorCode::kUnreachable, "the tracker is shutting down"}), {});
      return;
    }
    requests_.spawn(tracker::serve(tracker_, std::move(request), std::move(exchange)));
  }

  asio::io_context& io_;
  Tracker& tracker_;
  io::TaskGroup requests_;
  io::Gate closed_;  // opens when a connection has ended
  Listener listener_;
  std::unique_ptr<http::Connections> connections_;
  bool closing_ = false;
};

Server::Server(asio::io_context& io, Tracker& tracker) : service_(std::make_shared<Service>(io, tracker)) {
  service_->open();
}

Server::~Server() {
  if (service_) service_->stop();
}

Result<asio::ip::tcp::endpoint> Server::listen(const asio::ip::tcp::endpoint& where) {
  return service_->listener().listen(where);
}

io::Awaitable<void> Server::close() {
  const auto service = std::exchange(service_, nullptr);
  if (!service) co_return;
  service->stop();
  co_await service->join();
}

void fit_to_descriptors(Limits& limits) {
  const rlim_t wanted = limits.connections + kOtherDescriptors;
  rlimit now{};
  if (::getrlimit(RLIMIT_NOFILE, &now) != 0) return;
  if (now.rlim_cur < wanted) {
    rlimit raised = now;
    raised.rlim_cur = std::min(wanted, now.rlim_max);
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) now = raised;
  }
  if (now.rlim_cur >= wanted) return;
  const auto possible = static_cast<std::size_t>(now.rlim_cur);
  limits.connections = possible > 2 * kOtherDescriptors ? possible - kOtherDescriptors : possible / 2;
  log::warn("this process may open {} files, so {} connections are served; raise the limit with ulimit -n {}",
            possible, limits.connections, wanted);
}

}  // namespace covey::tracker
