#pragma once
// For tests: nodes that share and fetch over loopback, all on one event loop.

#include "content/test_folder.hpp"
#include "daemon/node.hpp"
#include "transport/test_loop.hpp"

namespace covey::daemon {

using namespace std::chrono_literals;

struct TestNode {
  TestNode(const io::Executor& network, std::uint64_t seed)
      : random(seed), node(*Node::create(network, identity::DeviceKey::ephemeral(random), clock, random)) {}

  Result<> listen() { return node->listen({*access::Endpoint::parse("127.0.0.1:0")}); }

  /// Prepares and serves; the share's id.
  io::Awaitable<Result<std::string>> share(std::filesystem::path path) {
    swarm::SharePreparation progress;
    swarm::SharePlan plan;
    plan.paths.push_back(std::move(path));
    CO_TRY(auto prepared,
           co_await swarm::prepare_share(std::move(plan), clock, nullptr, node->offload(), progress));
    OwnedShare owned;
    owned.view.id = node->shares().new_id();
    const std::string id = node->shares().add(std::move(owned)).view.id;
    node->shares().set_ready(id, std::move(prepared.share), std::move(prepared.notices));
    co_return id;
  }
  [[nodiscard]] access::Ticket ticket(const std::string& share,
                                      std::optional<WallTime> expires_at = std::nullopt,
                                      std::optional<std::uint64_t> uses = std::nullopt) {
    return text_of(node->shares().issue(share, expires_at, uses));
  }
  [[nodiscard]] access::Ticket text_of(const IssuedTicket& issued) const {
    return {
        .owner = node->device().peer_id(), .secret = issued.secret.clone(), .addresses = node->listening()};
  }

  crypto::SeededRandom random;
  SystemClock clock;
  std::unique_ptr<Node> node;
};

inline access::Ticket copy_of(const access::Ticket& ticket) {
  return {.owner = ticket.owner, .secret = ticket.secret.clone(), .addresses = ticket.addresses};
}

struct Fetched {
  Result<std::filesystem::path> path;
  swarm::TransferProgress progress;
};

/// Waits until a download holds so many verified bytes.
inline io::Awaitable<Result<>> wait_for_bytes(swarm::Download& download, std::uint64_t bytes) {
  while (download.progress().bytes_done < bytes) {
    if (download.progress().error) co_return std::unexpected(*download.progress().error);
    CO_TRY_VOID(co_await io::sleep_for(1ms));
  }
  co_return Result<>{};
}

/// A sender, a receiver and their folders.
struct Exchange {
  explicit Exchange(const io::Executor& network) : sender(network, 1), receiver(network, 2) {
    std::filesystem::create_directory(folder / "source");
    std::filesystem::create_directory(folder / "destination");
  }
  [[nodiscard]] std::filesystem::path source(std::string_view name) const { return folder / "source" / name; }
  [[nodiscard]] std::filesystem::path destination() const { return folder / "destination"; }
  [[nodiscard]] std::filesystem::path destination(std::string_view name) const {
    return destination() / name;
  }

  [[nodiscard]] swarm::DownloadOrder order(access::Ticket ticket) const {
    return {
        .share = access::ShareReference::from(std::move(ticket)), .directory = destination(), .patience = 0s};
  }
  io::Awaitable<Fetched> fetch(swarm::DownloadOrder wanted) { return fetch_as(receiver, std::move(wanted)); }
  static io::Awaitable<Fetched> fetch_as(TestNode& node, swarm::DownloadOrder wanted) {
    swarm::Download download(node.node->services(), std::move(wanted));
    auto path = co_await download.run();
    co_return Fetched{.path = std::move(path), .progress = download.progress()};
  }
  /// Shares one path and fetches it.
  io::Awaitable<Fetched> hand_over(std::filesystem::path path) {
    auto shared = co_await sender.share(std::move(path));
    if (!shared) co_return Fetched{.path = std::unexpected(shared.error()), .progress = {}};
    swarm::DownloadOrder wanted = order(sender.ticket(*shared));
    co_return co_await fetch(std::move(wanted));
  }
  io::Awaitable<void> end() {
    co_await receiver.node->stop();
    co_await sender.node->stop();
  }

  content::TestFolder folder;
  TestNode sender;
  TestNode receiver;
};

inline void run_exchange(const std::function<io::Awaitable<void>(Exchange&)>& body) {
  test::run_in_loop([&]() -> io::Awaitable<void> {
    const io::Executor executor = co_await asio::this_coro::executor;
    Exchange exchange(executor);
    const auto listening = exchange.sender.listen();
    CO_REQUIRE(listening);
    co_await body(exchange);
    co_await exchange.end();
  });
}

}  // namespace covey::daemon
