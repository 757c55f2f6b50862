#pragma once
// covey doctor: looks at everything that Covey needs of this machine and says how to mend what is missing.

#include "cli/machine_checks.hpp"
#include "cli/session.hpp"

namespace covey::cli {

/// One line a finding: ✓, ! or ✗; with --json one object each. kFailed if something is broken.
ExitCode doctor(Session& session);

std::string finding_line(const Finding& finding, Style style);

}  // namespace covey::cli
