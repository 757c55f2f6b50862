#pragma once
// TokenBucket: how many bytes a rate allows by now. It may go into debt, which is paid before anything else.
//
// Over a long time exactly the rate is allowed; what was not used is kept for 100 ms (kMinBurst bytes at
// least) and no longer. Time is passed in. Single-threaded.

#include "base/clock.hpp"
#include "swarm/limits.hpp"

namespace covey::swarm {

class TokenBucket {
 public:
  static constexpr std::uint64_t kUnlimited = UINT64_MAX;
  static constexpr std::uint64_t kMinBurst = 32U << 10;

  /// Begins full.
  explicit TokenBucket(Rate rate = std::nullopt);

  /// A debt stays what it is, in bytes.
  void set_rate(Rate rate, SteadyTime now);
  [[nodiscard]] Rate rate() const { return rate_; }

  /// Whole bytes; none while in debt; kUnlimited without a rate.
  [[nodiscard]] std::uint64_t available(SteadyTime now) const;
  [[nodiscard]] bool ready(SteadyTime now) const { return available(now) > 0; }
  /// Whether more time brings nothing more.
  [[nodiscard]] bool full(SteadyTime now) const;
  /// When there is at least a byte, if nothing is spent until then; `now` if there is. A day ahead at most.
  [[nodiscard]] SteadyTime ready_at(SteadyTime now) const;

  /// May be more than is available.
  void spend(std::uint64_t bytes, SteadyTime now);
  /// What was spent and not used after all.
  void give_back(std::uint64_t bytes, SteadyTime now);

 private:
  [[nodiscard]] double burst() const;
  [[nodiscard]] double level(SteadyTime now) const;
  void move_to(double level, SteadyTime now);

  Rate rate_;
  double level_ = 0;  // at `at_`
  SteadyTime at_{};
};

}  // namespace covey::swarm
