// The daemon's downloads on a real store, fetched from a real node.

#include <gmock/gmock.h>
#include <asio/ip/tcp.hpp>

#include "daemon/test_daemon.hpp"

namespace covey::daemon {
namespace {

using api::Priority;
using api::RemovedFiles;
using api::TransferState;
using content::noise;
using content::read_file;
using content::write_file;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::size_t kMiB = std::size_t{1} << 20;

struct Downloads {
  Downloads(Exchange& with, std::string name)
      : x(with),
        file(x.folder / name),
        daemon(open()),
        silence(x.receiver.node->services().network,
                asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {}

  [[nodiscard]] std::unique_ptr<Daemon> open() const { return std::make_unique<Daemon>(x.receiver, file); }
  /// Ends the daemon, or just forgets it as a kill would, and starts another on the same store.
  io::Awaitable<Result<>> start_again() {
    co_await daemon->close();
    daemon = open();
    daemon->book.set_places(1);
    co_return co_await daemon->restore();
  }
  /// Of a file or folder that the sender shares; into a folder of its own.
  io::Awaitable<Result<api::DownloadRequest>> request(std::filesystem::path path, std::string into) {
    CO_TRY(const auto share, co_await x.sender.share(std::move(path)));
    std::filesystem::create_directories(x.destination(into));
    api::DownloadRequest out;
    out.ticket = x.sender.ticket(share).to_text();
    out.directory = x.destination(into).string();
    co_return out;
  }
  /// Of a peer that is not there.
  [[nodiscard]] api::DownloadRequest absent() { return from("127.0.0.1:1"); }
  /// Of one that takes connections and never says a word, so that the download holds its place meanwhile.
  [[nodiscard]] api::DownloadRequest silent() {
    return from(fmt::format("127.0.0.1:{}", silence.local_endpoint().port()));
  }

  Exchange& x;
  std::filesystem::path file;
  std::unique_ptr<Daemon> daemon;
  asio::ip::tcp::acceptor silence;

 private:
  [[nodiscard]] api::DownloadRequest from(const std::string& address) {
    const access::Ticket ticket{.owner = x.sender.node->device().peer_id(),
                                .secret = access::TicketSecret::generate(x.sender.random),
                                .addresses = {*access::Endpoint::parse(address)}};
    api::DownloadRequest out;
    out.ticket = ticket.to_text();
    out.directory = x.destination().string();
    return out;
  }
};

void run_downloads(const std::function<io::Awaitable<void>(Downloads&)>& body) {
  run_exchange([&](Exchange& x) -> io::Awaitable<void> {
    Downloads downloads(x, "daemon.db");
    co_await body(downloads);
    co_await downloads.daemon->close();
  });
}

TEST(DownloadBook, runs_as_many_as_there_are_places_in_the_order_of_the_queue) {
  run_downloads([](Downloads& d) -> io::Awaitable<void> {
    d.daemon->book.set_places(1);
    const auto holder = co_await d.daemon->book.start(d.silent());  // has the place until all are there
    CO_REQUIRE(holder);
    std::vector<std::string> ids;
    for (int i = 0; i < 3; ++i) {
      const auto path = d.x.source("file" + std::to_string(i));
      write_file(path, noise(kMiB, static_cast<std::uint32_t>(i)));
      auto request = co_await d.request(path, std::to_string(i));
      CO_REQUIRE(request);
      if (i == 2) request->settings.priority = Priority::kHigh;
      auto wanted = std::move(*request);
      const auto started = co_await d.daemon->book.start(std::move(wanted));
      CO_REQUIRE(started);
      ids.push_back(started->id);
    }
    EXPECT_EQ(d.daemon->view(ids[1]).queue_position, 3U);
    const auto paused = co_await d.daemon->book.pause(holder->id);
    CO_REQUIRE(paused);
    while (d.daemon->completed.size() < ids.size()) {
      const auto slept = co_await io::sleep_for(1ms);
      CO_REQUIRE(slept);
    }
    EXPECT_EQ(d.daemon->most_at_a_time, 1U);
    EXPECT_THAT(d.daemon->completed, ElementsAre(ids[2], ids[0], ids[1]));
    EXPECT_EQ(read_file(d.x.destination("2") / "file2"), noise(kMiB, 2));
  });
}

TEST(DownloadBook, absent_peers_give_up_their_place_to_the_next) {
  run_downloads([](Downloads& d) -> io::Awaitable<void> {
    d.daemon->book.set_places(1);
    for (int i = 0; i < 3; ++i) {
      const auto absent = co_await d.daemon->book.start(d.absent());
      CO_REQUIRE(absent);
    }
    write_file(d.x.source("there"), noise(1000));
    auto request = co_await d.request(d.x.source("there"), "there");
    CO_REQUIRE(request);
    auto wanted = std::move(*request);
    const auto there = co_await d.daemon->book.start(std::move(wanted));
    CO_REQUIRE(there);
    (void)co_await d.daemon->wait_for(there->id, TransferState::kComplete);
    for (const auto& view : d.daemon->book.views()) {
      if (view.id == there->id) continue;
      EXPECT_EQ(view.state, TransferState::kQueued);
      EXPECT_EQ(view.queue_position, std::nullopt) << "it waits for its peer, not for its turn";
      EXPECT_THAT(view.waiting_for, HasSubstr("to come back"));
      EXPECT_FALSE(view.error);
    }
  });
}

TEST(DownloadBook, each_change_costs_one_write_however_many_downloads_there_are) {
  run_downloads([](Downloads& d) -> io::Awaitable<void> {
    constexpr std::uint64_t kMany = 300;
    d.daemon->book.set_places(1);
    std::vector<std::string> ids;
    const auto before = d.daemon->store.calls();
    for (std::uint64_t i = 0; i < kMany; ++i) {
      const auto started = co_await d.daemon->book.start(d.silent());
      CO_REQUIRE(started);
      ids.push_back(started->id);
    }
    EXPECT_EQ(d.daemon->store.calls() - before, kMany);
    const auto then = d.daemon->store.calls();
    const auto paused = co_await d.daemon->book.pause(ids[7]);
    CO_REQUIRE(paused);
    api::TransferSettings high;
    high.priority = Priority::kHigh;
    const auto set = co_await d.daemon->book.set(ids[8], high);
    CO_REQUIRE(set);
    EXPECT_EQ(set->queue_position, 1U);
    const auto resumed = co_await d.daemon->book.resume(ids[7]);
    CO_REQUIRE(resumed);
    EXPECT_EQ(resumed->queue_position, 8U)
        << "where it was, but for the first, which runs, and the one at the top";
    const auto removed = co_await d.daemon->book.remove(ids[9], RemovedFiles::kNone);
    CO_REQUIRE(removed);
    EXPECT_EQ(d.daemon->store.calls() - then, 4U);
    EXPECT_LE(d.daemon->book.moving_on().size(), 52U) << "one that runs and the head of the queue";
  });
}

TEST(DownloadBook, order_priorities_limits_and_pauses_survive) {
  run_downloads([](Downloads& d) -> io::Awaitable<void> {
    d.daemon->book.set_places(1);
    std::vector<std::string> ids;
    for (int i = 0; i < 5; ++i) {
      const auto started = co_await d.daemon->book.start(d.silent());
      CO_REQUIRE(started);
      ids.push_back(started->id);
    }
    api::TransferSettings settings;
    settings.priority = Priority::kHigh;
    settings.piece_order = api::PieceOrder::kSequential;
    settings.limit_down = 5'000'000;
    (void)co_await d.daemon->book.set(ids[3], settings);
    (void)co_await d.daemon->book.pause(ids[1]);
    (void)co_await d.daemon->book.remove(ids[2], RemovedFiles::kNone);
    const auto again = co_await d.start_again();
    CO_REQUIRE(again);
    const auto views = d.daemon->book.views();
    std::vector<std::string> listed;
    for (const auto& view : views) listed.push_back(view.id);
    EXPECT_THAT(listed, ElementsAre(ids[4], ids[3], ids[1], ids[0])) << "the newest first";
    EXPECT_EQ(d.daemon->view(ids[1]).state, TransferState::kPaused);
    EXPECT_EQ(d.daemon->view(ids[3]).settings, settings);
    while (d.daemon->book.active() == 0) {
      const auto slept = co_await io::sleep_for(1ms);
      CO_REQUIRE(slept);
    }
    EXPECT_EQ(d.daemon->view(ids[3]).queue_position, std::nullopt) << "it runs, being the most urgent";
    EXPECT_EQ(d.daemon->view(ids[0]).queue_position, 1U);
    EXPECT_EQ(d.daemon->view(ids[4]).queue_position, 2U);
  });
}

TEST(DownloadBook, a_check_finds_what_changed_and_resume_fetches_it_again) {
  run_downloads([](Downloads& d) -> io::Awaitable<void> {
    write_file(d.x.source("tree/a.txt"), noise(1000, 1));
    write_file(d.x.source("tree/b.bin"), noise(2 * kMiB, 2));
    auto request = co_await d.request(d.x.source("tree"), "to");
    CO_REQUIRE(request);
    auto wanted = std::move(*request);
    const auto started = co_await d.daemon->book.start(std::move(wanted));
    CO_REQUIRE(started);
    const std::string id = started->id;
    (void)co_await d.daemon->wait_for(id, TransferState::kComplete);
    const auto listed = co_await d.daemon->wait_for_list(id);
    CO_REQUIRE(listed);
    const auto checked = co_await d.daemon->book.verify(id);
    CO_REQUIRE(checked);
    EXPECT_EQ(checked->state, TransferState::kVerifying);
    auto view = co_await d.daemon->wait_for(id, TransferState::kComplete);
    EXPECT_EQ(view.check->files, 2U);
    EXPECT_EQ(view.check->changed_total, 0U);
    const auto refused = co_await d.daemon->book.resume(id);
    EXPECT_FALSE(refused) << "nothing is to be mended";

    write_file(d.x.destination("to") / "tree/a.txt", noise(1000, 9));
    (void)co_await d.daemon->book.verify(id);
    view = co_await d.daemon->wait_for(id, TransferState::kComplete);
    EXPECT_THAT(view.check->changed, ElementsAre("a.txt"));
    EXPECT_THAT(view.check->advice, HasSubstr("covey resume " + id));
    const auto resumed = co_await d.daemon->book.resume(id);
    CO_REQUIRE(resumed);
    (void)co_await d.daemon->wait_for(id, TransferState::kComplete);
    EXPECT_EQ(read_file(d.x.destination("to") / "tree/a.txt"), noise(1000, 1));
  });
}

TEST(DownloadBook, a_complete_download_is_moved_and_goes_by_its_new_place) {
  run_downloads([](Downloads& d) -> io::Awaitable<void> {
    write_file(d.x.source("one.bin"), noise(kMiB));
    auto request = co_await d.request(d.x.source("one.bin"), "from");
    CO_REQUIRE(request);
    auto wanted = std::move(*request);
    const auto started = co_await d.daemon->book.start(std::move(wanted));
    CO_REQUIRE(started);
    const std::string id = started->id;
    (void)co_await d.daemon->wait_for(id, TransferState::kComplete);
    std::filesystem::create_directories(d.x.destination("to"));
    const auto moving = co_await d.daemon->book.move(id, d.x.destination("to").string());
    CO_REQUIRE(moving);
    EXPECT_EQ(moving->state, TransferState::kMoving);
    const auto view = co_await d.daemon->wait_for(id, TransferState::kComplete);
    EXPECT_EQ(view.destination, d.x.destination("to") / "one.bin");
    EXPECT_EQ(read_file(view.destination), noise(kMiB));
    const auto again = co_await d.start_again();
    CO_REQUIRE(again);
    EXPECT_EQ(d.daemon->view(id).destination, view.destination);

    write_file(d.x.destination("from") / "one.bin", noise(3));
    (void)co_await d.daemon->book.move(id, d.x.destination("from").string());
    const auto blocked = co_await d.daemon->wait_for(id, TransferState::kComplete);
    EXPECT_EQ(blocked.destination, view.destination);
    EXPECT_EQ(blocked.error->code, ErrorCode::kAlreadyExists);
  });
}

TEST(DownloadBook, remove_deletes_finished_files_only_when_all_is_said) {
  run_downloads([](Downloads& d) -> io::Awaitable<void> {
    for (const RemovedFiles files : {RemovedFiles::kNone, RemovedFiles::kPartial, RemovedFiles::kAll}) {
      write_file(d.x.source("tree/a.txt"), noise(1000, 1));
      auto request = co_await d.request(d.x.source("tree"), "to");
      CO_REQUIRE(request);
      request->on_existing = api::OnExisting::kOverwrite;
      auto wanted = std::move(*request);
      const auto started = co_await d.daemon->book.start(std::move(wanted));
      CO_REQUIRE(started);
      const std::string id = started->id;
      (void)co_await d.daemon->wait_for(id, TransferState::kComplete);
      const auto listed = co_await d.daemon->wait_for_list(id);
      CO_REQUIRE(listed);
      write_file(d.x.destination("to") / "tree/own.txt", noise(5));
      const auto removed = co_await d.daemon->book.remove(id, files);
      CO_REQUIRE(removed);
      const bool stays = files != RemovedFiles::kAll;
      EXPECT_EQ(std::filesystem::exists(d.x.destination("to") / "tree/a.txt"), stays);
      EXPECT_TRUE(std::filesystem::exists(d.x.destination("to") / "tree/own.txt")) << "never the user's own";
      EXPECT_TRUE(d.daemon->book.views().empty());
    }
  });
}

TEST(DownloadBook, what_makes_no_sense_is_said_to) {
  run_downloads([](Downloads& d) -> io::Awaitable<void> {
    auto& book = d.daemon->book;
    const auto unknown = co_await book.verify("nothing");
    EXPECT_THAT(unknown.error().context, HasSubstr("covey transfers"));
    d.daemon->book.set_places(1);
    const auto started = co_await book.start(d.silent());
    CO_REQUIRE(started);
    const auto nothing_there = co_await book.verify(started->id);
    EXPECT_EQ(nothing_there.error().code, ErrorCode::kNotFound);
    const auto same = co_await book.move(started->id, d.x.destination().string());
    EXPECT_EQ(same.error().code, ErrorCode::kInvalidArgument);
    const auto nowhere = co_await book.move(started->id, "/does/not/exist");
    EXPECT_EQ(nowhere.error().code, ErrorCode::kNotFound);
    api::TransferSettings zero;
    zero.limit_up = 0;
    const auto limited = co_await book.set(started->id, zero);
    EXPECT_EQ(limited.error().code, ErrorCode::kInvalidArgument);
    EXPECT_TRUE(api::TransferSettings{} == d.daemon->view(started->id).settings);
  });
}

}  // namespace
}  // namespace covey::daemon
