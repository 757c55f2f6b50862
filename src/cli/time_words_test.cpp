#include "cli/time_words.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "cli/terminal_text.hpp"

namespace covey::cli {
namespace {

const WallTime kNow = from_unix_ms(1'800'000'000'000);

std::string words(std::int64_t seconds_from_now) {
  return moment_words(to_unix_ms(kNow) + seconds_from_now * 1000, kNow);
}

TEST(MomentWords, take_the_largest_unit_that_fits) {
  EXPECT_EQ(words(-9), "now");
  EXPECT_EQ(words(9), "now");
  EXPECT_EQ(words(-59), "59 s ago");
  EXPECT_EQ(words(-200), "3 min ago");
  EXPECT_EQ(words(7300), "in 2 h");
  EXPECT_EQ(words(-86400 - 3600), "25 h ago");
  EXPECT_EQ(words(6 * 86400), "in 6 d");
}

TEST(MomentWords, bear_any_number) {
  EXPECT_EQ(moment_words(std::numeric_limits<api::UnixMs>::min(), kNow), "20833 d ago");
  EXPECT_TRUE(moment_words(std::numeric_limits<api::UnixMs>::max(), kNow).starts_with("in "));
}

TEST(Moments, are_durations_back_or_days_or_minutes) {
  EXPECT_EQ(moment_from("24h", kNow, DayEnd::kBegin).value(), to_unix_ms(kNow) - 86'400'000);
  const auto begin = moment_from("2026-11-21", kNow, DayEnd::kBegin).value();
  EXPECT_EQ(moment_from("2026-11-21T00:00", kNow, DayEnd::kEnd).value(), begin);
  EXPECT_EQ(moment_from("2026-11-21 08:30", kNow, DayEnd::kBegin).value(), begin + (8 * 60 + 30) * 60'000);
  EXPECT_EQ(moment_from("2026-11-21", kNow, DayEnd::kEnd).value(),
            moment_from("2026-11-22", kNow, DayEnd::kBegin).value() - 1);
  EXPECT_EQ(moment_from("2026-12-31", kNow, DayEnd::kEnd).value(),
            moment_from("2027-01-01", kNow, DayEnd::kBegin).value() - 1);
}

TEST(Moments, that_do_not_exist_are_refused) {
  for (const char* text :
       {"", "soon", "2026-02-29", "2026-13-01", "2026-1-01", "2026-11-21T24:00", "2026-11-21T08:60",
        "2026-11-21T08", "0000-01-01", "20a6-11-21", "-24h", "2026-11-21x08:30"}) {
    EXPECT_EQ(moment_from(text, kNow, DayEnd::kBegin).error().code, ErrorCode::kInvalidArgument) << text;
  }
}

TEST(Wrapped, breaks_between_words_and_inside_long_ones) {
  EXPECT_EQ(wrapped("one two three", 7), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(wrapped("abcdefghij k", 4), (std::vector<std::string>{"abcd", "efgh", "ij k"}));
  EXPECT_EQ(wrapped("写真写真", 5), (std::vector<std::string>{"写真", "写真"}));
  EXPECT_EQ(wrapped("写真", 1), (std::vector<std::string>{"写", "真"}));
  EXPECT_TRUE(wrapped("", 5).empty());
}

}  // namespace
}  // namespace covey::cli
