#pragma once
// SpeedMeter: a transfer's smoothed speed, from byte counts at points in time. An exponential average over
// about three seconds: steady enough to read, quick enough to believe. Pure; one thread.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

#include "base/clock.hpp"

namespace covey::swarm {

class SpeedMeter {
 public:
  /// `bytes` is the running total at `now`.
  void update(std::uint64_t bytes, SteadyTime now) {
    if (!last_time_) {
      last_time_ = now;
      last_bytes_ = bytes;
      return;
    }
    const double seconds = std::chrono::duration<double>(now - *last_time_).count();
    if (seconds < kMinInterval) return;
    const double current = static_cast<double>(bytes - std::min(bytes, last_bytes_)) / seconds;
    covered_ += seconds;
    // A true mean at first, so that a steady speed is believed at once.
    const double weight = std::max(1 - std::exp(-seconds / kWindow), seconds / covered_);
    rate_ += (current - rate_) * weight;
    last_time_ = now;
    last_bytes_ = bytes;
  }
  /// Bytes a second.
  [[nodiscard]] double rate() const { return rate_; }
  /// Seconds until `left` bytes are through at this speed; nothing while it is unknown.
  [[nodiscard]] std::optional<std::uint64_t> seconds_for(std::uint64_t left) const {
    if (rate_ < 1) return std::nullopt;
    return static_cast<std::uint64_t>(std::ceil(static_cast<double>(left) / rate_ - kRounding));
  }
  void reset() { *this = SpeedMeter(); }

 private:
  static constexpr double kWindow = 3;
  static constexpr double kMinInterval = 0.05;
  static constexpr double kRounding = 0.01;  // seconds; "10s left" at exactly 10
  std::optional<SteadyTime> last_time_;
  std::uint64_t last_bytes_ = 0;
  double covered_ = 0;
  double rate_ = 0;
};

}  // namespace covey::swarm
