#pragma once
// covey grants, revoke, tickets, rules: what the owner has consented to, and who may ask.

#include <string>
#include <vector>

#include "cli/session.hpp"

namespace covey::cli {

/// Columns: id, peer id, title, state (holds, revoked, over), given at, until (both Unix seconds), bytes
/// used, byte limit, share id, name. With `all` also what holds no more.
ExitCode grants(bool all, Session& session);

/// A grant or a ticket, by its id.
ExitCode revoke(const std::string& id, Session& session);

/// Columns: id, state (valid, revoked, expired, used up), expiry (Unix seconds), uses left, holders, ticket.
ExitCode tickets(const std::string& share, Session& session);

struct RulesOptions {
  std::string share;
  std::string visibility;  // empty: as it is
  std::string access;      // empty: as it is
  std::vector<std::string> to;
  std::vector<std::string> not_to;
};
/// Without a change it shows them.
ExitCode rules(const RulesOptions& options, Session& session);

}  // namespace covey::cli
