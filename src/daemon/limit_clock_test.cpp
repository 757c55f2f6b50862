#include "daemon/limit_clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/limit_hours.hpp"

namespace covey::daemon {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// "N": at minute N and no other there is a limit of N bytes a second.
Result<LimitHours> read(const std::vector<std::string>& lines) {
  if (lines.front() == "nonsense") return fail(ErrorCode::kInvalidArgument, "write 08:00-18:00=2M");
  const auto minute = std::stoi(lines.front());
  return [minute](int now) -> std::optional<swarm::RateLimits> {
    if (now != minute) return std::nullopt;
    return swarm::RateLimits{.down = static_cast<std::uint64_t>(minute), .up = std::nullopt};
  };
}

class Limits : public ::testing::Test {
 protected:
  ManualClock clock_;
  swarm::NodeLimits applied_;
  LimitClock limits_{clock_, read,
                     [](WallTime now) { return static_cast<int>(to_unix_ms(now) / 60'000 % (24 * 60)); },
                     [this](const swarm::NodeLimits& limits) { applied_ = limits; }};
};

TEST_F(Limits, hold_as_soon_as_they_are_set) {
  ASSERT_TRUE(limits_.set({.down = 5, .per_peer_up = 3, .upload_slots = 7}));
  EXPECT_EQ(applied_.total.down, 5U);
  EXPECT_EQ(applied_.per_peer.up, 3U);
  EXPECT_EQ(applied_.upload_slots, 7U);
  EXPECT_EQ(limits_.view().down_now, 5U);
}

TEST_F(Limits, the_schedule_replaces_them_for_its_time_and_no_longer) {
  ASSERT_TRUE(limits_.set({.down = 5, .up = 6, .schedule = {"1"}}));
  EXPECT_FALSE(limits_.view().scheduled_now);
  EXPECT_FALSE(limits_.tick());
  clock_.advance(limits_.until_next_minute());
  EXPECT_TRUE(limits_.tick());
  EXPECT_EQ(applied_.total.down, 1U);
  EXPECT_EQ(applied_.total.up, std::nullopt) << "the schedule's word is whole";
  EXPECT_TRUE(limits_.view().scheduled_now);
  clock_.advance(limits_.until_next_minute());
  EXPECT_TRUE(limits_.tick());
  EXPECT_EQ(applied_.total.down, 5U);
}

TEST_F(Limits, the_next_minute_is_found_from_within_one) {
  clock_.advance(59'999ms);
  EXPECT_EQ(limits_.until_next_minute(), 1ms);
  clock_.advance(1ms);
  EXPECT_EQ(limits_.until_next_minute(), 60s);
}

TEST_F(Limits, what_makes_no_sense_changes_nothing) {
  ASSERT_TRUE(limits_.set({.down = 5}));
  for (const api::LimitSettings& wrong :
       {api::LimitSettings{.down = 0}, api::LimitSettings{.per_peer_up = 0},
        api::LimitSettings{.upload_slots = 0}, api::LimitSettings{.active_downloads = 0},
        api::LimitSettings{.active_downloads = 10'001}, api::LimitSettings{.schedule = {"nonsense"}}}) {
    const auto refused = limits_.set(wrong);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  }
  EXPECT_EQ(applied_.total.down, 5U);
  EXPECT_THAT(limits_.set({.schedule = {"nonsense"}}).error().context, HasSubstr("08:00"));
}

TEST(LimitHours, a_span_holds_from_its_first_minute_to_its_last) {
  const auto hours = read_limit_hours({"08:00-18:00=2M", "22:00-06:00=500K/100K", "08:00-24:00=none"});
  ASSERT_TRUE(hours) << to_string(hours.error());
  EXPECT_EQ((*hours)(8 * 60)->down, 2'000'000U);
  EXPECT_EQ((*hours)(8 * 60)->up, 2'000'000U);
  EXPECT_EQ((*hours)(18 * 60 - 1)->down, 2'000'000U);
  EXPECT_EQ((*hours)(18 * 60)->down, std::nullopt) << "the third line lifts the limit";
  EXPECT_EQ((*hours)(23 * 60)->up, 100'000U) << "the first that fits";
  EXPECT_EQ((*hours)(0)->down, 500'000U) << "across midnight";
  EXPECT_FALSE((*hours)(6 * 60).has_value());
}

TEST(LimitHours, what_is_no_span_is_refused_with_an_example) {
  for (const char* wrong :
       {"", "2M", "08:00-18:00", "08:00-18:00=", "8:00-18:00=2M", "08:00-08:00=2M", "08:00-18:60=2M",
        "25:00-26:00=2M", "08:00-18:00=fast", "08:00-18:00=2M/", "08:00-18:00=0", "24:00-08:00=1M"}) {
    const auto refused = read_limit_hours({wrong});
    ASSERT_FALSE(refused) << wrong;
    EXPECT_THAT(refused.error().context, HasSubstr("08:00-18:00=2M"));
  }
}

}  // namespace
}  // namespace covey::daemon
