#pragma once
// Timeline: simulated time, in which things happen one after the other: the order of their times, and of
// their being planned where those are equal. The same plan gives the same run. One thread.

#include <algorithm>
#include <chrono>
#include <functional>
#include <vector>

#include "base/clock.hpp"

namespace covey::sim {

using Seconds = std::chrono::duration<double>;

class Timeline {
 public:
  [[nodiscard]] SteadyTime now() const { return now_; }
  /// Seconds since the beginning, for people.
  [[nodiscard]] double elapsed() const { return Seconds(now_ - kBegin).count(); }

  void at(SteadyTime when, std::move_only_function<void()> what) {
    events_.push_back({.when = std::max(when, now_), .number = ++last_, .what = std::move(what)});
    std::push_heap(events_.begin(), events_.end(), later);
  }
  void after(Seconds span, std::move_only_function<void()> what) { at(now_ + steady(span), std::move(what)); }

  /// Until nothing is planned, `limit` has passed, or `enough`, which is asked after each event.
  template <typename Enough>
  void run(Seconds limit, const Enough& enough) {
    const SteadyTime end = kBegin + steady(limit);
    while (!events_.empty() && events_.front().when <= end && !enough()) {
      std::pop_heap(events_.begin(), events_.end(), later);
      Event event = std::move(events_.back());
      events_.pop_back();
      now_ = event.when;
      event.what();
    }
  }

  [[nodiscard]] static SteadyTime::duration steady(Seconds span) {
    return std::chrono::duration_cast<SteadyTime::duration>(span);
  }
  [[nodiscard]] static SteadyTime from_begin(Seconds span) { return kBegin + steady(span); }

 private:
  static constexpr SteadyTime kBegin{std::chrono::hours(1)};
  struct Event {
    SteadyTime when;
    std::uint64_t number = 0;
    std::move_only_function<void()> what;
  };
  static bool later(const Event& a, const Event& b) {
    return a.when != b.when ? a.when > b.when : a.number > b.number;
  }

  SteadyTime now_ = kBegin;
  std::uint64_t last_ = 0;
  std::vector<Event> events_;
};

}  // namespace covey::sim
