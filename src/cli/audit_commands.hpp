#pragma once
// covey audit, alerts: what has happened to the shares of this peer, and what people should look at.

#include <optional>
#include <string>

#include "cli/session.hpp"

namespace covey::cli {

struct AuditOptions {
  std::string action = "show";  // show, verify, export
  std::string file;             // for export
  bool csv = false;
  std::string since;  // "24h", "2026-11-21"; empty: all
  std::string until;
  std::string peer;
  std::string share;
  std::string only_action;
  std::string outcome;
  std::string code;
  std::uint64_t count = 100;
};
/// Columns: at (Unix seconds), peer id, action, outcome, title, subject, code, bytes, note, right, address,
/// number, share id, name. To verify: kNotVerified where the log is not what was written.
ExitCode audit(const AuditOptions& options, Session& session);

/// Columns: id, at (Unix seconds), kind, peer id, whether undone, text.
ExitCode alerts(Session& session);
ExitCode undo_alert(std::uint64_t alert, Session& session);

}  // namespace covey::cli
