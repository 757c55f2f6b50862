// Reading from downloads that run: real nodes, of which the owner is slow.

#include <gmock/gmock.h>

#include <algorithm>
#include <array>

#include "daemon/test_node.hpp"

namespace covey::daemon {
namespace {

using content::noise;
using content::write_file;
using swarm::ContentReading;

using content::kMinPieceSize;
constexpr std::uint32_t kFolderPieces = 120;
constexpr auto kPatience = 30s;

/// A download under way, and what it is to bring.
struct Film {
  explicit Film(Exchange& with)
      : x(with),
        content(noise(kFolderPieces * kMinPieceSize - 1000)),
        tasks(x.receiver.node->services().network) {}

  io::Awaitable<Result<>> begin(std::uint64_t rate) {
    write_file(x.source("film.mp4"), content);
    CO_TRY(const auto share, co_await x.sender.share(x.source("film.mp4")));
    ticket.emplace(x.sender.ticket(share));
    limit(rate);
    start();
    while (download->reading() == nullptr) CO_TRY_VOID(co_await io::sleep_for(1ms));
    reading = download->reading();
    file = reading->files().at(0);
    co_return Result<>{};
  }
  void limit(std::optional<std::uint64_t> rate) const {
    x.sender.node->set_limits({.total = {.down = std::nullopt, .up = rate}, .per_peer = {}});
  }
  void start() {
    // Without a reader it begins at the beginning, not anywhere.
    swarm::DownloadOrder order = x.order(copy_of(*ticket));
    order.piece_order = swarm::PieceOrder::kSequential;
    download = std::make_unique<swarm::Download>(x.receiver.node->services(), std::move(order));
    outcome.reset();
    auto run = [](Film* self) -> io::Awaitable<void> { self->outcome = co_await self->download->run(); };
    tasks.spawn(run(this));
  }
  [[nodiscard]] ByteView part(std::uint64_t offset, std::size_t size) const {
    return ByteView(content).subspan(offset, size);
  }

  Exchange& x;
  Bytes content;
  std::optional<access::Ticket> ticket;
  std::unique_ptr<swarm::Download> download;
  std::optional<Result<std::filesystem::path>> outcome;
  std::shared_ptr<ContentReading> reading;
  ContentReading::File file;
  io::TaskGroup tasks;
};

void run_film(std::uint64_t rate, const std::function<io::Awaitable<void>(Film&)>& body) {
  run_exchange([&](Exchange& x) -> io::Awaitable<void> {
    Film film(x);
    const auto begun = co_await film.begin(rate);
    if (begun) {
      co_await body(film);
    } else {
      ADD_FAILURE() << to_string(begun.error());
    }
    if (!film.outcome) film.download->stop();
    co_await film.tasks.join();
  });
}

/// What a reader has got, from a place on.
io::Awaitable<Result<Bytes>> read_all(Film& film, std::uint64_t offset, std::uint64_t size) {
  Bytes out;
  while (out.size() < size) {
    CO_TRY(const auto some,
           co_await film.reading->read(film.file.index, offset + out.size(), size - out.size(), kPatience));
    if (some.empty()) co_return fail(ErrorCode::kTimedOut, "nothing came");
    out.insert(out.end(), some.begin(), some.end());
  }
  co_return out;
}

constexpr std::uint64_t kSlow = 3'000'000;  // about ten seconds for all

TEST(ContentReading, jumps_backwards_long_before_the_rest_is_there) {
  run_film(kSlow, [](Film& film) -> io::Awaitable<void> {
    // Whoever went through the file in order would have fetched all of it for these three.
    const std::array<std::uint64_t, 3> places{film.content.size() - kMinPieceSize, film.content.size() / 2,
                                              0};
    for (const std::uint64_t place : places) {
      const auto some = co_await read_all(film, place, kMinPieceSize);
      CO_REQUIRE(some);
      EXPECT_TRUE(std::ranges::equal(*some, film.part(place, kMinPieceSize))) << place;
    }
    EXPECT_LT(film.download->progress().bytes_done, film.content.size() * 2 / 3);
    EXPECT_FALSE(film.outcome);
  });
}

TEST(ContentReading, readers_at_several_places_take_turns) {
  run_film(kSlow, [](Film& film) -> io::Awaitable<void> {
    // One that goes on for ever, one that waits for a single place.
    io::TaskGroup group(film.x.receiver.node->services().network);
    bool enough = false;
    auto play = [&]() -> io::Awaitable<void> {
      for (std::uint32_t piece = 0; piece < kFolderPieces - 40 && !enough; ++piece)
        (void)co_await film.reading->read(film.file.index, std::uint64_t{piece} * kMinPieceSize, 1,
                                          kPatience);
    };
    group.spawn(play());
    const std::uint64_t place = std::uint64_t{kFolderPieces - 10} * kMinPieceSize;
    const auto other = co_await read_all(film, place, kMinPieceSize);
    enough = true;
    CO_REQUIRE(other);
    EXPECT_TRUE(std::ranges::equal(*other, film.part(place, kMinPieceSize)));
    EXPECT_LT(film.download->progress().bytes_done, film.content.size() * 2 / 3);
    co_await group.join();
  });
}

TEST(ContentReading, goes_on_when_the_download_is_complete) {
  run_film(20'000'000, [](Film& film) -> io::Awaitable<void> {
    const auto all = co_await read_all(film, 0, film.content.size());
    CO_REQUIRE(all);
    EXPECT_EQ(*all, film.content);
    co_await film.tasks.join();
    EXPECT_TRUE(film.outcome && *film.outcome);
    film.download.reset();
    const auto again = co_await film.reading->read(film.file.index, 5 * kMinPieceSize - 3, 10, kPatience);
    CO_REQUIRE(again);
    EXPECT_TRUE(std::ranges::equal(*again, film.part(5 * kMinPieceSize - 3, 3)))
        << "not beyond a piece's end";
  });
}

TEST(ContentReading, ends_with_a_stopped_download_and_lets_the_next_one_in) {
  run_film(kSlow, [](Film& film) -> io::Awaitable<void> {
    std::optional<Result<Bytes>> waited;
    auto wait = [&]() -> io::Awaitable<void> { waited = co_await read_all(film, 0, film.content.size()); };
    film.tasks.spawn(wait());
    const auto some = co_await wait_for_bytes(*film.download, 3 * kMinPieceSize);
    CO_REQUIRE(some);
    film.download->stop();
    co_await film.tasks.join();
    EXPECT_EQ(film.outcome->error().code, ErrorCode::kCancelled);
    EXPECT_EQ(waited->error().code, ErrorCode::kConnectionLost);
    const auto late = co_await film.reading->read(film.file.index, 0, 1, kPatience);
    EXPECT_EQ(late.error().code, ErrorCode::kConnectionLost);
    film.limit(std::nullopt);
    film.start();  // while the old reading is still held
    co_await film.tasks.join();
    CO_REQUIRE(*film.outcome);
  });
}

TEST(ContentReading, says_when_nothing_has_come_and_refuses_places_that_are_not_there) {
  run_film(1000, [](Film& film) -> io::Awaitable<void> {
    const auto nothing = co_await film.reading->read(film.file.index, 50 * kMinPieceSize, 1, 1ms);
    const auto neither = co_await film.reading->read(film.file.index, 10 * kMinPieceSize, 1, 1ms);
    CO_REQUIRE(nothing);
    CO_REQUIRE(neither);
    // A download begins at a random place, so one of the two may be it.
    EXPECT_TRUE(nothing->empty() || neither->empty());
    const auto beyond = co_await film.reading->read(film.file.index, film.content.size(), 1, kPatience);
    EXPECT_EQ(beyond.error().code, ErrorCode::kInvalidArgument);
    const auto elsewhere = co_await film.reading->read(content::FileIndex(7), 0, 1, kPatience);
    EXPECT_EQ(elsewhere.error().code, ErrorCode::kInvalidArgument);
  });
}

}  // namespace
}  // namespace covey::daemon
