#include "daemon/limit_clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace covey::daemon {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class Limits : public ::testing::Test {
 protected:
  ManualClock clock_;
  swarm::NodeLimits applied_;
  LimitClock limits_{clock_,
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
  ASSERT_TRUE(limits_.set({.down = 5, .up = 6, .schedule = {"00:01-00:02=1/none"}}));
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

}  // namespace
}  // namespace covey::daemon
