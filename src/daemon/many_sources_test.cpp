// Downloads from several peers, and what is served on: real nodes over loopback.

#include <gmock/gmock.h>

#include "daemon/hostile_sender.hpp"

namespace covey::daemon {
namespace {

using content::noise;
using content::read_file;
using content::write_file;

using content::kMinPieceSize;

/// An owner, two receivers that may serve each other, and their folders.
struct Swarm {
  explicit Swarm(const io::Executor& network) : owner(network, 1), ada(network, 2), bob(network, 3) {
    for (const char* name : {"source", "ada", "bob"}) std::filesystem::create_directory(folder / name);
  }
  [[nodiscard]] swarm::DownloadOrder order(const access::Ticket& ticket, const char* name) const {
    return {
        .share = access::ShareReference::from(copy_of(ticket)), .directory = folder / name, .patience = 5s};
  }
  io::Awaitable<void> end() {
    co_await bob.node->stop();
    co_await ada.node->stop();
    co_await owner.node->stop();
  }

  content::TestFolder folder;
  TestNode owner;
  TestNode ada;
  TestNode bob;
};

void run_swarm(const std::function<io::Awaitable<void>(Swarm&)>& body) {
  test::run_in_loop([&]() -> io::Awaitable<void> {
    const io::Executor executor = co_await asio::this_coro::executor;
    Swarm swarm(executor);
    for (TestNode* node : {&swarm.owner, &swarm.ada, &swarm.bob}) {
      const auto listening = node->listen();
      CO_REQUIRE(listening);
    }
    co_await body(swarm);
    co_await swarm.end();
  });
}

/// Ada has fetched the share, and serves it.
io::Awaitable<Result<std::string>> share_with_ada(Swarm& s, Bytes content, std::optional<std::uint64_t> uses,
                                                  std::optional<access::Ticket>& ticket) {
  write_file(s.folder / "source/file.bin", content);
  CO_TRY(const auto share, co_await s.owner.share(s.folder / "source/file.bin"));
  ticket = s.owner.ticket(share, std::nullopt, uses);
  swarm::DownloadOrder order = s.order(*ticket, "ada");
  const Fetched fetched = co_await Exchange::fetch_as(s.ada, std::move(order));
  if (!fetched.path) co_return std::unexpected(fetched.path.error());
  co_return share;
}

swarm::Locate where(std::vector<swarm::Whereabouts::Provider> others) {
  return [others = std::move(others)]() -> io::Awaitable<Result<swarm::Whereabouts>> {
    swarm::Whereabouts out{.addresses = {}, .others = others, .membership = {}};
    co_return out;
  };
}

const swarm::PeerProgress* find_peer(const swarm::TransferProgress& progress, const identity::PeerId& peer) {
  for (const auto& shown : progress.peers) {
    if (shown.peer_id == peer.to_text()) return &shown;
  }
  return nullptr;
}

TEST(ManySources, a_receiver_serves_on_while_the_owner_is_away) {
  run_swarm([](Swarm& s) -> io::Awaitable<void> {
    const Bytes content = noise(20 * kMinPieceSize + 5);
    std::optional<access::Ticket> ticket;
    const auto share = co_await share_with_ada(s, content, std::nullopt, ticket);
    CO_REQUIRE(share);
    EXPECT_TRUE(s.ada.node->onward().serves(ticket->share_id()));
    swarm::DownloadOrder order = s.order(*ticket, "bob");
    order.share.addresses.assign(1, *access::Endpoint::parse("127.0.0.1:9"));  // nobody listens there
    std::vector<swarm::Whereabouts::Provider> others;
    others.push_back({.peer = s.ada.node->device().peer_id(), .addresses = s.ada.node->listening()});
    order.locate = where(std::move(others));
    const Fetched fetched = co_await Exchange::fetch_as(s.bob, std::move(order));
    CO_REQUIRE(fetched.path);
    EXPECT_EQ(read_file(*fetched.path), content);
    const auto* ada = find_peer(fetched.progress, s.ada.node->device().peer_id());
    EXPECT_NE(ada, nullptr);
    if (ada == nullptr) co_return;
    EXPECT_EQ(ada->bytes, content.size());
  });
}

TEST(ManySources, receivers_of_one_ticket_hear_of_one_another_from_the_owner) {
  run_swarm([](Swarm& s) -> io::Awaitable<void> {
    const Bytes content = noise(64 * kMinPieceSize);
    std::optional<access::Ticket> ticket;
    const auto share = co_await share_with_ada(s, content, std::nullopt, ticket);
    CO_REQUIRE(share);
    // A word of Ada's that the owner has heard of; Ada's own connection has ended by now.
    s.owner.node->set_limits({.total = {.down = std::nullopt, .up = 1'000'000}, .per_peer = {}});
    swarm::DownloadOrder order = s.order(*ticket, "bob");
    const Fetched fetched = co_await Exchange::fetch_as(s.bob, std::move(order));
    CO_REQUIRE(fetched.path);
    EXPECT_EQ(read_file(*fetched.path), content);
    const auto* ada = find_peer(fetched.progress, s.ada.node->device().peer_id());
    EXPECT_NE(ada, nullptr);
    if (ada == nullptr) co_return;
    EXPECT_EQ(ada->found_by, swarm::FoundBy::kExchange);
    EXPECT_GT(ada->bytes, content.size() / 2) << "the owner was slow";
  });
}

TEST(ManySources, who_has_no_right_is_answered_as_if_there_were_nothing) {
  run_swarm([](Swarm& s) -> io::Awaitable<void> {
    std::optional<access::Ticket> ticket;
    const auto share = co_await share_with_ada(s, noise(100), std::nullopt, ticket);
    CO_REQUIRE(share);
    swarm::OpenRequest request;
    request.share = ticket->share_id();
    request.peer = s.bob.node->device().peer_id();
    request.membership = Bytes(100, 1);
    const auto as_stranger = s.ada.node->onward().admit(request, "192.0.2.1:1");
    EXPECT_EQ(as_stranger.error().code, ErrorCode::kNotFound);
    request.proof = access::make_proof(access::TicketSecret::from(Bytes(16, 9)), ByteView(request.exporter),
                                       request.peer);
    const auto with_another_ticket = s.ada.node->onward().admit(request, "192.0.2.1:1");
    EXPECT_EQ(with_another_ticket.error(), as_stranger.error());
    request.proof = access::make_proof(ticket->secret, ByteView(request.exporter), request.peer);
    EXPECT_TRUE(s.ada.node->onward().admit(request, "192.0.2.1:1"));
    request.peer = s.owner.node->device().peer_id();  // the proof is bound to Bob
    EXPECT_EQ(s.ada.node->onward().admit(request, "192.0.2.1:1").error(), as_stranger.error());
  });
}

TEST(ManySources, a_counted_ticket_is_served_by_its_owner_alone) {
  run_swarm([](Swarm& s) -> io::Awaitable<void> {
    std::optional<access::Ticket> ticket;
    const auto share = co_await share_with_ada(s, noise(100), 2, ticket);
    CO_REQUIRE(share);
    EXPECT_FALSE(s.ada.node->onward().serves(ticket->share_id()));
  });
}

TEST(ManySources, a_folder_is_served_on_while_it_is_on_its_way) {
  run_swarm([](Swarm& s) -> io::Awaitable<void> {
    const auto root = s.folder / "source/album";
    std::filesystem::create_directories(root);
    for (unsigned i = 0; i < 30; ++i)
      write_file(root / fmt::format("{}.bin", i), noise(kMinPieceSize / 2, i));
    write_file(root / "film.bin", noise(30 * kMinPieceSize));
    const auto share = co_await s.owner.share(root);
    CO_REQUIRE(share);
    const access::Ticket ticket = s.owner.ticket(*share);
    s.owner.node->set_limits({.total = {.down = std::nullopt, .up = 4'000'000}, .per_peer = {}});
    swarm::Download ada(s.ada.node->services(), s.order(ticket, "ada"));
    Result<std::filesystem::path> adas = fail(ErrorCode::kCancelled, "not yet");
    io::TaskGroup group(co_await asio::this_coro::executor);
    auto life = [](swarm::Download* download, Result<std::filesystem::path>* out) -> io::Awaitable<void> {
      *out = co_await download->run();
    };
    group.spawn(life(&ada, &adas));
    const auto begun = co_await wait_for_bytes(ada, 4 * kMinPieceSize);
    CO_REQUIRE(begun);
    swarm::DownloadOrder order = s.order(ticket, "bob");
    order.share.addresses.assign(1, *access::Endpoint::parse("127.0.0.1:9"));  // nobody listens there
    std::vector<swarm::Whereabouts::Provider> others;
    others.push_back({.peer = s.ada.node->device().peer_id(), .addresses = s.ada.node->listening()});
    order.locate = where(std::move(others));
    swarm::Download bob(s.bob.node->services(), std::move(order));
    Result<std::filesystem::path> bobs = fail(ErrorCode::kCancelled, "not yet");
    group.spawn(life(&bob, &bobs));
    const auto passed_on = co_await wait_for_bytes(bob, kMinPieceSize);
    CO_REQUIRE(passed_on);
    EXPECT_LT(ada.progress().bytes_done, ada.progress().bytes_total) << "from one that is not whole itself";
    s.owner.node->set_limits({});
    co_await group.join();
    CO_REQUIRE(adas);
    CO_REQUIRE(bobs);
    EXPECT_EQ(read_file(*bobs / "film.bin"), noise(30 * kMinPieceSize));
    for (unsigned i = 0; i < 30; ++i)
      EXPECT_EQ(read_file(*bobs / fmt::format("{}.bin", i)), noise(kMinPieceSize / 2, i));
  });
}

TEST(ManySources, a_stopped_download_serves_nobody_and_goes_on_later) {
  run_swarm([](Swarm& s) -> io::Awaitable<void> {
    write_file(s.folder / "source/file.bin", noise(40 * kMinPieceSize));
    const auto share = co_await s.owner.share(s.folder / "source/file.bin");
    CO_REQUIRE(share);
    const access::Ticket ticket = s.owner.ticket(*share);
    s.owner.node->set_limits({.total = {.down = std::nullopt, .up = 2'000'000}, .per_peer = {}});
    {
      swarm::Download download(s.ada.node->services(), s.order(ticket, "ada"));
      auto stop_midway = [](swarm::Download* running) -> io::Awaitable<void> {
        (void)co_await wait_for_bytes(*running, kMinPieceSize);
        running->stop();
      };
      s.ada.node->tasks().spawn(stop_midway(&download));
      const auto stopped = co_await download.run();
      EXPECT_EQ(stopped.error().code, ErrorCode::kCancelled);
      EXPECT_FALSE(s.ada.node->onward().serves(ticket.share_id()));
    }
    s.owner.node->set_limits({});
    swarm::DownloadOrder again = s.order(ticket, "ada");
    const Fetched fetched = co_await Exchange::fetch_as(s.ada, std::move(again));
    CO_REQUIRE(fetched.path);
    EXPECT_GE(fetched.progress.bytes_resumed, kMinPieceSize);
    EXPECT_EQ(read_file(*fetched.path), noise(40 * kMinPieceSize));
  });
}

/// A seed that serves every second piece wrong.
io::Awaitable<Result<>> serve_wrong(Stage& s, const wire::Fetch& fetch) {
  for (const wire::Range& range : fetch.ranges()) {
    if (range.want_layer()) {
      Bytes layer = s.layer(0, s.sender.layer->raw());
      CO_TRY_VOID(co_await s.send(std::move(layer)));
    }
    for (std::uint32_t i = range.first_piece(); i < range.first_piece() + range.piece_count(); ++i) {
      Bytes bytes = to_bytes(s.sender.piece_bytes(i));
      if (i % 2 == 0) bytes[bytes.size() / 2] ^= 1;
      Bytes piece = s.piece(i, bytes);
      CO_TRY_VOID(co_await s.send(std::move(piece)));
    }
  }
  co_return Result<>{};
}

TEST(ManySources, eight_of_ten_that_lie_are_named_and_cost_little) {
  run_swarm([](Swarm& s) -> io::Awaitable<void> {
    const io::Executor executor = co_await asio::this_coro::executor;
    const Bytes content = noise(200 * kMinPieceSize);
    std::optional<access::Ticket> ticket;
    const auto share = co_await share_with_ada(s, content, std::nullopt, ticket);
    CO_REQUIRE(share);
    // The honest two are slow enough for every liar to get its chance.
    s.owner.node->set_limits({.total = {.down = std::nullopt, .up = 10'000'000}, .per_peer = {}});
    s.ada.node->set_limits({.total = {.down = std::nullopt, .up = 10'000'000}, .per_peer = {}});
    std::vector<std::unique_ptr<HostileSender>> liars;
    std::vector<swarm::Whereabouts::Provider> others;
    others.push_back({.peer = s.ada.node->device().peer_id(), .addresses = s.ada.node->listening()});
    for (std::uint64_t i = 0; i < 8; ++i) {
      liars.push_back(std::make_unique<HostileSender>(executor, content, 100 + i));
      liars.back()->pretend(*ticket, s.owner.node->device());
      liars.back()->on_fetch = serve_wrong;
      std::vector<access::Endpoint> addresses(1, liars.back()->address());
      others.push_back({.peer = liars.back()->peer.id(), .addresses = std::move(addresses)});
    }
    swarm::DownloadOrder order = s.order(*ticket, "bob");
    order.locate = where(std::move(others));
    const Fetched fetched = co_await Exchange::fetch_as(s.bob, std::move(order));
    for (auto& liar : liars) co_await liar->stop();
    CO_REQUIRE(fetched.path);
    EXPECT_EQ(read_file(*fetched.path), content);
    EXPECT_LE(fetched.progress.bytes_wasted, content.size() / 10);
    EXPECT_EQ(fetched.progress.blocked.size(), 8U);
    for (const auto& blocked : fetched.progress.blocked) {
      const auto is_it = [&](const auto& liar) { return liar->peer.id().to_text() == blocked.peer_id; };
      EXPECT_TRUE(std::any_of(liars.begin(), liars.end(), is_it));
      EXPECT_THAT(blocked.reason, testing::HasSubstr("is not what its owner shared"));
    }
  });
}

TEST(ManySources, a_seed_that_falls_silent_is_left_for_the_others) {
  run_swarm([](Swarm& s) -> io::Awaitable<void> {
    const io::Executor executor = co_await asio::this_coro::executor;
    const Bytes content = noise(20 * kMinPieceSize);
    std::optional<access::Ticket> ticket;
    const auto share = co_await share_with_ada(s, content, std::nullopt, ticket);
    CO_REQUIRE(share);
    HostileSender silent(executor, content);
    silent.pretend(*ticket, s.owner.node->device());
    silent.on_fetch = [](Stage& stage, const wire::Fetch&) -> io::Awaitable<Result<>> {
      Bytes layer = stage.layer(0, stage.sender.layer->raw());
      co_return co_await stage.send(std::move(layer));
    };
    std::vector<swarm::Whereabouts::Provider> others;
    std::vector<access::Endpoint> addresses(1, silent.address());
    others.push_back({.peer = silent.peer.id(), .addresses = std::move(addresses)});
    swarm::DownloadOrder order = s.order(*ticket, "bob");
    order.locate = where(std::move(others));
    const Fetched fetched = co_await Exchange::fetch_as(s.bob, std::move(order));
    co_await silent.stop();
    CO_REQUIRE(fetched.path);
    EXPECT_EQ(read_file(*fetched.path), content);
  });
}

TEST(ManySources, the_owners_refusal_ends_it_whoever_else_would_serve) {
  run_swarm([](Swarm& s) -> io::Awaitable<void> {
    std::optional<access::Ticket> ticket;
    const auto share = co_await share_with_ada(s, noise(40 * kMinPieceSize), std::nullopt, ticket);
    CO_REQUIRE(share);
    const auto removed = s.owner.node->shares().remove(*share);
    CO_REQUIRE(removed);
    s.ada.node->set_limits({.total = {.down = std::nullopt, .up = 1'000'000}, .per_peer = {}});
    swarm::DownloadOrder order = s.order(*ticket, "bob");
    std::vector<swarm::Whereabouts::Provider> others;
    others.push_back({.peer = s.ada.node->device().peer_id(), .addresses = s.ada.node->listening()});
    order.locate = where(std::move(others));
    const Fetched fetched = co_await Exchange::fetch_as(s.bob, std::move(order));
    EXPECT_EQ(test::error_of(fetched.path).code, ErrorCode::kNotFound);
  });
}

}  // namespace
}  // namespace covey::daemon
