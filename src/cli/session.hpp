#pragma once
// Session: what every command has at hand: the console, the global options, the settings, the peer inside
// this process and the daemon beside it; and the one way in which commands report an error. The main
// thread's.

#include <filesystem>
#include <optional>

#include "api/client.hpp"
#include "api/programs.hpp"
#include "cli/console.hpp"
#include "cli/exit_code.hpp"
#include "cli/progress_feed.hpp"
#include "cli/settings.hpp"

namespace covey::cli {

enum class OutputForm : std::uint8_t { kText, kJson };

struct GlobalOptions {
  OutputForm form = OutputForm::kText;
  int verbose = 0;
  bool quiet = false;
  bool no_colour = false;
  std::string home;  // empty: from the environment
};

class Session {
 public:
  Session(Console& console, api::Programs& programs, Environment environment)
      : console_(console), programs_(programs), environment_(std::move(environment)) {}

  [[nodiscard]] Console& console() { return console_; }
  [[nodiscard]] api::Programs& programs() { return programs_; }
  [[nodiscard]] GlobalOptions& options() { return options_; }
  [[nodiscard]] const Environment& environment() const { return environment_; }
  [[nodiscard]] bool is_json() const { return options_.form == OutputForm::kJson; }

  /// After parsing, before any of what follows. A home from a flag goes into the environment, where the peer
  /// inside this process looks for it.
  Result<> find_home();
  /// kInvalidArgument if they make no sense.
  Result<> read_settings();
  [[nodiscard]] const std::filesystem::path& home() const { return home_; }
  [[nodiscard]] std::filesystem::path settings_file() const { return home_ / "config.toml"; }
  [[nodiscard]] const Settings& settings() const { return settings_; }
  [[nodiscard]] api::Client daemon() const;

  [[nodiscard]] ProgressMode progress_mode() const;

  /// A line on err for the user; not with --quiet or --json.
  void say(std::string_view line);
  /// A result on out, with a line end.
  void print(std::string_view line);

  /// "covey: what happened" on err, with --json also as an object on out.
  ExitCode fail(const Error& error) { return fail(error, exit_code_of(error.code)); }
  ExitCode fail(const Error& error, ExitCode code);

 private:
  Console& console_;
  api::Programs& programs_;
  Environment environment_;
  GlobalOptions options_;
  std::filesystem::path home_;
  Settings settings_;
};

/// The path as the daemon, whose working folder is another, must be given it.
Result<std::string> absolute_path(const std::string& path);

}  // namespace covey::cli
