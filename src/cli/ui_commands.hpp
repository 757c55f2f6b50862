#pragma once
// covey ui, keys: the way into the web UI, and the keys by which programs use the API at its address.

#include <string>

#include "cli/session.hpp"

namespace covey::cli {

struct UiOptions {
  bool no_open = false;
  bool sessions = false;
  bool sign_out = false;
  bool set_password = false;
  bool remove_password = false;
};
/// Prints a link that holds once, and opens it where there is a display.
ExitCode ui(const UiOptions& options, Session& session);

struct KeyOptions {
  std::string action;  // add, list, remove; empty: list
  std::string name;
  bool read_only = false;
};
ExitCode keys(const KeyOptions& options, Session& session);

}  // namespace covey::cli
