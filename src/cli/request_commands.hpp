#pragma once
// covey requests, approve, deny, withdraw: who asks for what, and the answers.

#include <string>

#include "cli/session.hpp"

namespace covey::cli {

struct RequestsOptions {
  std::string id;    // empty: all that wait
  bool all = false;  // also those that are over
  bool watch = false;
};
/// Columns: id, peer id, direction, state, title, bytes, files, asked at (Unix seconds), reason, name. One
/// that is named, in full.
ExitCode requests(const RequestsOptions& options, Session& session);

struct ApproveOptions {
  std::string id;
  std::string duration;  // empty: until it is taken back
  std::string bytes;     // empty: no limit
  bool always = false;
};
ExitCode approve(const ApproveOptions& options, Session& session);
ExitCode deny(const std::string& id, const std::string& reason, Session& session);
ExitCode withdraw(const std::string& id, Session& session);

}  // namespace covey::cli
