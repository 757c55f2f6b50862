#include "cli/progress_bar.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace covey::cli {
namespace {

using api::Direction;
using api::TransferState;
using api::TransferView;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr Style kPlainStyle{Glyphs::kUnicode, Colour::kOff};
constexpr std::uint64_t kGiB = 1ULL << 30;

TransferView half_done() {
  TransferView view;
  view.id = "t7k2";
  view.title = "holiday-photos";
  view.state = TransferState::kRunning;
  view.bytes_total = 2 * kGiB;
  view.bytes_done = kGiB;
  view.pieces_total = 8192;
  view.pieces_done = 4096;
  view.files_total = 100;
  view.files_done = 23;
  view.rate = 412e6;
  view.eta_seconds = 75;
  // One peer over two connections.
  view.peers.push_back({"abcdefghijklmn", "192.0.2.7:7440", 206e6, kGiB / 2});
  view.peers.push_back({"abcdefghijklmn", "192.0.2.7:7440", 206e6, kGiB / 2});
  return view;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines(1);
  for (const char c : text) {
    if (c == '\n') {
      lines.emplace_back();
    } else {
      lines.back() += c;
    }
  }
  return lines;
}

TEST(ProgressBar, shows_everything_that_matters_at_80_columns) {
  const std::string drawn = render(half_done(), 80, kPlainStyle);
  for (const auto* part : {"holiday-photos", " 50%", "412 MB/s", "ETA 1m 15s", "1 GiB of 2 GiB",
                           "4096/8192 pieces", "23/100 files", "1 peer"}) {
    EXPECT_THAT(drawn, HasSubstr(part));
  }
  EXPECT_EQ(lines_of(drawn).size(), 2U);
}

TEST(ProgressBar, keeps_the_essential_at_20_columns) {
  const std::string drawn = render(half_done(), 20, kPlainStyle);
  EXPECT_EQ(lines_of(drawn).size(), 1U);
  EXPECT_THAT(drawn, HasSubstr("50%"));
  EXPECT_THAT(drawn, HasSubstr("█"));
  EXPECT_EQ(display_width(drawn), 20);
}

TEST(ProgressBar, never_draws_a_line_wider_than_the_terminal) {
  const std::string titles[] = {"a",
                                "写真写真写真写真写真写真写真写真写真写真写真写真写真写真写真写真",
                                std::string(255, 'x'),
                                "\xff\xfe\x1b[2J\r\n\t",
                                std::string(60, '\n'),
                                ""};
  for (const std::string& title : titles) {
    for (int state = 0; state <= static_cast<int>(TransferState::kCancelled); ++state) {
      for (const auto direction : {Direction::kDownload, Direction::kUpload}) {
        TransferView view = half_done();
        view.title = title;
        view.state = static_cast<TransferState>(state);
        view.direction = direction;
        view.waiting_for =
            state % 2 == 0 ? "the sender at [2001:db8::1]:7440 to come back; next try in 4s" : "";
        view.error = Error{ErrorCode::kIo, std::string(300, 'e')};
        for (const Glyphs glyphs : {Glyphs::kUnicode, Glyphs::kAscii}) {
          for (int columns = 20; columns <= 200; ++columns) {
            const auto lines = lines_of(render(view, columns, {glyphs, Colour::kOff}));
            ASSERT_LE(lines.size(), columns < kTwoLinesFrom ? 1U : 2U);
            for (const auto& line : lines) ASSERT_LE(display_width(line), columns) << columns << ": " << line;
          }
        }
      }
    }
  }
}

TEST(ProgressBar, lets_no_escape_of_a_hostile_name_reach_the_terminal) {
  TransferView view = half_done();
  view.title = "\x1b]0;pwned\x07\x1b[31m\r\xe2\x80\xae\xc2\x9b";
  view.waiting_for = "\x1b[2J";
  view.error = Error{ErrorCode::kRefused, "\x1b[2J"};
  for (const auto state : {TransferState::kRunning, TransferState::kFailed, TransferState::kComplete}) {
    view.state = state;
    for (const int columns : {20, 40, 80, 200}) {
      for (const std::string& text : {render(view, columns, kPlainStyle), plain_line(view, Glyphs::kUnicode),
                                      final_line(view, kPlainStyle)}) {
        EXPECT_THAT(text, Not(HasSubstr("\x1b")));
        EXPECT_THAT(text, Not(HasSubstr("\r")));
        EXPECT_THAT(text, Not(HasSubstr("\xe2\x80\xae")));
        EXPECT_THAT(text, Not(HasSubstr("\xc2\x9b")));
      }
    }
  }
}

TEST(ProgressBar, writes_ascii_only_where_nothing_else_is_known) {
  TransferView view = half_done();
  view.title = "Käse";
  view.state = TransferState::kComplete;
  view.destination = "/tmp/Käse";
  for (const std::string& text :
       {render(view, 80, {Glyphs::kAscii, Colour::kOff}), plain_line(view, Glyphs::kAscii),
        final_line(view, {Glyphs::kAscii, Colour::kOff})}) {
    for (const char c : text) EXPECT_LT(static_cast<unsigned char>(c), 0x80U) << text;
  }
}

TEST(ProgressBar, says_100_percent_only_when_all_is_there) {
  TransferView view = half_done();
  view.bytes_done = view.bytes_total - 1;
  EXPECT_EQ(percent_of(view), 99);
  view.bytes_done = view.bytes_total;
  EXPECT_EQ(percent_of(view), 100);
  view.bytes_total = 0;
  EXPECT_EQ(percent_of(view), std::nullopt);
}

TEST(ProgressBar, tells_what_it_waits_for) {
  TransferView view = half_done();
  view.waiting_for = "the sender at 192.0.2.7:7440 to come back; next try in 4s";
  for (const int columns : {80, 200}) {
    EXPECT_THAT(render(view, columns, kPlainStyle),
                HasSubstr("waiting for the sender at 192.0.2.7:7440 to come back; next try in 4s"));
  }
  EXPECT_THAT(render(view, 30, kPlainStyle), HasSubstr("wait"));
  EXPECT_THAT(render(view, 80, kPlainStyle), Not(HasSubstr("MB/s"))) << "nothing moves";
}

TEST(ProgressBar, advances_in_eighths_of_a_column) {
  EXPECT_EQ(bar(0, 4, kPlainStyle), "░░░░");
  EXPECT_EQ(bar(0.5, 4, kPlainStyle), "██░░");
  EXPECT_EQ(bar(0.53125, 4, kPlainStyle), "██▏░");
  EXPECT_EQ(bar(1, 4, kPlainStyle), "████");
  EXPECT_EQ(bar(7, 4, kPlainStyle), "████");
  EXPECT_EQ(bar(0.5, 4, {Glyphs::kAscii, Colour::kOff}), "##--");
}

TEST(FinalLine, tells_what_arrived_where_how_fast_and_what_was_resumed) {
  TransferView view = half_done();
  view.state = TransferState::kComplete;
  view.bytes_done = view.bytes_total;
  view.bytes_resumed = kGiB;
  view.created_at = 1000;
  view.finished_at = 5000;
  view.destination = "/home/me/holiday-photos";
  EXPECT_EQ(final_line(view, kPlainStyle),
            "✓ received holiday-photos: 2 GiB, 100 files in 4.0s, 268 MB/s on average; 1 GiB of it resumed → "
            "/home/me/holiday-photos");
}

TEST(FinalLine, names_the_receiver_of_an_upload) {
  TransferView view = half_done();
  view.direction = Direction::kUpload;
  view.state = TransferState::kFailed;
  view.error = Error{ErrorCode::kConnectionLost, "the receiver went away"};
  EXPECT_EQ(final_line(view, kPlainStyle), "✗ holiday-photos to abcdefg: failed: the receiver went away");
}

TEST(HashingBar, shows_how_much_of_the_share_is_hashed) {
  api::ShareView share;
  share.title = "big.iso";
  share.bytes = 4 * kGiB;
  share.hashed_bytes = kGiB;
  for (const int columns : {20, 40, 80, 200}) {
    for (const auto& line : lines_of(render(share, columns, kPlainStyle)))
      EXPECT_LE(display_width(line), columns);
  }
  EXPECT_THAT(render(share, 80, kPlainStyle), HasSubstr(" 25%"));
  EXPECT_EQ(plain_line(share, Glyphs::kUnicode), "hashing big.iso: 25%, 1 GiB of 4 GiB");
}

}  // namespace
}  // namespace covey::cli
