#include "transport/dialer.hpp"

#include <algorithm>
#include <deque>

#include <fmt/ranges.h>

#include "transport/socket_address.hpp"
#include "transport/watchdog.hpp"

namespace covey::transport {
namespace {

using asio::ip::tcp;
constexpr std::chrono::milliseconds kStagger{250};

/// IPv6 and IPv4 in turn, each in the order given.
std::deque<access::Endpoint> interleaved(const std::vector<access::Endpoint>& addresses) {
  std::deque<access::Endpoint> v6, v4, out;
  for (const auto& address : addresses) (address.is_v6() ? v6 : v4).push_back(address);
  while (!v6.empty() || !v4.empty()) {
    for (auto* family : {&v6, &v4}) {
      if (family->empty()) continue;
      out.push_back(family->front());
      family->pop_front();
    }
  }
  return out;
}

/// One race over all addresses. Lives on one executor.
class Race {
 public:
  Race(const io::Executor& executor, std::deque<access::Endpoint> addresses,
       std::chrono::milliseconds timeout)
      : waiting_(std::move(addresses)), timeout_(timeout), attempts_(executor), changed_(executor) {}

  io::Awaitable<Result<std::pair<tcp::socket, access::Endpoint>>> run() {
    while (!winner_ && (!waiting_.empty() || running_ > 0)) {
      if (!waiting_.empty()) start_next();
      const auto waited = co_await wait_for_change(waiting_.empty() ? timeout_ : kStagger);
      if (!waited) break;
    }
    const bool stopped = co_await io::cancelled();
    attempts_.cancel();
    co_await attempts_.join();
    if (winner_) co_return std::move(*winner_);
    if (stopped) co_return fail(ErrorCode::kCancelled, "stopped while connecting");
    co_return fail(ErrorCode::kUnreachable, "nobody answers ({})", fmt::join(reasons_, "; "));
  }

 private:
  void start_next() {
    const access::Endpoint address = waiting_.front();
    waiting_.pop_front();
    ++running_;
    attempts_.spawn(attempt(address));
  }

  io::Awaitable<void> attempt(access::Endpoint address) {
    tcp::socket socket(attempts_.executor());
    const tcp::endpoint endpoint = to_asio(address);
    asio::error_code error;
    socket.open(endpoint.protocol(), error);
    if (!error) {
      Watchdog watchdog(socket);
      watchdog.arm(timeout_);
      std::tie(error) = co_await socket.async_connect(endpoint, io::kNoThrow);
      if (watchdog.bit()) error = asio::error::timed_out;
    }
    --running_;
    if (error) {
      reasons_.push_back(fmt::format("{}: {}", address.to_text(), error.message()));
    } else if (!winner_) {
      winner_.emplace(std::move(socket), address);
    }
    changed_.cancel();
  }

  io::Awaitable<bool> wait_for_change(std::chrono::milliseconds at_most) {
    const bool stopped = co_await io::cancelled();
    if (stopped) co_return false;
    changed_.expires_after(at_most);
    (void)co_await changed_.async_wait(io::kNoThrow);
    co_return !co_await io::cancelled();
  }

  std::deque<access::Endpoint> waiting_;
  std::chrono::milliseconds timeout_;
  std::size_t running_ = 0;
  std::vector<std::string> reasons_;
  std::optional<std::pair<tcp::socket, access::Endpoint>> winner_;
  io::TaskGroup attempts_;
  asio::steady_timer changed_;
};

}  // namespace

io::Awaitable<Result<std::shared_ptr<Link>>> dial(const Local& local, identity::PeerId peer,
                                                  std::vector<access::Endpoint> addresses) {
  const io::Executor executor = co_await asio::this_coro::executor;
  std::optional<Error> last;
  while (!addresses.empty()) {
    Race race(executor, interleaved(addresses), local.dial_timeout);
    auto won = co_await race.run();
    if (!won) co_return std::unexpected(last.value_or(won.error()));
    auto& [socket, address] = *won;
    CO_TRY(TlsStream stream, TlsStream::create(std::move(socket), *local.tls, TlsRole::kDialer, peer));
    auto link = co_await Link::establish(std::move(stream), local.hello, *local.router, local.dial_timeout,
                                         local.deadlines);
    if (link || link.error().code == ErrorCode::kCancelled) co_return link;
    // Somebody is there, but not a peer to talk with: the next address may be the right one.
    last = std::move(link).error();
    std::erase(addresses, address);
  }
  co_return std::unexpected(last.value_or(Error{ErrorCode::kUnreachable, "the peer has no known address"}));
}

}  // namespace covey::transport
