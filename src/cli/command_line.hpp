#pragma once
// CommandLine: every command and option of covey with its help, defined once; parsing, help, the manual page
// and the shell completions are read from these definitions. The main thread's.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cli/session.hpp"

namespace CLI {
class App;
}

namespace covey::cli {

class CommandLine {
 public:
  explicit CommandLine(Session& session);
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;
  ~CommandLine();

  /// Parses, and does what was asked. Help and version are written to out; mistakes to err.
  ExitCode run(const std::vector<std::string>& arguments);

  [[nodiscard]] const CLI::App& app() const { return *app_; }

 private:
  /// What must be in order before a command may start; doctor runs with broken settings, to say so.
  enum class Needs : std::uint8_t { kNothing, kHome, kSettings };

  void add_global_options();
  void add_identity_commands();
  void add_transfer_commands();
  void add_share_commands();
  void add_network_commands();
  void add_watch_commands();
  void add_managing_commands();
  void add_settling_commands();
  void add_request_commands();
  void add_consent_commands();
  void add_people_commands();
  void add_audit_commands();
  void add_ui_commands();
  void add_chat_commands();
  void add_shell_commands();
  CLI::App* command(const std::string& name, const std::string& description, std::function<ExitCode()> action,
                    Needs needs = Needs::kSettings);
  ExitCode parse_and_choose(const std::vector<std::string>& arguments);
  [[nodiscard]] int help_columns() const;
  /// What to say if the first word is no command; "" if it is one.
  [[nodiscard]] std::string unknown_command(const std::vector<std::string>& arguments) const;
  ExitCode wrong_usage(std::string what);

  Session& session_;
  std::unique_ptr<CLI::App> app_;
  std::function<ExitCode()> chosen_;
  Needs needs_ = Needs::kSettings;
};

}  // namespace covey::cli
