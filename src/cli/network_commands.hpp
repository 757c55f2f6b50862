#pragma once
// covey join, networks, leave, search, peers: this peer among others, through the daemon.

#include <string>
#include <vector>

#include "cli/session.hpp"

namespace covey::cli {

struct JoinOptions {
  std::string link;
  std::string name;
  std::string invite_file;
};
/// The network's key on out.
ExitCode join(const JoinOptions& options, Session& session);

/// Columns: key, name, state, announced shares, trackers.
ExitCode networks(Session& session);

ExitCode leave(const std::string& network, Session& session);

struct SearchOptions {
  std::vector<std::string> words;
  std::string owner;
  std::uint64_t limit = 50;
};
/// Columns: id, title, bytes, files, owner, whether online, access.
ExitCode search(const SearchOptions& options, Session& session);

/// Columns: name, peer id, addresses.
ExitCode peers(Session& session);

}  // namespace covey::cli
