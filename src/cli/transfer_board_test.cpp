#include "cli/transfer_board.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace covey::cli {
namespace {

using api::TransferState;
using api::TransferView;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TransferView transfer(const std::string& id, TransferState state) {
  TransferView view;
  view.id = id;
  view.title = "title of " + id;
  view.state = state;
  view.bytes_total = 1000;
  view.bytes_done = 430;
  return view;
}

TransferView running(const std::string& id) {
  TransferView view = transfer(id, TransferState::kRunning);
  view.rate = 12.3e6;
  view.eta_seconds = 75;
  view.peers = {{"p1", "", 1, 1}, {"p2", "", 1, 1}};
  return view;
}

std::vector<std::string> lines_of(const std::vector<TransferView>& views, BoardSize size = {},
                                  const std::optional<api::LimitsView>& limits = {},
                                  Glyphs glyphs = Glyphs::kUnicode) {
  std::vector<const TransferView*> pointers;
  for (const auto& view : views) pointers.push_back(&view);
  std::istringstream text(transfer_board(pointers, limits, size, {glyphs, Colour::kOff}));
  std::vector<std::string> out;
  for (std::string line; std::getline(text, line);) out.push_back(line);
  return out;
}

TEST(TransferBoard, sums_up_and_shows_what_moves) {
  TransferView up = running("u1");
  up.direction = api::Direction::kUpload;
  up.rate = 3e6;
  api::LimitsView limits;
  limits.down_now = 20'000'000;
  limits.scheduled_now = true;
  const auto lines = lines_of({running("t1"), up, transfer("t2", TransferState::kPaused)}, {120, 24}, limits);
  EXPECT_EQ(
      lines[0],
      "2 running, 0 waiting, 1 paused · ↓ 12.3 MB/s ↑ 3 MB/s · limits ↓ 20 MB/s ↑ none by the schedule");
  EXPECT_THAT(lines[1], StartsWith("ID     TITLE"));
  EXPECT_THAT(lines[2], HasSubstr("43%  ↓ 12.3 MB/s   1m 15s      2"));
  EXPECT_THAT(lines[3], HasSubstr("↑ 3 MB/s"));
  EXPECT_THAT(lines[4], HasSubstr("43%, paused"));
}

TEST(TransferBoard, orders_what_moves_before_what_waits_and_that_by_its_turn) {
  std::vector<TransferView> views;
  views.push_back(transfer("done", TransferState::kComplete));
  views.push_back(transfer("halt", TransferState::kPaused));
  views.push_back(transfer("q2", TransferState::kQueued));
  views.back().queue_position = 2;
  views.push_back(transfer("q1", TransferState::kQueued));
  views.back().queue_position = 1;
  views.push_back(transfer("gone", TransferState::kQueued));
  views.back().waiting_for = "its sender";
  views.push_back(running("run"));
  std::vector<std::string> order;
  for (const auto& line : lines_of(views)) order.push_back(line.substr(0, line.find(' ')));
  EXPECT_THAT(order, ElementsAre("1", "ID", "run", "q1", "q2", "gone", "halt", "done"));
}

TEST(TransferBoard, no_line_is_wider_than_the_terminal_and_no_board_higher) {
  std::vector<TransferView> views;
  for (int i = 0; i < 50; ++i) {
    views.push_back(i % 2 == 0 ? running("t" + std::to_string(i)) : transfer("q", TransferState::kQueued));
    views.back().title = std::string(300, 'x') + "\x1b[31m日本語";
    views.back().waiting_for = i % 2 == 0 ? "" : std::string(200, 'y');
    views.back().settings.limit_down = 5'000'000;
    views.back().settings.limit_up = 1'000'000;
  }
  for (int columns = 20; columns <= 200; ++columns) {
    const auto lines = lines_of(views, {columns, 10});
    EXPECT_EQ(lines.size(), 10U);
    for (const auto& line : lines) {
      EXPECT_LE(display_width(line), columns) << columns << ": " << line;
      EXPECT_THAT(line, Not(HasSubstr("\x1b")));
    }
    EXPECT_EQ(lines.back(), "… and 43 more");
  }
}

TEST(TransferBoard, shows_the_limits_of_each_where_there_is_room) {
  std::vector<TransferView> views{running("t1")};
  views.front().settings.limit_down = 5'000'000;
  EXPECT_THAT(lines_of(views, {140, 24})[2], HasSubstr("↓ 5 MB/s"));
  EXPECT_THAT(lines_of(views, {80, 24})[2], Not(HasSubstr("↓ 5 MB/s")));
}

TEST(TransferBoard, is_ascii_where_the_terminal_is) {
  for (const auto& line : lines_of({running("t1")}, {80, 24}, {}, Glyphs::kAscii)) {
    for (const char c : line) EXPECT_TRUE(c >= ' ' && c < 127) << line;
  }
}

}  // namespace
}  // namespace covey::cli
