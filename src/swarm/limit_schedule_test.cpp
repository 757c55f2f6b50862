#include "swarm/limit_schedule.hpp"

#include <gtest/gtest.h>

namespace covey::swarm {
namespace {

constexpr unsigned at(unsigned hours, unsigned minutes = 0) {
  return hours * 60 + minutes;
}

LimitSchedule schedule(std::string_view text) {
  auto parsed = LimitSchedule::parse(text);
  EXPECT_TRUE(parsed) << text << ": " << (parsed ? "" : parsed.error().context);
  return parsed ? *parsed : LimitSchedule{};
}

std::string refusal(std::string_view text) {
  const auto parsed = LimitSchedule::parse(text);
  if (parsed) return "accepted";
  EXPECT_EQ(parsed.error().code, ErrorCode::kInvalidArgument);
  return parsed.error().context;
}

TEST(LimitSchedule, holds_from_its_first_minute_up_to_its_last) {
  const auto day = schedule("08:00-18:00=2M");
  EXPECT_EQ(day.current(at(7, 59)), std::nullopt);
  EXPECT_EQ(day.current(at(8)), (RateLimits{.down = 2'000'000, .up = 2'000'000}));
  EXPECT_TRUE(day.current(at(17, 59)));
  EXPECT_FALSE(day.current(at(18)));
}

TEST(LimitSchedule, a_span_may_cross_midnight) {
  const auto night = schedule("22:00-06:00=500K/100K");
  const RateLimits limits{.down = 500'000, .up = 100'000};
  EXPECT_EQ(night.current(at(23, 59)), limits);
  EXPECT_EQ(night.current(at(0)), limits);
  EXPECT_EQ(night.current(at(5, 59)), limits);
  EXPECT_FALSE(night.current(at(6)));
  EXPECT_FALSE(night.current(at(21, 59)));
}

TEST(LimitSchedule, the_whole_day_can_be_named_and_ends_at_midnight) {
  const auto all = schedule("00:00-24:00=1M");
  EXPECT_TRUE(all.current(at(0)));
  EXPECT_TRUE(all.current(at(23, 59)));
  EXPECT_FALSE(all.current(at(24))) << "no minute of a day";
  EXPECT_FALSE(schedule("20:00-24:00=1M").current(at(0)));
  EXPECT_FALSE(schedule("20:00-00:00=1M").current(at(0)));
  EXPECT_TRUE(schedule("24:00-06:00=1M").current(at(0)));
}

TEST(LimitSchedule, the_first_entry_that_holds_wins) {
  const auto both = schedule("12:00-13:00=none, 08:00-18:00=64KiB/none");
  EXPECT_EQ(both.current(at(12, 30)), RateLimits{});
  EXPECT_EQ(both.current(at(13)), (RateLimits{.down = 65536, .up = std::nullopt}));
}

TEST(LimitSchedule, nothing_written_means_no_entries) {
  EXPECT_TRUE(schedule("").empty());
  EXPECT_TRUE(schedule("  ").empty());
  EXPECT_FALSE(schedule("").current(at(12)));
  EXPECT_EQ(schedule("").to_text(), "");
}

TEST(LimitSchedule, its_text_says_the_same) {
  const auto text = "12:00-13:00=none, 22:00-06:00=500K/64KiB, 00:00-24:00=1234567/none";
  EXPECT_EQ(schedule(text).to_text(), text);
  EXPECT_EQ(schedule(" 8:00 - 18:00 = 1.5M / 1500K ,").to_text(), "08:00-18:00=1500K");
  for (const std::string each : {text, "24:00-06:00=1", "0:05-0:04=9000000000000000000"})
    EXPECT_EQ(schedule(schedule(each).to_text()), schedule(each)) << each;
}

TEST(LimitSchedule, says_what_to_write_instead) {
  EXPECT_EQ(refusal("25:00-06:00=1M"), "'25:00' is no time of day; write for example 08:30, up to 24:00");
  EXPECT_EQ(
      refusal("08:00-18:00"),
      "'08:00-18:00' is no time with a limit; write for example 08:00-18:00=2M or 22:00-06:00=500K/100K");
  EXPECT_EQ(refusal("08:00-08:00=1M"),
            "'08:00-08:00' ends when it begins; write 00:00-24:00 for the whole day");
  EXPECT_EQ(refusal("08:00-18:00=0"), "a limit of 0 would stop everything; write none to lift it");
  EXPECT_EQ(refusal("08:00-18:00=fast"), "'fast' is no amount; write for example 500K, 2M, 1.5G or 64MiB");
}

TEST(LimitSchedule, refuses_what_only_looks_like_one) {
  for (const std::string_view text : {",",
                                      ",08:00-18:00=2M",
                                      "08:00-18:00=2M,,",
                                      "08:60-18:00=2M",
                                      "24:01-06:00=2M",
                                      "8-18=2M",
                                      "8:0-18:00=2M",
                                      "-1:00-18:00=2M",
                                      "08:00-18:00=",
                                      "08:00-18:00=/",
                                      "08:00-18:00=2M/",
                                      "08:00-18:00=1M/1M/1M",
                                      "=",
                                      "-=",
                                      "008:00-18:00=2M",
                                      "08:00-18:00=-2M",
                                      "08:00-18:00=nan",
                                      "08:00-18:00=2M 19:00-20:00=1M",
                                      "24:00-00:00=1M",
                                      "00:00-00:00=1M",
                                      "08:00-18:00=1e30"})
    EXPECT_NE(refusal(text), "accepted") << text;
  std::string many;
  for (int i = 0; i < 65; ++i) many += "08:00-18:00=2M,";
  EXPECT_NE(refusal(many), "accepted");
}

}  // namespace
}  // namespace covey::swarm
