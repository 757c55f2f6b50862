// A node that serves and a download that fetches, over real connections.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/test_node.hpp"
#include "transport/socket_address.hpp"

namespace covey::daemon {
namespace {

using content::noise;
using content::OnTaken;
using content::read_file;
using content::write_file;

constexpr std::size_t kMebibyte = std::size_t{1} << 20;

/// Quick to make, and no two pieces alike.
Bytes large_content(std::size_t size) {
  Bytes out;
  const Bytes block = noise(64 << 10);
  for (std::uint32_t number = 0; out.size() < size; ++number) {
    const std::size_t at = out.size();
    out.insert(out.end(), block.begin(), block.end());
    std::memcpy(out.data() + at, &number, sizeof number);
  }
  out.resize(size);
  return out;
}

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    out.push_back(entry.path().filename().string());
  std::sort(out.begin(), out.end());
  return out;
}

struct stat status_of(const std::filesystem::path& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status;
}

void set_time(const std::filesystem::path& path, time_t seconds) {
  const timespec times[2] = {{.tv_sec = seconds, .tv_nsec = 5}, {.tv_sec = seconds, .tv_nsec = 5}};
  EXPECT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0) << path;
}

TEST(Transfer, a_file_arrives_with_its_bytes_bit_and_time) {
  run_exchange([](Exchange& x) -> io::Awaitable<void> {
    const auto path = x.source("program 🎈.bin");
    const Bytes bytes = large_content(9 * kMebibyte + 17);
    write_file(path, bytes);
    ::chmod(path.c_str(), 0755);
    set_time(path, 1'400'000'000);
    const Fetched fetched = co_await x.hand_over(path);
    CO_REQUIRE(fetched.path);
    EXPECT_EQ(*fetched.path, x.destination("program 🎈.bin"));
    EXPECT_EQ(read_file(*fetched.path), bytes);
    const auto status = status_of(*fetched.path);
    EXPECT_TRUE(status.st_mode & S_IXUSR);
    EXPECT_EQ(status.st_mtim.tv_sec, 1'400'000'000);
    EXPECT_THAT(names_in(x.destination()), testing::ElementsAre("program 🎈.bin"));
    EXPECT_EQ(fetched.progress.phase, swarm::Phase::kComplete);
    EXPECT_EQ(fetched.progress.bytes_done, bytes.size());
    EXPECT_EQ(fetched.progress.bytes_total, bytes.size());
    EXPECT_EQ(fetched.progress.pieces_done, 37U);
    EXPECT_EQ(fetched.progress.files_done, 1U);
  });
}

TEST(Transfer, files_of_no_and_of_one_byte_arrive) {
  run_exchange([](Exchange& x) -> io::Awaitable<void> {
    for (std::size_t size = 0; size < 2; ++size) {
      const auto path = x.source(fmt::format("{} bytes", size));
      write_file(path, noise(size));
      const Fetched fetched = co_await x.hand_over(path);
      CO_REQUIRE(fetched.path);
      EXPECT_EQ(read_file(*fetched.path), noise(size));
    }
  });
}

TEST(Transfer, a_folder_of_many_small_files_arrives_whole) {
  run_exchange([](Exchange& x) -> io::Awaitable<void> {
    for (int i = 0; i < 700; ++i) {
      write_file(x.source(fmt::format("many/{}/file {}", i % 7, i)),
                 noise(static_cast<std::size_t>(i * 5), 3));
    }
    write_file(x.source("many/large.bin"), large_content(3 * kMebibyte));
    std::filesystem::create_directories(x.source("many/empty/folder"));
    const Fetched fetched = co_await x.hand_over(x.source("many"));
    CO_REQUIRE(fetched.path);
    EXPECT_EQ(*fetched.path, x.destination("many"));
    for (int i = 0; i < 700; ++i) {
      EXPECT_EQ(read_file(x.destination(fmt::format("many/{}/file {}", i % 7, i))),
                noise(static_cast<std::size_t>(i * 5), 3));
    }
    EXPECT_EQ(read_file(x.destination("many/large.bin")), large_content(3 * kMebibyte));
    EXPECT_TRUE(std::filesystem::is_directory(x.destination("many/empty/folder")));
    EXPECT_EQ(fetched.progress.files_done, 701U);
  });
}

TEST(Transfer, an_empty_folder_arrives) {
  run_exchange([](Exchange& x) -> io::Awaitable<void> {
    std::filesystem::create_directory(x.source("nothing"));
    const Fetched fetched = co_await x.hand_over(x.source("nothing"));
    CO_REQUIRE(fetched.path);
    EXPECT_TRUE(std::filesystem::is_directory(x.destination("nothing")));
    EXPECT_TRUE(std::filesystem::is_empty(x.destination("nothing")));
  });
}

TEST(Transfer, holes_of_a_sparse_file_stay_holes) {
  run_exchange([](Exchange& x) -> io::Awaitable<void> {
    const auto path = x.source("disk.img");
    const Bytes island = noise(1000);
    {
      const int fd = ::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
      EXPECT_EQ(::ftruncate(fd, 1 << 30), 0);
      EXPECT_EQ(::pwrite(fd, island.data(), island.size(), 300 << 20), 1000);
      ::close(fd);
    }
    EXPECT_LT(status_of(path).st_blocks * 512, 1 << 20) << "the file system here knows no holes";
    const Fetched fetched = co_await x.hand_over(path);
    CO_REQUIRE(fetched.path);
    EXPECT_EQ(status_of(*fetched.path).st_size, 1 << 30);
    EXPECT_LT(status_of(*fetched.path).st_blocks * 512, 2 << 20);
    Bytes back(island.size());
    const int fd = ::open(fetched.path->c_str(), O_RDONLY | O_CLOEXEC);
    EXPECT_EQ(::pread(fd, back.data(), back.size(), 300 << 20), 1000);
    ::close(fd);
    EXPECT_EQ(back, island);
    EXPECT_EQ(fetched.progress.bytes_done, std::uint64_t{1} << 30);
  });
}

TEST(Transfer, only_what_was_selected_comes) {
  run_exchange([](Exchange& x) -> io::Awaitable<void> {
    write_file(x.source("mixed/a.txt"), noise(10));
    write_file(x.source("mixed/b.bin"), large_content(kMebibyte));
    write_file(x.source("mixed/sub/c.txt"), noise(20));
    const auto shared = co_await x.sender.share(x.source("mixed"));
    CO_REQUIRE(shared);
    auto order = x.order(x.sender.ticket(*shared));
    order.select.emplace_back("*.txt");
    const Fetched fetched = co_await x.fetch(std::move(order));
    CO_REQUIRE(fetched.path);
    EXPECT_THAT(names_in(x.destination("mixed")), testing::ElementsAre("a.txt", "sub"));
    EXPECT_EQ(read_file(x.destination("mixed/sub/c.txt")), noise(20));
    EXPECT_EQ(fetched.progress.bytes_total, 30U);

    auto nothing = x.order(x.sender.ticket(*shared));
    nothing.select.emplace_back("*.jpg");
    nothing.on_taken = OnTaken::kRename;
    const Fetched none = co_await x.fetch(std::move(nothing));
    test::expect_error(test::error_of(none.path), ErrorCode::kNotFound, "*.jpg");
  });
}

/// Runs a download and stops it once it holds so many bytes. What it held in the end.
io::Awaitable<Result<swarm::TransferProgress>> fetch_and_stop(Exchange& x, swarm::DownloadOrder order,
                                                              std::uint64_t after) {
  swarm::Download download(x.receiver.node->services(), std::move(order));
  auto stop = [&]() -> io::Awaitable<Result<>> {
    auto waited = co_await wait_for_bytes(download, after);
    download.stop();
    co_return waited;
  };
  auto ends = co_await test::both(download.run(), stop());
  CO_TRY_VOID(std::move(ends.second));
  test::expect_error(test::error_of(ends.first), ErrorCode::kCancelled, "kept");
  co_return download.progress();
}

TEST(Transfer, a_stopped_download_goes_on_where_it_was_and_fetches_nothing_twice) {
  run_exchange([](Exchange& x) -> io::Awaitable<void> {
    const Bytes bytes = large_content(64 * kMebibyte);
    write_file(x.source("big/first.bin"), bytes);
    write_file(x.source("big/second.bin"), large_content(5 * kMebibyte));
    const auto shared = co_await x.sender.share(x.source("big"));
    CO_REQUIRE(shared);
    const access::Ticket ticket = x.sender.ticket(*shared);
    const auto stopped = co_await fetch_and_stop(x, x.order(copy_of(ticket)), 10 * kMebibyte);
    CO_REQUIRE(stopped);
    EXPECT_EQ(stopped->phase, swarm::Phase::kCancelled);
    EXPECT_LT(stopped->bytes_done, stopped->bytes_total) << "it was not stopped in the middle";
    EXPECT_THAT(names_in(x.destination()), testing::ElementsAre("big.covey-part"));

    auto order = x.order(copy_of(ticket));
    order.lanes = 1;
    swarm::Download again(x.receiver.node->services(), std::move(order));
    const auto path = co_await again.run();
    CO_REQUIRE(path);
    const auto progress = again.progress();
    EXPECT_EQ(progress.bytes_resumed, stopped->bytes_done) << "what was verified is there";
    const auto uploads = x.sender.node->uploads().views();
    if (uploads.empty()) {
      ADD_FAILURE() << "the sender has seen no upload";
      co_return;
    }
    EXPECT_EQ(uploads.front().bytes_done, progress.bytes_total - progress.bytes_resumed)
        << "the second run was sent exactly what was missing";
    EXPECT_EQ(read_file(x.destination("big/first.bin")), bytes);
    EXPECT_THAT(names_in(x.destination()), testing::ElementsAre("big"));
  });
}

TEST(Transfer, a_stopped_download_can_be_thrown_away) {
  run_exchange([](Exchange& x) -> io::Awaitable<void> {
    write_file(x.source("big.bin"), large_content(64 * kMebibyte));
    const auto shared = co_await x.sender.share(x.source("big.bin"));
    CO_REQUIRE(shared);
    swarm::Download download(x.receiver.node->services(), x.order(x.sender.ticket(*shared)));
    auto stop = [&]() -> io::Awaitable<Result<>> {
      auto waited = co_await wait_for_bytes(download, kMebibyte);
      download.stop();
      co_return waited;
    };
    const auto ends = co_await test::both(download.run(), stop());
    CO_REQUIRE(ends.second);
    const auto discarded = co_await download.discard();
    CO_REQUIRE(discarded);
    EXPECT_TRUE(std::filesystem::is_empty(x.destination()));
  });
}

TEST(Transfer, a_download_that_is_stopped_before_it_began_ends) {
  run_exchange([](Exchange& x) -> io::Awaitable<void> {
    write_file(x.source("file"), noise(10));
    const auto shared = co_await x.sender.share(x.source("file"));
    CO_REQUIRE(shared);
    swarm::Download download(x.receiver.node->services(), x.order(x.sender.ticket(*shared)));
    download.stop();
    const auto path = co_await download.run();
    EXPECT_EQ(test::error_of(path).code, ErrorCode::kCancelled);
  });
}

TEST(Ticket, an_unknown_one_and_a_wrong_secret_get_the_same_answer) {
  run_exchange([](Exchange& x) -> io::Awaitable<void> {
    write_file(x.source("file"), noise(10));
    const auto shared = co_await x.sender.share(x.source("file"));
    CO_REQUIRE(shared);
    auto guessed = x.sender.ticket(*shared);
    crypto::SeededRandom random(99);
    guessed.secret = access::TicketSecret::generate(random);
    const Fetched fetched = co_await x.fetch(x.order(std::move(guessed)));
    test::expect_error(test::error_of(fetched.path), ErrorCode::kNotFound, "ask for a fresh one");
    EXPECT_TRUE(x.sender.node->uploads().views().empty());
  });
}

TEST(Ticket, an_expired_one_is_refused) {
  run_exchange([](Exchange& x) -> io::Awaitable<void> {
    write_file(x.source("file"), noise(10));
    const auto shared = co_await x.sender.share(x.source("file"));
    CO_REQUIRE(shared);
    auto order = x.order(x.sender.ticket(*shared, x.sender.clock.wall() - 1s));
    const Fetched fetched = co_await x.fetch(std::move(order));
    test::expect_error(test::error_of(fetched.path), ErrorCode::kExpired, "ask the sender for a fresh one");
    EXPECT_TRUE(std::filesystem::is_empty(x.destination()));
  });
}

TEST(Ticket, a_used_up_one_is_refused_but_its_holder_may_come_back) {
  run_exchange([](Exchange& x) -> io::Awaitable<void> {
    const io::Executor executor = co_await asio::this_coro::executor;
    write_file(x.source("file"), noise(10));
    const auto shared = co_await x.sender.share(x.source("file"));
    CO_REQUIRE(shared);
    const access::Ticket ticket = x.sender.ticket(*shared, std::nullopt, 1);
    const Fetched first = co_await x.fetch(x.order(copy_of(ticket)));
    CO_REQUIRE(first.path);
    TestNode other(executor, 3);
    auto order = x.order(copy_of(ticket));
    order.on_taken = OnTaken::kRename;
    const Fetched second = co_await Exchange::fetch_as(other, std::move(order));
    test::expect_error(test::error_of(second.path), ErrorCode::kRefused, "used up; ask the sender");
    auto back = x.order(copy_of(ticket));
    back.on_taken = OnTaken::kRename;
    const Fetched third = co_await x.fetch(std::move(back));
    CO_REQUIRE(third.path);
    EXPECT_EQ(third.path->filename(), "file (2)");
    co_await other.node->stop();
  });
}

TEST(Ticket, for_the_key_of_another_peer_reaches_nobody) {
  run_exchange([](Exchange& x) -> io::Awaitable<void> {
    write_file(x.source("file"), noise(10));
    const auto shared = co_await x.sender.share(x.source("file"));
    CO_REQUIRE(shared);
    auto ticket = x.sender.ticket(*shared);
    ticket.owner = x.receiver.node->device().peer_id();
    const Fetched fetched = co_await x.fetch(x.order(std::move(ticket)));
    test::expect_error(test::error_of(fetched.path), ErrorCode::kVerificationFailed, "another peer answers");
  });
}

TEST(Transfer, a_source_that_changes_meanwhile_ends_it_and_is_named) {
  using Change = std::function<void(const std::filesystem::path&)>;
  const std::vector<Change> changes = {
      [](const auto& path) { std::ofstream(path, std::ios::app) << "more"; },
      [](const auto& path) { std::filesystem::resize_file(path, 100); },
      [](const auto& path) { std::filesystem::remove(path); },
  };
  for (const Change& change : changes) {
    run_exchange([&](Exchange& x) -> io::Awaitable<void> {
      write_file(x.source("shared/movie.mkv"), large_content(64 * kMebibyte));
      write_file(x.source("shared/other.bin"), large_content(64 * kMebibyte));
      const auto shared = co_await x.sender.share(x.source("shared"));
      CO_REQUIRE(shared);
      auto order = x.order(x.sender.ticket(*shared));
      order.lanes = 1;
      swarm::Download download(x.receiver.node->services(), std::move(order));
      auto spoil = [&]() -> io::Awaitable<Result<>> {
        auto waited = co_await wait_for_bytes(download, 4 * kMebibyte);
        change(x.source("shared/movie.mkv"));
        change(x.source("shared/other.bin"));
        co_return waited;
      };
      const auto ends = co_await test::both(download.run(), spoil());
      CO_REQUIRE(ends.second);
      const Error error = test::error_of(ends.first);
      EXPECT_EQ(error.code, ErrorCode::kSourceChanged) << to_string(error);
      EXPECT_THAT(error.context,
                  testing::AnyOf(testing::HasSubstr("movie.mkv"), testing::HasSubstr("other.bin")));
      EXPECT_THAT(error.context, testing::HasSubstr("ask the sender"));
      EXPECT_EQ(error.context.find(x.folder.path().string()), std::string::npos)
          << "where files lie at the sender is nobody's business: " << error.context;
    });
  }
}

TEST(Transfer, a_share_that_is_closed_meanwhile_ends_it) {
  run_exchange([](Exchange& x) -> io::Awaitable<void> {
    write_file(x.source("big.bin"), large_content(64 * kMebibyte));
    const auto shared = co_await x.sender.share(x.source("big.bin"));
    CO_REQUIRE(shared);
    const access::Ticket ticket = x.sender.ticket(*shared);
    auto order = x.order(copy_of(ticket));
    order.lanes = 1;  // a second one might ask only after the end, and be told what anybody is told
    swarm::Download download(x.receiver.node->services(), std::move(order));
    auto close = [&]() -> io::Awaitable<Result<>> {
      auto waited = co_await wait_for_bytes(download, 4 * kMebibyte);
      if (waited) waited = x.sender.node->shares().remove(*shared);
      co_return waited;
    };
    const auto ends = co_await test::both(download.run(), close());
    CO_REQUIRE(ends.second);
    test::expect_error(test::error_of(ends.first), ErrorCode::kRefused, "closed this share");
    const Fetched later = co_await x.fetch(x.order(copy_of(ticket)));
    test::expect_error(test::error_of(later.path), ErrorCode::kNotFound, "ask for a fresh one");
  });
}

TEST(Destination, a_name_that_is_taken_is_never_replaced_unasked) {
  run_exchange([](Exchange& x) -> io::Awaitable<void> {
    write_file(x.source("file.txt"), noise(10, 1));
    write_file(x.destination("file.txt"), noise(10, 2));
    const auto shared = co_await x.sender.share(x.source("file.txt"));
    CO_REQUIRE(shared);
    const access::Ticket ticket = x.sender.ticket(*shared);
    const Fetched refused = co_await x.fetch(x.order(copy_of(ticket)));
    test::expect_error(test::error_of(refused.path), ErrorCode::kAlreadyExists, "--overwrite");
    EXPECT_EQ(read_file(x.destination("file.txt")), noise(10, 2));

    auto rename = x.order(copy_of(ticket));
    rename.on_taken = OnTaken::kRename;
    const Fetched renamed = co_await x.fetch(std::move(rename));
    CO_REQUIRE(renamed.path);
    EXPECT_EQ(*renamed.path, x.destination("file (2).txt"));
    EXPECT_EQ(read_file(x.destination("file.txt")), noise(10, 2));

    auto overwrite = x.order(copy_of(ticket));
    overwrite.on_taken = OnTaken::kOverwrite;
    const Fetched replaced = co_await x.fetch(std::move(overwrite));
    CO_REQUIRE(replaced.path);
    EXPECT_EQ(read_file(x.destination("file.txt")), noise(10, 1));
    EXPECT_THAT(names_in(x.destination()), testing::ElementsAre("file (2).txt", "file.txt"));
  });
}

TEST(Destination, a_dangling_link_of_the_name_counts_as_taken) {
  run_exchange([](Exchange& x) -> io::Awaitable<void> {
    write_file(x.source("file.txt"), noise(10));
    std::filesystem::create_symlink(x.folder / "elsewhere", x.destination("file.txt"));
    const Fetched refused = co_await x.hand_over(x.source("file.txt"));
    EXPECT_EQ(test::error_of(refused.path).code, ErrorCode::kAlreadyExists);
    EXPECT_FALSE(std::filesystem::exists(x.folder / "elsewhere"));
  });
}

TEST(Transfer, when_nobody_answers_it_gives_up_after_its_patience) {
  run_exchange([](Exchange& x) -> io::Awaitable<void> {
    write_file(x.source("file"), noise(10));
    const auto shared = co_await x.sender.share(x.source("file"));
    CO_REQUIRE(shared);
    // Bound, so that nobody else gets the port meanwhile, but nobody listens.
    const io::Executor executor = co_await asio::this_coro::executor;
    const asio::ip::tcp::endpoint any(asio::ip::address_v4::loopback(), 0);
    asio::ip::tcp::socket dead(executor, any);
    auto ticket = x.sender.ticket(*shared);
    ticket.addresses.front() = transport::from_asio(dead.local_endpoint());
    const Fetched fetched = co_await x.fetch(x.order(std::move(ticket)));
    test::expect_error(test::error_of(fetched.path), ErrorCode::kUnreachable, "refused");
  });
}

TEST(Transfer, the_sender_sees_who_fetched_what_and_that_all_of_it_arrived) {
  run_exchange([](Exchange& x) -> io::Awaitable<void> {
    write_file(x.source("file"), large_content(20 * kMebibyte));
    std::vector<api::TransferView> changes;
    io::Gate changed(co_await asio::this_coro::executor);
    x.sender.node->uploads().on_change([&](const api::TransferView& view) {
      changes.push_back(view);
      changed.open_all();
    });
    const Fetched fetched = co_await x.hand_over(x.source("file"));
    CO_REQUIRE(fetched.path);
    while (changes.empty() || !changes.back().finished_at) {
      const auto waited = co_await changed.wait_for(20s);
      CO_REQUIRE(waited);
    }
    EXPECT_EQ(changes.front().state, api::TransferState::kRunning);
    EXPECT_EQ(changes.back().state, api::TransferState::kComplete);
    EXPECT_EQ(changes.back().bytes_done, 20 * kMebibyte);
    EXPECT_EQ(x.sender.node->uploads().active(), 0U);
    x.sender.node->uploads().on_change({});
  });
}

TEST(Node, verifies_its_own_share_over_the_real_transport) {
  run_exchange([](Exchange& x) -> io::Awaitable<void> {
    write_file(x.source("folder/a.bin"), large_content(3 * kMebibyte));
    write_file(x.source("folder/b.txt"), noise(10));
    const auto shared = co_await x.sender.share(x.source("folder"));
    CO_REQUIRE(shared);
    const auto verified = co_await x.sender.node->verify_share(*shared);
    CO_REQUIRE(verified);
    EXPECT_TRUE(x.sender.node->shares().tickets_of(*shared).empty()) << "it leaves no ticket behind";
    EXPECT_TRUE(x.sender.node->uploads().views().empty()) << "nothing was handed to anybody";

    std::ofstream(x.source("folder/b.txt"), std::ios::app) << "changed";
    const auto spoilt = co_await x.sender.node->verify_share(*shared);
    test::expect_error(test::error_of(spoilt), ErrorCode::kSourceChanged, "b.txt");
  });
}

}  // namespace
}  // namespace covey::daemon
