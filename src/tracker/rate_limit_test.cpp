// Buckets fill over time, are kept apart by key, and their table does not grow.

#include "tracker/rate_limit.hpp"

#include <string>

#include <gtest/gtest.h>

namespace covey::tracker {
namespace {

using namespace std::chrono_literals;

TEST(RateLimit, gives_the_burst_then_what_flows_in) {
  RateLimit<std::string> limit({2, 3}, 10);
  SteadyTime now{};
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(limit.take("a", 1, now));
  const auto wait = limit.take("a", 1, now);
  ASSERT_TRUE(wait);
  EXPECT_EQ(*wait, 1s);
  EXPECT_FALSE(limit.take("b", 1, now)) << "another key";
  now += 500ms;
  EXPECT_FALSE(limit.take("a", 1, now));
  EXPECT_TRUE(limit.take("a", 1, now));
  now += 1h;
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(limit.take("a", 1, now));
  EXPECT_TRUE(limit.take("a", 1, now)) << "never above the burst";
}

TEST(RateLimit, says_how_long_to_wait) {
  RateLimit<std::string> limit({0.5, 4}, 10);
  const SteadyTime now{};
  EXPECT_FALSE(limit.take("a", 4, now));
  EXPECT_EQ(limit.take("a", 1, now), 2s);
  EXPECT_EQ(limit.take("a", 4, now), 8s);
  EXPECT_EQ(limit.take("a", 1000, now), 8s) << "what never fits is no longer a wait than a full bucket";
}

TEST(RateLimit, a_flood_of_keys_takes_no_memory_and_frees_nobody_who_is_active) {
  RateLimit<std::string> limit({1, 1}, 100);
  const SteadyTime now{};
  EXPECT_FALSE(limit.take("busy", 1, now));
  for (int i = 0; i < 10'000; ++i) {
    EXPECT_FALSE(limit.take(std::to_string(i), 1, now));
    if (i % 50 == 0) {
      EXPECT_TRUE(limit.take("busy", 1, now));
    }
  }
  EXPECT_EQ(limit.size(), 100U);
  EXPECT_TRUE(limit.take("busy", 1, now));
}

TEST(ClientKey, is_an_address_or_a_network_of_64_bits) {
  const auto key = [](const char* text) { return client_key(asio::ip::make_address(text)); };
  EXPECT_NE(key("192.0.2.1"), key("192.0.2.2"));
  EXPECT_EQ(key("192.0.2.1"), key("::ffff:192.0.2.1"));
  EXPECT_EQ(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
  EXPECT_NE(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
}

}  // namespace
}  // namespace covey::tracker
