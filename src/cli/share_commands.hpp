#pragma once
// covey share, shares, unshare, ticket: what this peer publishes, through the daemon.

#include <optional>
#include <string>
#include <vector>

#include "cli/session.hpp"

namespace covey::cli {

struct ShareOptions {
  std::vector<std::string> paths;
  std::string title;
  std::string expires;
  bool verify = false;
  std::string visibility;
  std::string access;
  std::vector<std::string> named;
  std::vector<std::string> tags;
  bool reveal_names = false;
};
/// The id of each share on out, one a line.
ExitCode share(const ShareOptions& options, Session& session);

/// Columns: id, title, bytes, files, state, expiry (Unix seconds), path, visibility, access.
ExitCode shares(Session& session);

ExitCode unshare(const std::string& share, Session& session);

struct TicketOptions {
  std::string share;
  std::string expires;
  std::optional<std::uint64_t> uses;
  bool qr = false;
};
ExitCode ticket(const TicketOptions& options, Session& session);

}  // namespace covey::cli
