#pragma once
// covey daemon: the peer itself, in the foreground, until it is told to end.

#include <string>
#include <vector>

#include "cli/session.hpp"

namespace covey::cli {

struct DaemonOptions {
  std::vector<std::string> listen;
  std::string passphrase_file;
  bool stop = false;
};

/// 0 after an orderly end, however it was asked for.
ExitCode daemon(const DaemonOptions& options, Session& session);

}  // namespace covey::cli
