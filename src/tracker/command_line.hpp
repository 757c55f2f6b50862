#pragma once
// CommandLine: the options and commands of covey-tracker, defined once. Results go to `out`, everything else
// to `err`; exit codes: 0 done, 1 failed, 2 wrong usage. The main thread's.

#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "identity/home.hpp"
#include "tracker/admin.hpp"
#include "tracker/serve.hpp"

namespace CLI {
class App;
}

namespace covey::tracker {

enum class ExitCode : std::uint8_t { kDone = 0, kFailed = 1, kUsage = 2 };

class CommandLine {
 public:
  CommandLine(std::ostream& out, std::ostream& err, identity::EnvironmentLookup environment);
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;
  ~CommandLine();

  /// Parses, and does what was asked; serving returns when a signal ended it.
  ExitCode run(const std::vector<std::string>& arguments);

 private:
  using Action = std::function<Result<std::string>(Admin&)>;

  void add_serving_options();
  void add_limit_options();
  void add_admin_commands();
  void add_member_commands(CLI::App& admin);
  CLI::App* admin_command(CLI::App& admin, const std::string& name, const std::string& description,
                          Action action);
  Result<> find_places();
  Result<> do_chosen();
  Result<> administer();
  ExitCode fail_with(const Error& error);

  std::ostream& out_;
  std::ostream& err_;
  identity::EnvironmentLookup environment_;
  std::unique_ptr<CLI::App> app_;
  ServeOptions options_;
  std::string home_;
  std::string registration_;
  std::string certificate_;
  std::string certificate_key_;
  bool json_ = false;
  Action action_;  // of an admin command
};

/// What main() is: the log, the process's own streams and environment.
int run(int argc, char** argv);

}  // namespace covey::tracker
