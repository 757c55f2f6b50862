// Who was sent what of a share: as connections report it, and over restarts.

#include "daemon/holder_book.hpp"

#include <gmock/gmock.h>

#include "daemon/test_node.hpp"

namespace covey::daemon {
namespace {

using content::noise;
using content::write_file;

using content::kMinPieceSize;
constexpr const char* kShare = "the share";

class Listener final : public swarm::UploadObserver {
 public:
  void on_sent(const swarm::SentPieces& sent) override { bytes += sent.bytes; }
  void on_finished() override { finished = true; }
  std::uint64_t bytes = 0;
  bool finished = false;
};

swarm::SentPieces pieces(std::uint32_t file, std::uint32_t first, std::uint32_t count) {
  swarm::SentPieces out;
  for (std::uint32_t i = 0; i < count; ++i)
    out.add(content::FileIndex(file), content::PieceIndex(first + i), kMinPieceSize);
  return out;
}

io::Awaitable<void> let_others_run() {
  const io::Executor executor = co_await asio::this_coro::executor;
  co_await asio::post(executor, asio::use_awaitable);
}

/// A book of a share on a store that can be opened anew.
struct Desk {
  explicit Desk(io::Executor executor) : network(std::move(executor)) {
    reopen();
    StoredShare share{.id = kShare, .path = "/nowhere"};
    auto save = [share](DaemonStore& s) { return s.save(share); };
    pending = store->run(std::move(save));
  }
  void reopen() {
    book.reset();
    if (store) store->join();
    store = std::make_unique<StoreThread>(
        *DaemonStore::open(folder / "covey.db", crypto::SecretBytes(32), random));
    book = std::make_unique<HolderBook>(*store, clock, network);
  }
  void serve(std::vector<content::ManifestEntry> entries, bool single_file) {
    served = std::make_shared<swarm::ServedShare>();
    served->single_file = single_file;
    served->manifest =
        std::make_shared<const content::Manifest>(*content::Manifest::build(std::move(entries)));
  }
  void serve_folder() {
    serve({entry("a", 2 * kMinPieceSize), entry("b", kMinPieceSize), entry("c", kMinPieceSize)}, false);
  }
  static content::ManifestEntry entry(std::string_view path, std::uint64_t size) {
    return {content::path_of(path),
            content::EntryKind::kFile,
            size,
            false,
            0,
            content::ContentId::from(Bytes(32, 7))};
  }
  std::shared_ptr<swarm::UploadObserver> watch(const identity::PeerId& peer) {
    return book->watch(kShare, served, peer, next);
  }
  io::Awaitable<std::vector<Holding>> holdings() {
    if (pending) (void)co_await *std::exchange(pending, std::nullopt);
    auto known = co_await book->of(kShare);
    EXPECT_TRUE(known) << to_string(known.error());
    co_return known ? std::move(*known) : std::vector<Holding>();
  }
  io::Awaitable<void> restart() {
    co_await book->stop();
    reopen();
  }
  io::Awaitable<void> end() {
    co_await book->stop();
    store->join();
  }

  io::Executor network;
  content::TestFolder folder;
  crypto::SeededRandom random{5};
  ManualClock clock;
  std::unique_ptr<StoreThread> store;
  std::unique_ptr<HolderBook> book;
  std::optional<io::Awaitable<Result<>>> pending;
  std::shared_ptr<swarm::ServedShare> served;
  std::shared_ptr<Listener> next = std::make_shared<Listener>();
  identity::PeerId bob = identity::DeviceKey::ephemeral(random).peer_id();
  identity::PeerId carol = identity::DeviceKey::ephemeral(random).peer_id();
};

void run_desk(const std::function<io::Awaitable<void>(Desk&)>& body) {
  test::run_in_loop([&]() -> io::Awaitable<void> {
    const io::Executor executor = co_await asio::this_coro::executor;
    Desk desk(executor);
    desk.serve_folder();
    const auto none = co_await desk.holdings();
    EXPECT_TRUE(none.empty());
    co_await body(desk);
    co_await desk.end();
  });
}

TEST(HolderBook, knows_over_restarts_what_a_peer_was_sent) {
  run_desk([](Desk& desk) -> io::Awaitable<void> {
    desk.watch(desk.bob)->on_sent(pieces(0, 0, 2));
    auto known = co_await desk.holdings();
    EXPECT_EQ(known.size(), 1U);
    EXPECT_EQ(known.at(0).peer, desk.bob);
    EXPECT_EQ(known.at(0).bytes, 2 * kMinPieceSize);
    EXPECT_FALSE(known.at(0).complete);
    co_await desk.restart();
    desk.clock.advance(1min);
    desk.watch(desk.bob)->on_sent(pieces(2, 0, 1));
    desk.watch(desk.bob)->on_sent(pieces(1, 0, 1));
    co_await desk.restart();
    known = co_await desk.holdings();
    EXPECT_EQ(known.size(), 1U);
    EXPECT_EQ(known.at(0).bytes, 4 * kMinPieceSize);
    EXPECT_TRUE(known.at(0).complete) << "every piece went out to it";
    EXPECT_EQ(known.at(0).last_at, desk.clock.wall());
    EXPECT_EQ(desk.next->bytes, 4 * kMinPieceSize) << "whoever else listens hears it, too";
  });
}

TEST(HolderBook, puts_the_connections_of_a_peer_together) {
  run_desk([](Desk& desk) -> io::Awaitable<void> {
    const auto first = desk.watch(desk.bob);
    const auto second = desk.watch(desk.bob);
    const auto other = desk.watch(desk.carol);
    first->on_sent(pieces(0, 0, 2));
    second->on_sent(pieces(1, 0, 1));
    desk.clock.advance(1s);
    other->on_sent(pieces(0, 1, 1));
    auto known = co_await desk.holdings();
    EXPECT_EQ(known.size(), 2U);
    EXPECT_EQ(known.at(0).peer, desk.carol) << "who was served last comes first";
    EXPECT_EQ(known.at(1).bytes, 3 * kMinPieceSize);
    EXPECT_EQ(known.at(1).pieces.count(), 3U);
  });
}

TEST(HolderBook, believes_that_a_file_is_there_when_its_receiver_says_so) {
  run_desk([](Desk& desk) -> io::Awaitable<void> {
    desk.watch(desk.bob)->on_finished();
    auto known = co_await desk.holdings();
    EXPECT_TRUE(known.empty()) << "of a folder it may have wanted a part";
    EXPECT_TRUE(desk.next->finished);
    desk.serve({Desk::entry("a", 2 * kMinPieceSize)}, true);
    const auto fetching = desk.watch(desk.carol);
    fetching->on_sent(pieces(0, 1, 1));
    fetching->on_finished();
    fetching->on_sent(pieces(0, 0, 1));
    known = co_await desk.holdings();
    EXPECT_EQ(known.size(), 1U);
    EXPECT_TRUE(known.at(0).complete);
  });
}

TEST(HolderBook, writes_every_few_seconds_while_pieces_go_out) {
  run_desk([](Desk& desk) -> io::Awaitable<void> {
    const auto fetching = desk.watch(desk.bob);
    const auto before = desk.store->calls();
    for (int second = 0; second < 10; ++second) {
      for (int i = 0; i < 100; ++i) fetching->on_sent(pieces(0, 0, 1));
      co_await let_others_run();
      desk.clock.advance(1s);
    }
    EXPECT_EQ(desk.store->calls() - before, 1U);
    auto known = co_await desk.holdings();
    EXPECT_EQ(known.at(0).bytes, 1000 * kMinPieceSize) << "whoever asks is told everything";
  });
}

TEST(HolderBook, forgets_with_the_share_and_hears_nothing_of_it_any_more) {
  run_desk([](Desk& desk) -> io::Awaitable<void> {
    const auto fetching = desk.watch(desk.bob);
    fetching->on_sent(pieces(0, 0, 1));
    auto known = co_await desk.holdings();
    EXPECT_EQ(known.size(), 1U);
    auto remove = [](DaemonStore& s) { return s.remove_share(kShare); };
    const auto removed = co_await desk.store->run(remove);
    EXPECT_TRUE(removed);
    fetching->on_sent(pieces(0, 1, 1));
    known = co_await desk.holdings();
    EXPECT_TRUE(known.empty());
  });
}

TEST(HolderBook, outlived_by_a_connection_hears_nothing_of_it) {
  run_desk([](Desk& desk) -> io::Awaitable<void> {
    const auto fetching = desk.watch(desk.bob);
    co_await desk.restart();
    fetching->on_sent(pieces(0, 0, 1));
    fetching->on_finished();
    const auto known = co_await desk.holdings();
    EXPECT_TRUE(known.empty());
    EXPECT_EQ(desk.next->bytes, kMinPieceSize);
  });
}

TEST(HolderBook, keeps_those_that_were_served_last) {
  run_desk([](Desk& desk) -> io::Awaitable<void> {
    for (std::size_t i = 0; i < kMaxHoldersOfShare + 2; ++i) {
      const auto peer = identity::DeviceKey::ephemeral(desk.random).peer_id();
      Holding holding{.peer = peer, .root = {}, .last_at = WallTime(std::chrono::seconds(i))};
      auto add = [&holding](DaemonStore& s) { return s.add_holding(kShare, holding); };
      const auto added = co_await desk.store->run(add);
      EXPECT_TRUE(added);
    }
    const auto known = co_await desk.holdings();
    EXPECT_EQ(known.size(), kMaxHoldersOfShare);
    EXPECT_EQ(known.back().last_at, WallTime(2s));
  });
}

/// A real sender with a book, and whoever fetches.
struct Fetching {
  explicit Fetching(Exchange& on, const io::Executor& network)
      : x(&on),
        store(*DaemonStore::open(on.folder / "covey.db", crypto::SecretBytes(32), on.sender.random)),
        book(store, on.sender.clock, network) {
    x->sender.node->shares().set_holders(&book);
  }
  io::Awaitable<Result<std::string>> share(std::filesystem::path path) {
    CO_TRY(auto id, co_await x->sender.share(std::move(path)));
    StoredShare stored{.id = id, .path = "/nowhere"};
    auto save = [&stored](DaemonStore& s) { return s.save(stored); };
    CO_TRY_VOID(co_await store.run(save));
    co_return id;
  }
  /// Once the sender has heard that everybody is gone.
  io::Awaitable<std::vector<Holding>> holdings(std::string share) {
    while (x->sender.node->uploads().active() > 0) (void)co_await io::sleep_for(1ms);
    auto known = co_await book.of(std::move(share));
    co_return known ? std::move(*known) : std::vector<Holding>();
  }
  io::Awaitable<void> end() {
    x->sender.node->shares().set_holders(nullptr);
    co_await book.stop();
    store.join();
  }

  Exchange* x;
  StoreThread store;
  HolderBook book;
};

TEST(HolderBook, hears_of_whole_folders_and_of_parts) {
  run_exchange([](Exchange& x) -> io::Awaitable<void> {
    const io::Executor network = co_await asio::this_coro::executor;
    Fetching fetching(x, network);
    write_file(x.source("photos") / "large", noise(5 * kMinPieceSize + 3));
    write_file(x.source("photos") / "in" / "small", noise(10));
    write_file(x.source("photos") / "empty", {});
    auto id = co_await fetching.share(x.source("photos"));
    CO_REQUIRE(id);
    auto order = x.order(x.sender.ticket(*id));
    order.select.emplace_back("in/*");
    const Fetched part = co_await x.fetch(std::move(order));
    CO_REQUIRE(part.path);
    auto known = co_await fetching.holdings(*id);
    EXPECT_EQ(known.size(), 1U);
    EXPECT_EQ(known.at(0).bytes, 10U);
    EXPECT_FALSE(known.at(0).complete);
    EXPECT_EQ(known.at(0).peer, x.receiver.node->device().peer_id());
    std::filesystem::remove_all(*part.path);
    auto whole = x.order(x.sender.ticket(*id));
    const Fetched all = co_await x.fetch(std::move(whole));
    CO_REQUIRE(all.path);
    known = co_await fetching.holdings(*id);
    EXPECT_EQ(known.size(), 1U);
    EXPECT_EQ(known.at(0).bytes, 10U + 5 * kMinPieceSize + 3 + 10U);
    EXPECT_TRUE(known.at(0).complete);
    co_await fetching.end();
  });
}

TEST(HolderBook, hears_of_what_went_out_before_a_receiver_left) {
  run_exchange([](Exchange& x) -> io::Awaitable<void> {
    const io::Executor network = co_await asio::this_coro::executor;
    Fetching fetching(x, network);
    write_file(x.source("film"), noise(8 * kMinPieceSize));
    auto id = co_await fetching.share(x.source("film"));
    CO_REQUIRE(id);
    x.sender.node->set_limits({.total = {.down = std::nullopt, .up = kMinPieceSize}, .per_peer = {}});
    swarm::Download download(x.receiver.node->services(), x.order(x.sender.ticket(*id)));
    auto leave = [&]() -> io::Awaitable<Result<>> {
      auto outcome = co_await wait_for_bytes(download, kMinPieceSize);
      download.stop();
      co_return outcome;
    };
    const auto [ended, came] = co_await test::both(download.run(), leave());
    CO_REQUIRE(came);
    const auto known = co_await fetching.holdings(*id);
    EXPECT_EQ(known.size(), 1U);
    EXPECT_GE(known.at(0).bytes, kMinPieceSize);
    EXPECT_FALSE(known.at(0).complete);
    co_await fetching.end();
  });
}

}  // namespace
}  // namespace covey::daemon
