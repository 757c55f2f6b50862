#pragma once
// covey get, transfers, pause, resume, cancel, status: what the daemon fetches and hands out.

#include <string>

#include "cli/receive_command.hpp"
#include "cli/session.hpp"

namespace covey::cli {

struct GetOptions {
  DownloadOptions download;
  bool detach = false;  // let the daemon go on alone
};
/// Through the daemon; where none runs, in this process.
ExitCode get(const GetOptions& options, Session& session);

struct TransfersOptions {
  std::string id;  // empty: all
  bool watch = false;
};
/// Columns: id, direction, title, state, bytes done, bytes, rate (bytes a second), seconds left, peers,
/// destination.
ExitCode transfers(const TransfersOptions& options, Session& session);

ExitCode pause(const std::string& id, Session& session);
ExitCode resume(const std::string& id, Session& session);
ExitCode cancel(const std::string& id, api::PartialFiles partial, Session& session);

ExitCode status(Session& session);

}  // namespace covey::cli
