#pragma once
// growing_pause(): how long to leave somebody alone who did not answer. Pure; any thread.

#include <algorithm>
#include <chrono>

namespace covey {

/// `first`, doubled for each further failure before this attempt, times `factor` (to keep many from coming
/// back in step), and at most `longest`.
inline std::chrono::milliseconds growing_pause(std::chrono::milliseconds first,
                                               std::chrono::milliseconds longest, unsigned failures,
                                               double factor = 1) {
  constexpr unsigned kDoublings = 20;  // no pause of ours is a million times the first
  const std::chrono::duration<double, std::milli> grown = first * (1U << std::min(failures, kDoublings));
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::min<std::chrono::duration<double, std::milli>>(grown * factor, longest));
}

}  // namespace covey
