#pragma once
// The command line: what argv asks for, done, as an exit code. Results go to stdout, everything else to
// stderr. Call run() before any thread is started: interrupts are waited for with sigwait, and threads take
// over which signals are blocked.

#include "api/programs.hpp"
#include "cli/console.hpp"
#include "cli/settings.hpp"

namespace covey::cli {

/// The whole program. --home becomes COVEY_HOME of this process, so that `programs` finds the same home.
int run(int argc, char** argv, api::Programs& programs);

/// The same on given streams and environment, for tests: nothing of the process is changed.
int run_on(Console& console, const Environment& environment, const std::vector<std::string>& arguments,
           api::Programs& programs);

}  // namespace covey::cli
