#include "swarm/token_bucket.hpp"

#include <algorithm>
#include <cmath>

namespace covey::swarm {
namespace {

constexpr double kBurstSeconds = 0.1;
constexpr std::chrono::hours kLongestWait{24};

using Seconds = std::chrono::duration<double>;

/// A rate of nothing would never let anybody go on.
Rate at_least_one(Rate rate) {
  return rate ? Rate(std::max<std::uint64_t>(1, *rate)) : rate;
}

}  // namespace

TokenBucket::TokenBucket(Rate rate) : rate_(at_least_one(rate)), level_(rate_ ? burst() : 0) {}

void TokenBucket::set_rate(Rate rate, SteadyTime now) {
  rate = at_least_one(rate);
  if (rate == rate_) return;
  const bool was_limited = rate_.has_value();
  const double before = level(now);
  rate_ = rate;
  if (rate_) move_to(was_limited ? before : burst(), now);
}

double TokenBucket::burst() const {
  return std::max(static_cast<double>(kMinBurst), static_cast<double>(rate_.value_or(0)) * kBurstSeconds);
}

double TokenBucket::level(SteadyTime now) const {
  if (now <= at_) return level_;
  return std::min(burst(), level_ + static_cast<double>(rate_.value_or(0)) * Seconds(now - at_).count());
}

void TokenBucket::move_to(double level, SteadyTime now) {
  level_ = std::min(burst(), level);
  at_ = std::max(at_, now);
}

std::uint64_t TokenBucket::available(SteadyTime now) const {
  if (!rate_) return kUnlimited;
  const double whole = std::floor(level(now));
  if (whole < 1) return 0;
  return whole < 1e18 ? static_cast<std::uint64_t>(whole) : kUnlimited;
}

bool TokenBucket::full(SteadyTime now) const {
  return !rate_ || level(now) >= burst();
}

SteadyTime TokenBucket::ready_at(SteadyTime now) const {
  if (available(now) > 0) return now;
  const Seconds wait((1 - level(now)) / static_cast<double>(*rate_));
  if (wait > kLongestWait) return now + kLongestWait;
  // One nanosecond more than what division and conversion may have rounded away.
  return now + std::chrono::ceil<std::chrono::nanoseconds>(wait) + std::chrono::nanoseconds(1);
}

void TokenBucket::spend(std::uint64_t bytes, SteadyTime now) {
  if (rate_) move_to(level(now) - static_cast<double>(bytes), now);
}

void TokenBucket::give_back(std::uint64_t bytes, SteadyTime now) {
  if (rate_) move_to(level(now) + static_cast<double>(bytes), now);
}

}  // namespace covey::swarm
