#include "swarm/admission_terms.hpp"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace covey::swarm {
namespace {

using namespace std::chrono_literals;

const WallTime kNow = from_unix_ms(1'800'000'000'000);

TEST(AdmissionTerms, without_limits_allow_everything) {
  AdmissionTerms terms;
  EXPECT_TRUE(terms.take(std::uint64_t{1} << 60, kNow));
}

TEST(AdmissionTerms, end_at_their_time_with_their_words) {
  AdmissionTerms terms(kNow + 1h, "come another day", std::nullopt);
  EXPECT_TRUE(terms.take(1, kNow + 59min));
  const auto late = terms.take(1, kNow + 1h);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kExpired);
  EXPECT_EQ(late.error().context, "come another day");
}

TEST(AdmissionTerms, give_out_no_byte_beyond_their_limit) {
  AdmissionTerms terms(std::nullopt, "", 100);
  EXPECT_TRUE(terms.take(60, kNow));
  const auto more = terms.take(41, kNow);
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, ErrorCode::kRefused);
  EXPECT_TRUE(terms.take(40, kNow)) << "what was refused took nothing";
  EXPECT_FALSE(terms.take(1, kNow));
  terms.give_back(10);
  EXPECT_TRUE(terms.take(10, kNow));
}

TEST(AdmissionTerms, hold_their_limit_whoever_takes) {
  constexpr std::uint64_t kBytes = 20'000;
  AdmissionTerms terms(std::nullopt, "", kBytes);
  std::atomic<std::uint64_t> taken{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      while (terms.take(3, kNow)) taken += 3;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(taken, kBytes - kBytes % 3);
}

TEST(AdmissionTerms, end_once_and_for_the_first_reason) {
  AdmissionTerms terms;
  terms.end({ErrorCode::kRefused, "taken back"});
  terms.end({ErrorCode::kExpired, "later"});
  EXPECT_TRUE(terms.ended());
  const auto after = terms.take(1, kNow);
  ASSERT_FALSE(after);
  EXPECT_EQ(after.error().context, "taken back");
}

}  // namespace
}  // namespace covey::swarm
