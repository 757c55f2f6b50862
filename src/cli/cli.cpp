#include "cli/cli.hpp"

#include <csignal>

#include "base/log.hpp"
#include "cli/command_line.hpp"

namespace covey::cli {
namespace {

log::Verbosity verbosity_of(const std::vector<std::string>& arguments) {
  // Only how loud the log is: whether the options make sense, and which exclude each other, parsing decides.
  int loudness = 0;
  for (const std::string& argument : arguments) {
    if (argument == "--verbose") ++loudness;
    if (argument.starts_with("-v") && argument.find_first_not_of('v', 1) == std::string::npos) {
      loudness += static_cast<int>(argument.size()) - 1;
    }
    if (argument == "-q" || argument == "--quiet") return log::Verbosity::kQuiet;
  }
  if (loudness == 0) return log::Verbosity::kNormal;
  return loudness == 1 ? log::Verbosity::kVerbose : log::Verbosity::kTrace;
}

}  // namespace

int run_on(Console& console, const Environment& environment, const std::vector<std::string>& arguments,
           api::Programs& programs) {
  Session session(console, programs, environment);
  CommandLine command_line(session);
  return static_cast<int>(command_line.run(arguments));
}

int run(int argc, char** argv, api::Programs& programs) {
  // A reader of our output that goes away (covey transfers | head) ends in a failed write, not in a signal.
  std::signal(SIGPIPE, SIG_IGN);
  const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  if (const auto ready = log::set_up(verbosity_of(arguments)); !ready) {
    return static_cast<int>(exit_code_of(ready.error().code));
  }
  Console console = standard_console();
  return run_on(console, process_environment(), arguments, programs);
}

}  // namespace covey::cli
