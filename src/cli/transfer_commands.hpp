#pragma once
// covey get, transfers, status: what the daemon fetches and hands out.

#include <string>

#include "cli/receive_command.hpp"
#include "cli/session.hpp"

namespace covey::cli {

struct GetOptions {
  DownloadOptions download;
  std::string reason;   // told to an owner who has to approve it
  bool detach = false;  // let the daemon go on alone
};
/// Through the daemon; where none runs, in this process. Where the owner has to approve it, it waits on a
/// terminal, and elsewhere ends with kRefused while the request stands.
ExitCode get(const GetOptions& options, Session& session);

struct TransfersOptions {
  std::string id;  // empty: all
  bool watch = false;
};
/// Columns: id, direction, title, state, bytes done, bytes, rate (bytes a second), seconds left, peers,
/// destination, priority, place in the queue.
ExitCode transfers(const TransfersOptions& options, Session& session);

ExitCode status(Session& session);

}  // namespace covey::cli
