#include "tracker/serve.hpp"

#include <algorithm>
#include <cstdlib>
#include <ostream>

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>

#include "access/endpoint.hpp"
#include "base/log.hpp"
#include "identity/network_link.hpp"
#include "io/interfaces.hpp"
#include "tracker/server.hpp"

namespace covey::tracker {
namespace {

constexpr std::chrono::seconds kPurgePeriod{60};
constexpr int kInterrupted = 130;

Result<asio::ip::tcp::endpoint> endpoint_of(const std::string& text) {
  TRY(const auto endpoint, access::Endpoint::parse(text));
  return asio::ip::tcp::endpoint(asio::ip::make_address(endpoint.ip_text()), endpoint.port());
}

std::string host_and_port(const asio::ip::tcp::endpoint& where) {
  const std::string host = where.address().to_string();
  return where.address().is_v6() ? fmt::format("[{}]:{}", host, where.port())
                                 : fmt::format("{}:{}", host, where.port());
}

/// Where it can be reached when it listens everywhere: this machine's addresses, or at least loopback.
std::vector<std::string> reachable(const asio::ip::tcp::endpoint& where) {
  if (!where.address().is_unspecified()) return {host_and_port(where)};
  std::vector<std::string> out;
  for (const auto& [ip, loopback, link_local] : io::interface_addresses()) {
    const auto address = asio::ip::make_address(ip);
    if (loopback || link_local || address.is_v6() != where.address().is_v6()) continue;
    out.push_back(host_and_port({address, where.port()}));
  }
  if (out.empty())
    out.push_back(fmt::format("{}:{}", where.address().is_v6() ? "[::1]" : "127.0.0.1", where.port()));
  return out;
}

/// What was typed, before anything is made or opened.
Result<> check_addresses(const ServeOptions& options) {
  for (const std::string& text : options.listen) TRY_VOID(endpoint_of(text));
  for (const std::string& address : options.addresses) {
    if (!identity::is_tracker_address(address)) {
      return fail(ErrorCode::kInvalidArgument, "'{}' is no HOST:PORT, for example tracker.example.org:7443",
                  address);
    }
  }
  return {};
}

std::string make_link(const TrackerKeys& keys, std::vector<std::string> addresses) {
  addresses.resize(std::min(addresses.size(), identity::kMaxTrackers));
  const identity::NetworkLink link{
      .network = keys.network.public_key(), .pin = keys.tls.pin, .trackers = std::move(addresses)};
  return link.to_text();
}

/// A database belongs to one network, and keeps how it takes members.
Result<> prepare(registry::Store& store, const TrackerKeys& keys,
                 const std::optional<registry::Registration>& how) {
  const auto bound = store.bind_network(keys.network.public_key());
  if (!bound && bound.error().code == ErrorCode::kRefused) {
    return fail(
        ErrorCode::kRefused,
        "this database is another network's; use its home with --home, or another database with --db");
  }
  TRY_VOID(bound);
  return how ? store.set_registration(*how) : Result<>();
}

class Process {
 public:
  Process(const ServeOptions& options, const TrackerKeys& keys, registry::Registry& registry)
      : options_(options),
        tracker_(io_, keys, registry, options.limits, clock_, random_),
        server_(io_, tracker_),
        signals_(io_, SIGINT, SIGTERM),
        tasks_(io_.get_executor()) {
    tracker_.metrics_for = options.metrics_for;
  }

  Result<> listen() {
    std::vector<std::string> addresses = options_.addresses;
    const std::vector<std::string> everywhere{kDefaultListen};
    for (const std::string& text : options_.listen.empty() ? everywhere : options_.listen) {
      TRY(const auto where, endpoint_of(text));
      TRY(const auto local, server_.listen(where));
      log::info("listening on {}", host_and_port(local));
      if (!options_.addresses.empty()) continue;
      for (std::string& address : reachable(local)) addresses.push_back(std::move(address));
    }
    tracker_.link = make_link(tracker_.keys, std::move(addresses));
    return {};
  }

  Result<> run(registry::Store& bell, std::ostream& out) {
    TRY_VOID(bell.watch_messages([this](const identity::PeerId& peer) { tracker_.streams.ring(peer); }));
    await_signal();
    tasks_.spawn(purge_now_and_then());
    out << tracker_.link << std::endl;
    io_.run();
    return {};
  }

 private:
  void await_signal() {
    signals_.async_wait([this](std::error_code error, int signal) {
      if (error) return;
      log::info("ending after signal {}", signal);
      if (ending_) std::_Exit(kInterrupted);
      ending_ = true;
      asio::co_spawn(io_, end(),
                     [this](const std::exception_ptr& /*logged where it happened*/) { io_.stop(); });
      await_signal();
    });
  }

  io::Awaitable<void> end() {
    tasks_.cancel();
    co_await server_.close();
    co_await tasks_.join();
  }

  io::Awaitable<void> purge_now_and_then() {
    while (true) {
      const auto slept = co_await io::sleep_for(kPurgePeriod);
      if (!slept) co_return;
      auto purge = [now = clock_.wall()](registry::Store& store) { return store.purge(now); };
      const auto purged = co_await tracker_.registry.write(identity::PeerId(), std::move(purge));
      if (!purged) log::warn("cannot remove what has expired: {}", to_string(purged.error()));
    }
  }

  const ServeOptions& options_;
  SystemClock clock_;
  crypto::SystemRandom random_;
  asio::io_context io_{1};
  Tracker tracker_;
  Server server_;
  asio::signal_set signals_;
  io::TaskGroup tasks_;
  bool ending_ = false;
};

}  // namespace

Result<> serve_until_signal(ServeOptions options, std::ostream& out) {
  TRY_VOID(check_addresses(options));
  fit_to_descriptors(options.limits);
  crypto::SystemRandom random;
  TRY(const TrackerKeys keys,
      open_tracker_home(options.home, options.certificate, random, SystemClock().wall()));
  TRY(const auto source, registry::open_store_source(options.database));
  TRY(auto store, source->open());
  TRY_VOID(prepare(*store, keys, options.registration));
  TRY(auto registry, registry::Registry::start(*source, {}));
  Process process(options, keys, *registry);
  TRY_VOID(process.listen());
  const auto ended = process.run(*store, out);
  store.reset();  // before the streams that its bell rings
  return ended;
}

}  // namespace covey::tracker
