#pragma once
// covey daemon: the peer itself, in the foreground, until it is told to end.

#include <string>
#include <vector>

#include "cli/session.hpp"

namespace covey::cli {

struct DaemonOptions {
  std::vector<std::string> listen;
  std::string passphrase_file;
  std::string ui;
  bool no_ui = false;
  std::vector<std::string> ui_names;
  bool ui_tls = false;
  std::string ui_certificate, ui_key;
  bool stop = false;
};

/// 0 after an orderly end, however it was asked for.
ExitCode daemon(const DaemonOptions& options, Session& session);

}  // namespace covey::cli
