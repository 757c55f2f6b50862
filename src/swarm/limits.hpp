#pragma once
// Limits: how fast bytes may move, in each direction. Plain values; any thread.

#include <cstdint>
#include <optional>

namespace covey::swarm {

/// Bytes a second, at least 1; nothing: as fast as it goes.
using Rate = std::optional<std::uint64_t>;

struct RateLimits {
  Rate down;
  Rate up;
  bool operator==(const RateLimits&) const = default;
};

/// What one peer as a whole may use.
struct NodeLimits {
  RateLimits total;
  RateLimits per_peer;
  /// Peers that are served at a time; the others wait for their turn.
  std::size_t upload_slots = 32;
  bool operator==(const NodeLimits&) const = default;
};

}  // namespace covey::swarm
