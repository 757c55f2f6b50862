#pragma once
// covey requests --watch: requests as they come. On a terminal a key answers the one that is shown; elsewhere
// each change is a line of the columns of `covey requests`, with --json an event.

#include "cli/session.hpp"

namespace covey::cli {

ExitCode watch_requests(Session& session);

}  // namespace covey::cli
