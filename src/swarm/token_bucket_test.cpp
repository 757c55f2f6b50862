#include "swarm/token_bucket.hpp"

#include <gtest/gtest.h>

namespace covey::swarm {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kStart{1h};

TEST(TokenBucket, without_a_rate_everything_goes_at_once) {
  TokenBucket bucket;
  bucket.spend(UINT64_MAX, kStart);
  EXPECT_EQ(bucket.available(kStart), TokenBucket::kUnlimited);
  EXPECT_EQ(bucket.ready_at(kStart), kStart);
  EXPECT_TRUE(bucket.full(kStart));
}

TEST(TokenBucket, begins_with_a_tenth_of_a_second_and_at_least_32_kib) {
  EXPECT_EQ(TokenBucket(10'000'000).available(kStart), 1'000'000U);
  EXPECT_EQ(TokenBucket(1000).available(kStart), 32U << 10);
}

TEST(TokenBucket, idling_gains_nothing_beyond_the_burst) {
  TokenBucket bucket(10'000'000);
  EXPECT_EQ(bucket.available(kStart + 24h), 1'000'000U);
  bucket.spend(1'000'000, kStart + 24h);
  EXPECT_EQ(bucket.available(kStart + 24h), 0U);
  EXPECT_EQ(bucket.available(kStart + 24h + 50ms), 500'000U);
}

TEST(TokenBucket, a_debt_is_paid_first) {
  TokenBucket bucket(1'000'000);
  bucket.spend(1'100'000, kStart);  // a million more than there is
  EXPECT_EQ(bucket.available(kStart + 999ms), 0U);
  const SteadyTime ready = bucket.ready_at(kStart);
  EXPECT_FALSE(bucket.ready(ready - 1us));
  EXPECT_TRUE(bucket.ready(ready));
  EXPECT_NEAR(std::chrono::duration<double>(ready - kStart).count(), 1.0, 1e-5);
}

TEST(TokenBucket, is_ready_when_it_said_so) {
  for (std::uint64_t rate = 1; rate < 20'000'000'000; rate = rate * 7 + 3) {
    TokenBucket bucket(rate);
    SteadyTime now = kStart;
    for (int i = 0; i < 100; ++i) {
      bucket.spend(bucket.available(now) + static_cast<std::uint64_t>(i) % 3, now);
      now = bucket.ready_at(now);
      ASSERT_TRUE(bucket.ready(now)) << "rate " << rate;
    }
  }
}

TEST(TokenBucket, over_an_hour_exactly_the_rate_comes_through) {
  for (const std::uint64_t rate : {777U, 1'234'567U, 19'999'999U}) {
    TokenBucket bucket(rate);
    bucket.spend(bucket.available(kStart), kStart);
    std::uint64_t sent = 0;
    SteadyTime now = kStart;
    while (now < kStart + 1h) {
      now += 9973us;
      const std::uint64_t some = bucket.available(now);
      sent += some;
      bucket.spend(some, now);
    }
    EXPECT_NEAR(static_cast<double>(sent), 3600.0 * static_cast<double>(rate),
                1 + static_cast<double>(rate) / 100);
  }
}

TEST(TokenBucket, what_was_not_used_comes_back_but_not_beyond_the_burst) {
  TokenBucket bucket(10'000'000);
  bucket.spend(1'500'000, kStart);
  bucket.give_back(700'000, kStart);
  EXPECT_EQ(bucket.available(kStart), 200'000U);
  bucket.give_back(9'000'000, kStart);
  EXPECT_EQ(bucket.available(kStart), 1'000'000U);
}

TEST(TokenBucket, a_new_rate_holds_from_now_on) {
  TokenBucket bucket(1'000'000);
  bucket.spend(100'000, kStart);
  bucket.set_rate(2'000'000, kStart + 50ms);  // 50,000 until here
  EXPECT_EQ(bucket.available(kStart + 60ms), 70'000U);
  bucket.set_rate(std::nullopt, kStart + 60ms);
  EXPECT_EQ(bucket.available(kStart + 60ms), TokenBucket::kUnlimited);
  bucket.set_rate(500'000, kStart + 2s);
  EXPECT_EQ(bucket.available(kStart + 2s), 50'000U);
}

TEST(TokenBucket, survives_absurd_rates_and_a_clock_that_goes_back) {
  TokenBucket none(0);
  none.spend(1U << 20, kStart);
  EXPECT_EQ(none.ready_at(kStart), kStart + 24h) << "asked again tomorrow, without an overflow";
  TokenBucket huge(UINT64_MAX);
  huge.spend(UINT64_MAX, kStart);
  EXPECT_GT(huge.ready_at(kStart), kStart);
  TokenBucket bucket(1000);
  bucket.spend(32U << 10, kStart);
  EXPECT_EQ(bucket.available(kStart - 1h), 0U);
  bucket.spend(10, kStart - 1h);
  EXPECT_EQ(bucket.available(kStart + 1s), 990U);
}

}  // namespace
}  // namespace covey::swarm
