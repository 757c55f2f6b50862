#pragma once
// RequestWindow: how many bytes a lane keeps asked for, so that its connection never runs dry and never
// queues for long: what arrives in half a second, or in two round trips where those are longer. Pure; one
// thread.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

#include "base/clock.hpp"

namespace covey::swarm {

class RequestWindow {
 public:
  static constexpr std::uint64_t kFirst = 1U << 20;
  static constexpr std::uint64_t kSmallest = 256U << 10;
  static constexpr std::uint64_t kLargest = 8U << 20;

  /// The time from a question to its answer, once it is known.
  void set_round_trip(std::chrono::duration<double> seconds) { round_trip_ = seconds.count(); }

  /// Something is asked for; what comes of it counts from now on if nothing was asked for before.
  void asked(SteadyTime now) {
    if (!since_) since_ = now;
  }

  void arrived(std::uint64_t bytes, SteadyTime now) {
    asked(now);
    gathered_ += bytes;
    const double seconds = std::chrono::duration<double>(now - *since_).count();
    if (seconds < kSpan && gathered_ < bytes_) return;
    measure(seconds);
    since_ = now;
  }

  /// All that was asked for has come and nothing follows: the time until more is asked for does not count.
  void idle(SteadyTime now) {
    if (since_ && gathered_ > 0) measure(std::chrono::duration<double>(now - *since_).count());
    since_.reset();
  }

  /// How much to keep asked for.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  /// Bytes a second, as far as known.
  [[nodiscard]] double rate() const { return rate_; }

 private:
  static constexpr double kSpan = 0.2;  // seconds of arrivals for one measurement
  static constexpr double kShortest = 1e-3;
  static constexpr double kHorizon = 0.5;
  static constexpr double kPatience = 0.4;

  void measure(double seconds) {
    const double current = static_cast<double>(gathered_) / std::max(seconds, kShortest);
    // A whole window in less than a span says that there may be much more; else a steady mean, since senders
    // with a limit send in bursts.
    const bool filled = seconds < kSpan && gathered_ >= bytes_;
    if (rate_ == 0) rate_ = current;
    rate_ = filled ? std::max(current, rate_) : rate_ + (current - rate_) * kPatience;
    gathered_ = 0;
    const double wanted = rate_ * std::max(kHorizon, 2 * round_trip_);
    bytes_ = static_cast<std::uint64_t>(
        std::clamp(wanted, static_cast<double>(kSmallest), static_cast<double>(kLargest)));
  }

  std::optional<SteadyTime> since_;
  std::uint64_t gathered_ = 0;
  std::uint64_t bytes_ = kFirst;
  double rate_ = 0;
  double round_trip_ = 0;
};

}  // namespace covey::swarm
