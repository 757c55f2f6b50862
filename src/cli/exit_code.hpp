#pragma once
// What the programs of this project tell the shell. Scripts rely on these numbers: they never change meaning.
// Pure; any thread.

#include "base/result.hpp"

namespace covey::cli {

enum class ExitCode : int {
  kDone = 0,
  kFailed = 1,
  kUsage = 2,
  kRefused = 3,        // by the other side, or past its time
  kNotFound = 4,       // nobody has it, or nobody could be reached
  kNotVerified = 5,    // the content is not what was promised
  kInterrupted = 130,  // as shells report SIGINT
};

ExitCode exit_code_of(ErrorCode code);

}  // namespace covey::cli
