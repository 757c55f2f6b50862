#pragma once
// Moments as people read and write them: "3 min ago", "in 2 h"; "24h" back from now, "2026-11-21". Pure but
// for the time zone of the process; any thread.

#include <optional>
#include <string>
#include <string_view>

#include "api/views.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "cli/table.hpp"

namespace covey::cli {

/// In the largest unit that fits: "3 min ago", "in 2 h", "now".
std::string moment_words(api::UnixMs at, WallTime now);

/// Those words for people, Unix seconds for scripts; `without` for people where there is no moment.
Cell moment_cell(const std::optional<api::UnixMs>& at, WallTime now, std::string without = {});

/// Which end of a day is meant where only the day is given.
enum class DayEnd : std::uint8_t { kBegin, kEnd };

/// "24h": so long before now; "2026-11-21" and "2026-11-21T08:30": in local time. kInvalidArgument with an
/// example otherwise.
Result<api::UnixMs> moment_from(std::string_view text, WallTime now, DayEnd day_end);

}  // namespace covey::cli
