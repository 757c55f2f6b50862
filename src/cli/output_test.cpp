// Tables, QR codes, exit codes and the doctor's lines.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/doctor.hpp"
#include "cli/exit_code.hpp"
#include "cli/qr_picture.hpp"
#include "cli/table.hpp"

namespace covey::cli {
namespace {

using ::testing::HasSubstr;

constexpr Style kStyle{Glyphs::kUnicode, Colour::kOff};

Table two_rows() {
  Table table(
      {{"ID"}, {"TITLE", Column::Align::kLeft, Column::Room::kFlexible}, {"SIZE", Column::Align::kRight}});
  table.add({{"ab", "abcdef"}, cell("写真"), {"1 KiB", "1024"}});
  table.add({{"cd", "cdefgh"}, cell("a rather long title\twith\na break"), {"12 KiB", "12288"}});
  return table;
}

TEST(Table, aligns_by_display_width_on_a_terminal) {
  EXPECT_EQ(two_rows().for_terminal(80, kStyle),
            "ID  TITLE                               SIZE\n"
            "ab  写真                               1 KiB\n"
            "cd  a rather long title\xef\xbf\xbdwith\xef\xbf\xbd"
            "a break  12 KiB\n");
}

TEST(Table, cuts_the_flexible_column_to_fit) {
  const std::string drawn = two_rows().for_terminal(24, kStyle);
  EXPECT_EQ(drawn,
            "ID  TITLE           SIZE\n"
            "ab  写真           1 KiB\n"
            "cd  a rather…eak  12 KiB\n");
}

TEST(Table, gives_scripts_exact_values_one_row_a_line) {
  EXPECT_EQ(two_rows().for_scripts(),
            "abcdef\t写真\t1024\n"
            "cdefgh\ta rather long title\xef\xbf\xbdwith\xef\xbf\xbd"
            "a break\t12288\n");
}

TEST(QrPicture, has_a_quiet_zone_and_square_modules) {
  const std::string picture = qr_picture("covey:abcdefghijklmnop", kStyle).value();
  const auto end = picture.find('\n');
  const int width = display_width(picture.substr(0, end));
  const auto lines = std::count(picture.begin(), picture.end(), '\n');
  EXPECT_EQ(width, 25 + 8) << "version 2 and four modules on each side";
  EXPECT_EQ(lines, (width + 1) / 2);
  EXPECT_EQ(picture.substr(0, end).find(' '), std::string::npos) << "light all along the first line";
}

TEST(QrPicture, draws_dark_on_light_where_there_is_colour) {
  const std::string picture = qr_picture("x", {Glyphs::kUnicode, Colour::kOn}).value();
  EXPECT_THAT(picture, HasSubstr("\x1b[38;5;16;48;5;231m"));
}

TEST(QrPicture, refuses_what_no_code_can_hold) {
  EXPECT_EQ(qr_picture(std::string(5000, 'x'), kStyle).error().code, ErrorCode::kLimitExceeded);
}

TEST(ExitCodes, mean_what_scripts_were_promised) {
  EXPECT_EQ(exit_code_of(ErrorCode::kIo), ExitCode::kFailed);
  EXPECT_EQ(exit_code_of(ErrorCode::kAlreadyExists), ExitCode::kFailed);
  EXPECT_EQ(exit_code_of(ErrorCode::kInvalidArgument), ExitCode::kUsage);
  EXPECT_EQ(exit_code_of(ErrorCode::kRefused), ExitCode::kRefused);
  EXPECT_EQ(exit_code_of(ErrorCode::kExpired), ExitCode::kRefused);
  EXPECT_EQ(exit_code_of(ErrorCode::kNotFound), ExitCode::kNotFound);
  EXPECT_EQ(exit_code_of(ErrorCode::kUnreachable), ExitCode::kNotFound);
  EXPECT_EQ(exit_code_of(ErrorCode::kTimedOut), ExitCode::kNotFound);
  EXPECT_EQ(exit_code_of(ErrorCode::kVerificationFailed), ExitCode::kNotVerified);
  EXPECT_EQ(exit_code_of(ErrorCode::kSourceChanged), ExitCode::kNotVerified);
  EXPECT_EQ(exit_code_of(ErrorCode::kCancelled), ExitCode::kInterrupted);
  EXPECT_EQ(static_cast<int>(ExitCode::kInterrupted), 130);
}

TEST(FindingLine, says_how_to_mend_what_is_broken) {
  const Finding broken{Health::kBroken, "others can look into the home", "chmod 700 /home/x"};
  EXPECT_EQ(finding_line(broken, kStyle), "✗ others can look into the home\n    chmod 700 /home/x");
  EXPECT_EQ(finding_line({Health::kGood, "fine", ""}, {Glyphs::kAscii, Colour::kOff}), "ok fine");
}

}  // namespace
}  // namespace covey::cli
