#pragma once
// covey limits: how fast the daemon moves bytes, and how many downloads it runs at a time.

#include <optional>
#include <string>
#include <vector>

#include "cli/session.hpp"

namespace covey::cli {

/// As typed; what was not is left as it is.
struct LimitOptions {
  std::string down;
  std::string up;
  std::string per_peer_down;
  std::string per_peer_up;
  std::optional<std::uint64_t> slots;
  std::optional<std::uint64_t> active;
  std::vector<std::string> between;  // replaces the schedule
  bool no_schedule = false;
};
/// Shows them as they are then.
ExitCode limits(const LimitOptions& options, Session& session);

}  // namespace covey::cli
