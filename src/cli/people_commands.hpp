#pragma once
// covey people, block, unblock, trust, untrust: what this peer knows and thinks of others.

#include <string>
#include <vector>

#include "cli/session.hpp"

namespace covey::cli {

/// Columns: name, peer id, first seen, last seen (both Unix seconds), standing (blocked, trusted,
/// trusted_for_shares or nothing), reason of a block.
ExitCode people(Session& session);

struct BlockOptions {
  std::string peer;
  std::string duration;  // empty: until it is unblocked
  std::string reason;
};
ExitCode block(const BlockOptions& options, Session& session);
ExitCode unblock(const std::string& peer, Session& session);

/// For these shares, or for all when none is named.
ExitCode trust(const std::string& peer, const std::vector<std::string>& shares, Session& session);
ExitCode untrust(const std::string& peer, Session& session);

}  // namespace covey::cli
