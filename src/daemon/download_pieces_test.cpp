// Which pieces of a download are here, as people are shown it: while it runs, while it rests, when it is
// complete.

#include <gmock/gmock.h>

#include "daemon/test_daemon.hpp"

namespace covey::daemon {
namespace {

using api::TransferState;
using content::noise;
using content::write_file;

using content::kMinPieceSize;
constexpr std::uint64_t kMapPieces = 24;

std::uint64_t whole_cells(const api::PieceMapView& map) {
  return static_cast<std::uint64_t>(
      std::count_if(map.cells.begin(), map.cells.end(), [](const auto& cell) { return cell.done == 100; }));
}

TEST(DownloadPieces, are_told_while_it_runs_while_it_rests_and_when_it_is_complete) {
  run_exchange([](Exchange& x) -> io::Awaitable<void> {
    auto daemon = std::make_unique<Daemon>(x.receiver, x.folder / "covey.db");
    write_file(x.source("film"), noise(kMapPieces * kMinPieceSize));
    const auto share = co_await x.sender.share(x.source("film"));
    CO_REQUIRE(share);
    x.sender.node->set_limits({.total = {.down = std::nullopt, .up = 2 * kMinPieceSize}, .per_peer = {}});
    api::DownloadRequest request;
    request.ticket = x.sender.ticket(*share).to_text();
    request.directory = x.destination().string();
    request.settings.piece_order = api::PieceOrder::kSequential;
    const auto started = co_await daemon->book.start(std::move(request));
    CO_REQUIRE(started);
    const std::string id = started->id;
    while (daemon->view(id).pieces_done < 2) (void)co_await io::sleep_for(1ms);

    auto map = co_await daemon->book.pieces(id, 512);
    CO_REQUIRE(map);
    EXPECT_EQ(map->pieces_total, kMapPieces);
    EXPECT_EQ(map->cells.size(), kMapPieces);
    EXPECT_EQ(whole_cells(*map), map->pieces_done);
    EXPECT_EQ(map->cells.front().done, 100U) << "in the order of the content";
    EXPECT_EQ(map->cells.back().done, 0U);
    EXPECT_EQ(map->cells.back().sources, 1U);
    map = co_await daemon->book.pieces(id, 5);
    CO_REQUIRE(map);
    EXPECT_EQ(map->cells.size(), 5U);

    const auto paused = co_await daemon->book.pause(id);
    CO_REQUIRE(paused);
    map = co_await daemon->book.pieces(id, 512);
    CO_REQUIRE(map);
    EXPECT_EQ(map->pieces_done, daemon->view(id).pieces_done);
    EXPECT_EQ(whole_cells(*map), map->pieces_done);
    EXPECT_EQ(map->cells.back().sources, 0U) << "nobody is connected";
    co_await daemon->close();
    daemon = std::make_unique<Daemon>(x.receiver, x.folder / "covey.db");
    const auto restored = co_await daemon->restore();
    CO_REQUIRE(restored);
    const auto later = co_await daemon->book.pieces(id, 512);
    CO_REQUIRE(later);
    EXPECT_EQ(later->pieces_done, map->pieces_done) << "the record says it after a restart, too";

    x.sender.node->set_limits({});
    const auto resumed = co_await daemon->book.resume(id);
    CO_REQUIRE(resumed);
    (void)co_await daemon->wait_for(id, TransferState::kComplete);
    map = co_await daemon->book.pieces(id, 7);
    CO_REQUIRE(map);
    EXPECT_EQ(map->pieces_done, kMapPieces);
    EXPECT_EQ(map->cells.size(), 7U);
    EXPECT_EQ(whole_cells(*map), 7U);
    co_await daemon->close();
  });
}

TEST(DownloadPieces, are_not_known_before_anything_has_come) {
  run_exchange([](Exchange& x) -> io::Awaitable<void> {
    Daemon daemon(x.receiver, x.folder / "covey.db");
    access::Ticket ticket{.owner = x.sender.node->device().peer_id(),
                          .secret = access::TicketSecret::generate(x.sender.random),
                          .addresses = {*access::Endpoint::parse("127.0.0.1:1")}};
    api::DownloadRequest request;
    request.ticket = ticket.to_text();
    request.directory = x.destination().string();
    const auto started = co_await daemon.book.start(std::move(request));
    CO_REQUIRE(started);
    const auto map = co_await daemon.book.pieces(started->id, 512);
    CO_REQUIRE(map);
    EXPECT_EQ(map->pieces_total, 0U);
    EXPECT_TRUE(map->cells.empty());
    const auto unknown = co_await daemon.book.pieces("t0", 512);
    EXPECT_EQ(test::error_of(unknown).code, ErrorCode::kNotFound);
    co_await daemon.close();
  });
}

}  // namespace
}  // namespace covey::daemon
