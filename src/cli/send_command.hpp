#pragma once
// covey send: serves files to whoever has the ticket, from this process, until interrupted or done.

#include <optional>
#include <string>
#include <vector>

#include "cli/session.hpp"

namespace covey::cli {

struct SendOptions {
  std::vector<std::string> paths;
  std::string title;
  std::vector<std::string> listen;
  bool once = false;
  bool verify = false;
  bool qr = false;
  std::string expires;
  std::optional<std::uint64_t> uses;
  std::string limit_up;
};

ExitCode send(const SendOptions& options, Session& session);

}  // namespace covey::cli
