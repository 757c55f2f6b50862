#pragma once
// Clock: the only source of time below the programs, passed in so that tests can turn it by hand.
// Wall time is for expiries and records; steady time for durations. Implementations are callable from any
// thread.

#include <atomic>
#include <chrono>
#include <cstdint>

namespace covey {

using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;
using SteadyTime = std::chrono::steady_clock::time_point;
using Milliseconds = std::chrono::milliseconds;

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual WallTime wall() const = 0;
  [[nodiscard]] virtual SteadyTime steady() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] WallTime wall() const override {
    return std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now());
  }
  [[nodiscard]] SteadyTime steady() const override { return std::chrono::steady_clock::now(); }
};

/// A clock that stands still until it is advanced; for tests and simulations.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(WallTime start = WallTime{std::chrono::hours{24 * 365 * 50}}) : start_(start) {}
  [[nodiscard]] WallTime wall() const override { return start_ + Milliseconds(elapsed_.load()); }
  [[nodiscard]] SteadyTime steady() const override { return SteadyTime{} + Milliseconds(elapsed_.load()); }
  void advance(Milliseconds by) { elapsed_ += by.count(); }

 private:
  WallTime start_;
  std::atomic<std::int64_t> elapsed_{0};
};

/// Milliseconds since the Unix epoch, as records carry them.
inline std::int64_t to_unix_ms(WallTime time) {
  return time.time_since_epoch().count();
}
inline WallTime from_unix_ms(std::int64_t ms) {
  return WallTime{Milliseconds{ms}};
}

}  // namespace covey
