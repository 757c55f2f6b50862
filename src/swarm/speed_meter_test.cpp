#include "swarm/speed_meter.hpp"

#include <gtest/gtest.h>

namespace covey::swarm {
namespace {

using namespace std::chrono_literals;

/// Feeds `rate` bytes a second in steps of `step` for `span`.
class Feed {
 public:
  void run(double rate, Milliseconds span, Milliseconds step = 100ms) {
    for (Milliseconds passed{0}; passed < span; passed += step) {
      now_ += step;
      bytes_ += rate * std::chrono::duration<double>(step).count();
      meter.update(static_cast<std::uint64_t>(bytes_), now_);
    }
  }
  Feed() { meter.update(0, now_); }

  SpeedMeter meter;

 private:
  SteadyTime now_{1h};
  double bytes_ = 0;
};

TEST(SpeedMeter, knows_nothing_before_the_second_look) {
  SpeedMeter meter;
  EXPECT_EQ(meter.rate(), 0);
  EXPECT_FALSE(meter.seconds_for(1000));
  meter.update(500'000, SteadyTime{1s});
  EXPECT_EQ(meter.rate(), 0) << "what was there at the first look did not come just now";
}

TEST(SpeedMeter, believes_a_steady_speed_at_once) {
  Feed feed;
  feed.run(1e6, 200ms);
  EXPECT_GT(feed.meter.rate(), 0.6e6);
  feed.run(1e6, 5s);
  EXPECT_NEAR(feed.meter.rate(), 1e6, 1e4);
  EXPECT_NEAR(static_cast<double>(feed.meter.seconds_for(100'000'000).value_or(0)), 100, 1);
}

TEST(SpeedMeter, smooths_a_short_burst_and_follows_a_lasting_change) {
  Feed feed;
  feed.run(1e6, 10s);
  feed.run(5e6, 100ms);
  EXPECT_LT(feed.meter.rate(), 1.3e6);
  feed.run(5e6, 10s);
  EXPECT_NEAR(feed.meter.rate(), 5e6, 3e5);
}

TEST(SpeedMeter, falls_to_nothing_when_nothing_comes) {
  Feed feed;
  feed.run(1e6, 10s);
  feed.run(0, 60s);
  EXPECT_LT(feed.meter.rate(), 1);
  EXPECT_FALSE(feed.meter.seconds_for(1)) << "no time is promised at a standstill";
}

TEST(SpeedMeter, looks_in_quick_succession_lose_no_bytes) {
  Feed rare;
  Feed often;
  rare.run(1e6, 5s, 100ms);
  often.run(1e6, 5s, 1ms);
  EXPECT_NEAR(often.meter.rate(), rare.meter.rate(), 2e4);
}

TEST(SpeedMeter, a_total_that_shrinks_is_no_speed) {
  SpeedMeter meter;
  meter.update(1'000'000, SteadyTime{1s});
  meter.update(10, SteadyTime{2s});
  EXPECT_EQ(meter.rate(), 0);
  meter.update(1'000'010, SteadyTime{3s});
  EXPECT_GT(meter.rate(), 0);
}

TEST(SpeedMeter, reset_forgets) {
  Feed feed;
  feed.run(1e6, 1s);
  feed.meter.reset();
  EXPECT_EQ(feed.meter.rate(), 0);
  feed.meter.update(77, SteadyTime{9h});
  EXPECT_EQ(feed.meter.rate(), 0);
}

}  // namespace
}  // namespace covey::swarm
