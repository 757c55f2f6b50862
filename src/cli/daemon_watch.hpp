#pragma once
// Following what a daemon does, as events come in, until something is over or the user has seen enough.

#include <functional>
#include <optional>
#include <string>

#include "cli/session.hpp"

namespace covey::cli {

/// What to do while an owner has to approve: go on watching, or come back with that.
enum class Approval : std::uint8_t { kAwait, kReport };

/// Shows the transfer's progress until it is over or paused, or the user interrupts (kCancelled); the daemon
/// goes on in each case. The view as it was last seen.
Result<api::TransferView> watch_transfer(const std::string& id, Approval approval, Session& session);

/// Likewise until it is in another state than that of `begun`: a check or a move until it is done.
Result<api::TransferView> watch_while(const api::TransferView& begun, Session& session);

/// Shows the hashing of a share until it is ready or broken; kCancelled as above.
Result<api::ShareView> watch_hashing(const api::ShareView& share, Session& session);

/// Shows all transfers and the limits until interrupted; on a terminal as a table.
Result<> watch_all(Session& session);

}  // namespace covey::cli
