#pragma once
// Request: a peer asks the owner of a share whether it may fetch it. The same value on both sides: as the
// owner keeps those that came, and as the asker keeps its own. Plain values; any thread. Spec:
// docs/spec/consent.md, "Requests".

#include <optional>
#include <string>
#include <vector>

#include "access/ticket_secret.hpp"
#include "base/clock.hpp"
#include "identity/peer_id.hpp"

namespace covey::requests {

using RequestId = FixedBytes<struct RequestIdTag, 16>;

inline constexpr std::size_t kMaxReasonBytes = 500;
inline constexpr std::size_t kMaxSelected = 64;
inline constexpr std::size_t kMaxSelectedBytes = 255;
/// A request waits for its answer at most so long.
inline constexpr std::chrono::days kLongestWait{30};

enum class RequestState : std::uint8_t { kWaiting, kApproved, kDenied, kWithdrawn, kExpired };

struct Request {
  RequestId id;
  access::ShareId share;
  identity::PeerId peer;            // the asker, as the owner keeps it; the owner, as the asker does
  std::string reason;               // clean text; may be empty
  std::vector<std::string> select;  // globs of what is wanted of a folder; empty: everything
  WallTime made_at;
  WallTime expires_at;
  RequestState state = RequestState::kWaiting;
  std::optional<WallTime> answered_at;
  std::string answer;  // the reason of a denial
  std::optional<WallTime> ask_again_at;

  bool operator==(const Request&) const = default;
};

[[nodiscard]] std::string to_text(const RequestId& id);

}  // namespace covey::requests
