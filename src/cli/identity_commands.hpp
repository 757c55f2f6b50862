#pragma once
// covey init, id: who this peer is.

#include <string>

#include "cli/machine_checks.hpp"
#include "cli/session.hpp"

namespace covey::cli {

struct InitOptions {
  std::string passphrase_file;
  bool ask_passphrase = false;
  std::string name;
};
ExitCode init(const InitOptions& options, Session& session);

struct IdOptions {
  bool qr = false;
};
ExitCode id(const IdOptions& options, Session& session);

/// For the daemon, which looks for its passphrase in the environment: puts it there, from `file` or a prompt,
/// if the identity needs one and it is not there yet.
Result<> make_passphrase_known(const std::string& file, Session& session);

/// For the doctor: whether the identity is there and opens.
Finding check_identity(Session& session);

}  // namespace covey::cli
