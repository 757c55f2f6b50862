#pragma once
// covey pause, resume, cancel, remove, set, verify, explain, stream, move: what people do with transfers of
// the daemon.

#include <optional>
#include <string>
#include <vector>

#include "cli/session.hpp"
#include "cli/transfer_settings.hpp"

namespace covey::cli {

/// Which transfers are meant: those named, or all that the command makes sense for.
struct ChosenTransfers {
  std::vector<std::string> ids;
  bool all = false;
};

// Each does what it can; the exit code is that of the first that failed.
ExitCode pause(const ChosenTransfers& chosen, Session& session);
ExitCode resume(const ChosenTransfers& chosen, Session& session);
/// Without a word on what has arrived it asks on a terminal, and keeps it elsewhere.
ExitCode cancel(const ChosenTransfers& chosen, std::optional<api::PartialFiles> partial, Session& session);

struct RemoveOptions {
  ChosenTransfers chosen;
  bool over = false;  // all that are complete, cancelled or failed
  bool with_partial = false;
  bool with_files = false;
};
ExitCode remove(const RemoveOptions& options, Session& session);

struct SetOptions {
  std::string id;
  SettingOptions settings;
};
/// Without any setting it shows them.
ExitCode set(const SetOptions& options, Session& session);

/// Follows the check to its end; kNotVerified when something is not as it was promised.
ExitCode verify(const std::string& id, Session& session);
ExitCode explain(const std::string& id, Session& session);
/// Prints the address; without a file, of whichever there is to play.
ExitCode stream(const std::string& id, const std::string& file, Session& session);
ExitCode move(const std::string& id, const std::string& directory, Session& session);

}  // namespace covey::cli
