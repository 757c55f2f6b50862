#pragma once
// Trail: the last sightings of one kind, as many as its threshold needs. Value; single-threaded.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.hpp"

namespace covey::audit {

/// So many within so long.
struct Threshold {
  std::size_t count = 0;
  std::chrono::seconds window{0};
};

class Trail {
 public:
  /// Whether this sighting reaches the threshold, for the first time in its window. Of sightings with the
  /// same mark one counts; mark 0 always counts.
  bool reaches(const Threshold& threshold, SteadyTime now, std::uint64_t mark = 0) {
    if (threshold.count == 0) return false;
    std::erase_if(seen_, [&](const Seen& seen) { return now - seen.at >= threshold.window; });
    const auto same = [mark](const Seen& seen) { return mark != 0 && seen.mark == mark; };
    if (std::any_of(seen_.begin(), seen_.end(), same)) return false;
    if (seen_.size() >= threshold.count) seen_.erase(seen_.begin());
    seen_.push_back({now, mark});
    if (seen_.size() < threshold.count) return false;
    if (reached_ && now - *reached_ < threshold.window) return false;
    reached_ = now;
    return true;
  }

 private:
  struct Seen {
    SteadyTime at;
    std::uint64_t mark;
  };
  std::vector<Seen> seen_;  // oldest first
  std::optional<SteadyTime> reached_;
};

}  // namespace covey::audit
