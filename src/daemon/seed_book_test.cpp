// Complete downloads that are served on: real daemons over loopback, on stores that outlive them.

#include <gmock/gmock.h>

#include "daemon/test_daemon.hpp"

namespace covey::daemon {
namespace {

using api::SeedState;
using api::TransferState;
using content::noise;
using content::read_file;
using content::write_file;
using ::testing::HasSubstr;

using content::kMinPieceSize;

/// An owner, Bob with a daemon, and Carol who knows Bob's address; the owner's is known to Bob alone.
struct Seeding {
  explicit Seeding(const io::Executor& network) : owner(network, 1), bob(network, 2), carol(network, 3) {
    for (const char* name : {"source", "bob", "carol", "elsewhere"})
      std::filesystem::create_directory(folder / name);
    bob.node->keep_layers_in(folder / "layers");
    std::filesystem::create_directory(folder / "layers");
    daemon = open();
  }
  [[nodiscard]] std::unique_ptr<Daemon> open() { return std::make_unique<Daemon>(bob, folder / "daemon.db"); }
  /// What was served before is not; only what is stored comes back.
  io::Awaitable<Result<>> start_again() {
    co_await daemon->close();
    co_await bob.node->onward().end_all();
    daemon = open();
    co_return co_await daemon->restore();
  }

  /// Several small files, an empty one and one of several pieces.
  io::Awaitable<Result<>> share_folder() {
    const auto root = folder / "source/album";
    std::filesystem::create_directories(root / "inner");
    for (unsigned i = 0; i < 5; ++i) write_file(root / fmt::format("small{}.txt", i), noise(100 + i));
    write_file(root / "inner/empty", {});
    write_file(root / "inner/film.bin", noise(5 * kMinPieceSize + 7));
    co_return co_await share(root);
  }
  io::Awaitable<Result<>> share(std::filesystem::path path) {
    CO_TRY(share_id, co_await owner.share(std::move(path)));
    ticket = owner.ticket(share_id);
    co_return Result<>{};
  }
  /// Bob's daemon fetches what is shared; until it has decided how it is served on.
  io::Awaitable<Result<>> fetch(api::TransferSettings settings = {}, std::vector<std::string> select = {}) {
    api::DownloadRequest request;
    request.ticket = ticket->to_text();
    request.directory = (folder / "bob").string();
    request.settings = settings;
    request.select = std::move(select);
    CO_TRY(const auto begun, co_await daemon->book.start(std::move(request)));
    id = begun.id;
    (void)co_await daemon->wait_for(id, TransferState::kComplete);
    while (!daemon->view(id).seed) CO_TRY_VOID(co_await io::sleep_for(1ms));
    co_return Result<>{};
  }
  io::Awaitable<api::SeedView> wait_for(SeedState state) {
    while (true) {
      const auto seed = daemon->view(id).seed;
      if (seed && seed->state == state) co_return *seed;
      const auto slept = co_await io::sleep_for(1ms);
      if (!slept) co_return api::SeedView{};
    }
  }
  /// Carol fetches with the ticket, from Bob alone.
  io::Awaitable<Fetched> fetch_as_carol(std::vector<std::string> select = {}) {
    swarm::DownloadOrder order{.share = access::ShareReference::from(copy_of(*ticket)),
                               .directory = folder / "carol",
                               .select = std::move(select),
                               .patience = 1s};
    order.share.addresses.assign(1, *access::Endpoint::parse("127.0.0.1:9"));  // nobody listens there
    swarm::Whereabouts where;
    where.others.push_back({.peer = bob.node->device().peer_id(), .addresses = bob.node->listening()});
    order.locate = [where]() -> io::Awaitable<Result<swarm::Whereabouts>> { co_return where; };
    co_return co_await Exchange::fetch_as(carol, std::move(order));
  }
  void expect_all_at_carol() const {
    for (unsigned i = 0; i < 5; ++i) {
      const std::string name = fmt::format("small{}.txt", i);
      EXPECT_EQ(read_file(folder / "carol/album" / name), noise(100 + i));
    }
    EXPECT_EQ(read_file(folder / "carol/album/inner/film.bin"), noise(5 * kMinPieceSize + 7));
    EXPECT_TRUE(std::filesystem::exists(folder / "carol/album/inner/empty"));
  }
  io::Awaitable<void> stop_owner() {
    if (!std::exchange(owner_stopped, true)) co_await owner.node->stop();
  }
  [[nodiscard]] bool serves() { return bob.node->onward().serves(ticket->share_id()); }

  content::TestFolder folder;
  TestNode owner;
  TestNode bob;
  TestNode carol;
  std::unique_ptr<Daemon> daemon;
  std::string share_id;
  std::optional<access::Ticket> ticket;
  std::string id;
  bool owner_stopped = false;
};

void run_seeding(const std::function<io::Awaitable<void>(Seeding&)>& body) {
  test::run_in_loop([&]() -> io::Awaitable<void> {
    const io::Executor executor = co_await asio::this_coro::executor;
    Seeding seeding(executor);
    for (TestNode* node : {&seeding.owner, &seeding.bob}) {
      const auto listening = node->listen();
      CO_REQUIRE(listening);
    }
    co_await body(seeding);
    co_await seeding.daemon->close();
    co_await seeding.carol.node->stop();
    co_await seeding.bob.node->stop();
    co_await seeding.stop_owner();
  });
}

/// Fetched, and the daemon started anew.
io::Awaitable<Result<>> fetched_and_restarted(Seeding& s) {
  CO_TRY_VOID(co_await s.share_folder());
  CO_TRY_VOID(co_await s.fetch());
  co_return co_await s.start_again();
}

TEST(SeedBook, serves_a_folder_from_its_place_after_a_restart) {
  run_seeding([](Seeding& s) -> io::Awaitable<void> {
    const auto begun = co_await fetched_and_restarted(s);
    CO_REQUIRE(begun);
    EXPECT_EQ(s.daemon->view(s.id).seed->state, SeedState::kServing);
    EXPECT_EQ(s.bob.node->onward().awake(), 0U) << "nothing is read before somebody asks";
    const Fetched fetched = co_await s.fetch_as_carol();
    CO_REQUIRE(fetched.path);
    s.expect_all_at_carol();
    EXPECT_EQ(s.bob.node->onward().awake(), 1U);
  });
}

TEST(SeedBook, lets_go_of_what_nobody_fetches_and_wakes_it_again) {
  run_seeding([](Seeding& s) -> io::Awaitable<void> {
    const auto begun = co_await fetched_and_restarted(s);
    CO_REQUIRE(begun);
    const Fetched once = co_await s.fetch_as_carol();
    CO_REQUIRE(once.path);
    while (s.bob.node->onward().awake() > 0) {  // until the last connection is gone
      co_await s.bob.node->onward().put_to_rest(0s);
      const auto slept = co_await io::sleep_for(1ms);
      CO_REQUIRE(slept);
    }
    std::filesystem::remove_all(s.folder / "carol/album");
    const Fetched again = co_await s.fetch_as_carol();
    CO_REQUIRE(again.path);
    s.expect_all_at_carol();
  });
}

TEST(SeedBook, lets_a_stranger_wake_nothing) {
  run_seeding([](Seeding& s) -> io::Awaitable<void> {
    const auto begun = co_await fetched_and_restarted(s);
    CO_REQUIRE(begun);
    swarm::OpenRequest request;
    request.share = s.ticket->share_id();
    request.peer = s.carol.node->device().peer_id();
    request.proof = access::make_proof(access::TicketSecret::from(Bytes(16, 9)), ByteView(request.exporter),
                                       request.peer);
    co_await s.bob.node->onward().wake(request);
    EXPECT_EQ(s.bob.node->onward().awake(), 0U);
    EXPECT_EQ(s.bob.node->onward().admit(request, "192.0.2.1:1").error().code, ErrorCode::kNotFound);
  });
}

TEST(SeedBook, ends_it_with_a_word_when_a_file_has_changed) {
  run_seeding([](Seeding& s) -> io::Awaitable<void> {
    const auto begun = co_await fetched_and_restarted(s);
    CO_REQUIRE(begun);
    write_file(s.folder / "bob/album/small3.txt", noise(103, 9));
    const Fetched fetched = co_await s.fetch_as_carol();
    EXPECT_FALSE(fetched.path);
    EXPECT_FALSE(std::filesystem::exists(s.folder / "carol/album"));
    const auto seed = co_await s.wait_for(SeedState::kEnded);
    EXPECT_THAT(seed.reason, HasSubstr("small3.txt has changed since it was downloaded"));
    EXPECT_FALSE(s.serves());
    const auto again = co_await s.start_again();
    CO_REQUIRE(again);
    const auto still = co_await s.wait_for(SeedState::kEnded);
    EXPECT_EQ(still.reason, seed.reason) << "it is found out at the start, not when somebody asks";
  });
}

TEST(SeedBook, notices_a_change_that_left_size_and_time_as_they_were) {
  run_seeding([](Seeding& s) -> io::Awaitable<void> {
    const auto begun = co_await fetched_and_restarted(s);
    CO_REQUIRE(begun);
    const auto path = s.folder / "bob/album/small3.txt";
    const auto time = std::filesystem::last_write_time(path);
    write_file(path, noise(103, 9));
    std::filesystem::last_write_time(path, time);
    const Fetched fetched = co_await s.fetch_as_carol();
    EXPECT_FALSE(fetched.path);
    (void)co_await s.wait_for(SeedState::kEnded);
  });
}

TEST(SeedBook, withdraws_what_changes_while_it_is_awake) {
  run_seeding([](Seeding& s) -> io::Awaitable<void> {
    const auto begun = co_await fetched_and_restarted(s);
    CO_REQUIRE(begun);
    std::vector<std::string> one_file(1, "small0.txt");
    const Fetched first = co_await s.fetch_as_carol(std::move(one_file));
    CO_REQUIRE(first.path);
    write_file(s.folder / "bob/album/small3.txt", noise(103, 9));
    std::filesystem::remove_all(s.folder / "carol/album");
    const Fetched fetched = co_await s.fetch_as_carol();
    EXPECT_FALSE(fetched.path);
    const auto seed = co_await s.wait_for(SeedState::kEnded);
    EXPECT_THAT(seed.reason, HasSubstr("small3.txt"));
  });
}

TEST(SeedBook, goes_on_once_a_check_has_found_everything_as_promised) {
  run_seeding([](Seeding& s) -> io::Awaitable<void> {
    const auto begun = co_await fetched_and_restarted(s);
    CO_REQUIRE(begun);
    const auto path = s.folder / "bob/album/small3.txt";
    const Bytes before = read_file(path);
    const auto time = std::filesystem::last_write_time(path);
    write_file(path, noise(103, 9));
    const Fetched in_vain = co_await s.fetch_as_carol();
    EXPECT_FALSE(in_vain.path);
    (void)co_await s.wait_for(SeedState::kEnded);
    write_file(path, before);
    std::filesystem::last_write_time(path, time);
    const auto checked = co_await s.daemon->book.verify(s.id);
    CO_REQUIRE(checked);
    (void)co_await s.wait_for(SeedState::kServing);
    const Fetched fetched = co_await s.fetch_as_carol();
    CO_REQUIRE(fetched.path);
    s.expect_all_at_carol();
  });
}

TEST(SeedBook, serves_a_selection_as_far_as_it_goes) {
  run_seeding([](Seeding& s) -> io::Awaitable<void> {
    auto done = co_await s.share_folder();
    CO_REQUIRE(done);
    std::vector<std::string> select(1, "inner/film.bin");
    done = co_await s.fetch({}, select);
    CO_REQUIRE(done);
    done = co_await s.start_again();
    CO_REQUIRE(done);
    const Fetched fetched = co_await s.fetch_as_carol(select);
    CO_REQUIRE(fetched.path);
    EXPECT_EQ(read_file(s.folder / "carol/album/inner/film.bin"), noise(5 * kMinPieceSize + 7));
  });
}

TEST(SeedBook, serves_a_single_file_under_the_name_that_it_got_here) {
  run_seeding([](Seeding& s) -> io::Awaitable<void> {
    write_file(s.folder / "source/film.bin", noise(3 * kMinPieceSize));
    write_file(s.folder / "bob/film.bin", noise(1));
    auto done = co_await s.share(s.folder / "source/film.bin");
    CO_REQUIRE(done);
    api::DownloadRequest request;
    request.ticket = s.ticket->to_text();
    request.directory = (s.folder / "bob").string();
    request.on_existing = api::OnExisting::kRename;
    const auto begun = co_await s.daemon->book.start(std::move(request));
    CO_REQUIRE(begun);
    s.id = begun->id;
    (void)co_await s.wait_for(SeedState::kServing);
    done = co_await s.start_again();
    CO_REQUIRE(done);
    const Fetched fetched = co_await s.fetch_as_carol();
    CO_REQUIRE(fetched.path);
    EXPECT_EQ(read_file(s.folder / "carol/film.bin"), noise(3 * kMinPieceSize));
  });
}

TEST(SeedBook, follows_the_settings_of_the_download) {
  run_seeding([](Seeding& s) -> io::Awaitable<void> {
    auto done = co_await s.share_folder();
    CO_REQUIRE(done);
    api::TransferSettings settings;
    settings.seed = false;
    done = co_await s.fetch(settings);
    CO_REQUIRE(done);
    (void)co_await s.wait_for(SeedState::kOff);
    EXPECT_FALSE(s.serves());
    done = co_await s.start_again();
    CO_REQUIRE(done);
    EXPECT_FALSE(s.serves());
    settings.seed = true;
    const auto changed = co_await s.daemon->book.set(s.id, settings);
    CO_REQUIRE(changed);
    EXPECT_EQ(changed->seed->state, SeedState::kServing);
    const Fetched fetched = co_await s.fetch_as_carol();
    CO_REQUIRE(fetched.path);
    settings.seed = false;
    const auto off = co_await s.daemon->book.set(s.id, settings);
    CO_REQUIRE(off);
    EXPECT_EQ(off->seed->state, SeedState::kOff);
    EXPECT_FALSE(s.serves());
  });
}

TEST(SeedBook, goes_with_what_is_moved_and_ends_with_what_is_removed) {
  run_seeding([](Seeding& s) -> io::Awaitable<void> {
    const auto begun = co_await fetched_and_restarted(s);
    CO_REQUIRE(begun);
    const auto moved = co_await s.daemon->book.move(s.id, (s.folder / "elsewhere").string());
    CO_REQUIRE(moved);
    (void)co_await s.wait_for(SeedState::kServing);
    auto done = co_await s.start_again();
    CO_REQUIRE(done);
    const Fetched fetched = co_await s.fetch_as_carol();
    CO_REQUIRE(fetched.path);
    s.expect_all_at_carol();
    done = co_await s.daemon->book.remove(s.id, api::RemovedFiles::kNone);
    CO_REQUIRE(done);
    EXPECT_FALSE(s.serves());
    done = co_await s.start_again();
    CO_REQUIRE(done);
    EXPECT_FALSE(s.serves());
  });
}

TEST(SeedBook, says_that_what_was_deleted_is_gone) {
  run_seeding([](Seeding& s) -> io::Awaitable<void> {
    const auto begun = co_await fetched_and_restarted(s);
    CO_REQUIRE(begun);
    std::filesystem::remove_all(s.folder / "bob/album");
    const auto again = co_await s.start_again();
    CO_REQUIRE(again);
    const auto seed = co_await s.wait_for(SeedState::kEnded);
    EXPECT_THAT(seed.reason, HasSubstr("no longer where it was downloaded to"));
    EXPECT_FALSE(s.serves());
  });
}

TEST(SeedBook, renews_the_owners_word_and_says_where_it_is) {
  run_seeding([](Seeding& s) -> io::Awaitable<void> {
    const auto begun = co_await fetched_and_restarted(s);
    CO_REQUIRE(begun);
    const auto before = s.daemon->view(s.id).seed->until;
    co_await s.daemon->book.seeds().visit(s.id);
    EXPECT_GT(*s.daemon->view(s.id).seed->until, *before);
    const auto meeting = s.owner.node->services().meetings->at(s.ticket->share_id());
    while (meeting->providers(s.carol.node->device().peer_id()).empty()) {
      const auto slept = co_await io::sleep_for(1ms);
      CO_REQUIRE(slept);
    }
    while (s.owner.node->uploads().views().size() > 1) {  // a visit is no upload once it is over
      const auto slept = co_await io::sleep_for(1ms);
      CO_REQUIRE(slept);
    }
  });
}

TEST(SeedBook, takes_an_owners_no_for_an_answer_when_it_is_said_twice) {
  run_seeding([](Seeding& s) -> io::Awaitable<void> {
    auto done = co_await s.share_folder();
    CO_REQUIRE(done);
    done = co_await s.fetch();
    CO_REQUIRE(done);
    const auto removed = s.owner.node->shares().remove(s.share_id);
    CO_REQUIRE(removed);
    co_await s.daemon->book.seeds().visit(s.id);
    EXPECT_EQ(s.daemon->view(s.id).seed->state, SeedState::kServing);
    co_await s.daemon->book.seeds().visit(s.id);
    const auto seed = co_await s.wait_for(SeedState::kEnded);
    EXPECT_THAT(seed.reason, HasSubstr("its owner does not let it be fetched any more"));
    EXPECT_FALSE(s.serves());
    done = co_await s.start_again();
    CO_REQUIRE(done);
    EXPECT_EQ(s.daemon->view(s.id).seed->reason, seed.reason) << "it is remembered";
    EXPECT_FALSE(s.serves());
  });
}

TEST(SeedBook, goes_on_while_the_owner_is_away) {
  run_seeding([](Seeding& s) -> io::Awaitable<void> {
    const auto begun = co_await fetched_and_restarted(s);
    CO_REQUIRE(begun);
    co_await s.stop_owner();
    for (int i = 0; i < 3; ++i) co_await s.daemon->book.seeds().visit(s.id);
    EXPECT_EQ(s.daemon->view(s.id).seed->state, SeedState::kServing);
  });
}

TEST(SeedBook, an_unfinished_download_offers_and_proves_what_an_earlier_run_has_brought) {
  run_seeding([](Seeding& s) -> io::Awaitable<void> {
    write_file(s.folder / "source/film.bin", noise(40 * kMinPieceSize));
    auto done = co_await s.share(s.folder / "source/film.bin");
    CO_REQUIRE(done);
    s.owner.node->set_limits({.total = {.down = std::nullopt, .up = 3'000'000}, .per_peer = {}});
    api::DownloadRequest request;
    request.ticket = s.ticket->to_text();
    request.directory = (s.folder / "bob").string();
    const auto begun = co_await s.daemon->book.start(std::move(request));
    CO_REQUIRE(begun);
    s.id = begun->id;
    while (s.daemon->view(s.id).bytes_done < 3 * kMinPieceSize) {
      const auto slept = co_await io::sleep_for(1ms);
      CO_REQUIRE(slept);
    }
    const auto paused = co_await s.daemon->book.pause(s.id);
    CO_REQUIRE(paused);
    done = co_await s.start_again();
    CO_REQUIRE(done);
    const auto checked = co_await s.daemon->book.verify(s.id);
    CO_REQUIRE(checked);
    const auto after = co_await s.daemon->wait_for(s.id, TransferState::kPaused);
    EXPECT_EQ(after.check->unproved, 0U);
    EXPECT_EQ(after.check->files, 1U);
    // The owner answers, but gives nothing any more: what Carol gets is from before.
    s.owner.node->set_limits({.total = {.down = std::nullopt, .up = 1}, .per_peer = {}});
    const auto resumed = co_await s.daemon->book.resume(s.id);
    CO_REQUIRE(resumed);
    while (!s.serves()) {
      const auto slept = co_await io::sleep_for(1ms);
      CO_REQUIRE(slept);
    }
    swarm::OpenRequest opening;
    opening.share = s.ticket->share_id();
    opening.peer = s.carol.node->device().peer_id();
    opening.proof = access::make_proof(s.ticket->secret, ByteView(opening.exporter), opening.peer);
    const auto admitted = s.bob.node->onward().admit(opening, "192.0.2.1:1");
    CO_REQUIRE(admitted);
    EXPECT_GE(admitted->held->count(), 3U);
  });
}

}  // namespace
}  // namespace covey::daemon
