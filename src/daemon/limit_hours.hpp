#pragma once
// The text of a schedule of limits: "08:00-18:00=2M", "22:00-06:00=500K/100K" (down/up), "12:00-13:00=none".
// A span may cross midnight; the first line that fits a minute holds. Pure; any thread.

#include "daemon/limit_clock.hpp"

namespace covey::daemon {

/// kInvalidArgument names the line and says how to write it.
Result<LimitHours> read_limit_hours(const std::vector<std::string>& lines);

}  // namespace covey::daemon
