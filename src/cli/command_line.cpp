#include "cli/command_line.hpp"

#include <algorithm>
#include <ostream>

#include <CLI/CLI.hpp>

#include "cli/definitions.hpp"

namespace covey::cli {
CommandLine::CommandLine(Session& session)
    : session_(session),
      app_(std::make_unique<CLI::App>(
          "Covey hands files from peer to peer, encrypted and verified; the owner stays in control.",
          "covey")) {
  app_->require_subcommand(0, 1);
  app_->footer(
      "Examples:\n"
      "  covey send holiday-photos            on one machine: prints a ticket\n"
      "  covey receive covey:…                on the other: fetches what the ticket names\n"
      "  covey COMMAND --help                 all options of a command\n\n"
      "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 refused or expired, 4 not found or unreachable,\n"
      "5 content did not verify, 130 interrupted.");
  add_global_options();
  add_transfer_commands();
  add_share_commands();
  add_network_commands();
  add_watch_commands();
  add_request_commands();
  add_consent_commands();
  add_people_commands();
  add_audit_commands();
  add_ui_commands();
  add_chat_commands();
  add_identity_commands();
  add_shell_commands();
}

CommandLine::~CommandLine() = default;

void CommandLine::add_global_options() {
  GlobalOptions& options = session_.options();
  app_->add_flag_callback(
      "--json", [&options] { options.form = OutputForm::kJson; },
      "Results and events as JSON, one object a line");
  auto* quiet = app_->add_flag("-q,--quiet", options.quiet, "Only results and errors");
  app_->add_flag("-v,--verbose", options.verbose, "Tell more; twice, everything")->excludes(quiet);
  app_->add_option("--home", options.home,
                   "Where this peer keeps its identity and state; else COVEY_HOME, else ~/.local/share/covey")
      ->type_name("DIR");
  app_->add_flag("--no-color", options.no_colour, "No colours, as with NO_COLOR in the environment");
  app_->set_version_flag("--version", "covey " COVEY_VERSION, "Print the version");
}

CLI::App* CommandLine::command(const std::string& name, const std::string& description,
                               std::function<ExitCode()> action, Needs needs) {
  CLI::App* added = app_->add_subcommand(name, description);
  added->fallthrough();  // global options are understood after the command, too
  added->callback([this, needs, action = std::move(action)] {
    chosen_ = action;
    needs_ = needs;
  });
  return added;
}

int CommandLine::help_columns() const {
  constexpr int kNarrowest = 60;
  constexpr int kWidest = 100;
  return std::clamp(session_.console().columns(), kNarrowest, kWidest);
}

std::string CommandLine::unknown_command(const std::vector<std::string>& arguments) const {
  std::vector<std::string> known;
  for (const CLI::App* command : commands_of(*app_)) known.push_back(command->get_name());
  const auto word = std::find_if(arguments.begin(), arguments.end(),
                                 [](const std::string& argument) { return !argument.starts_with('-'); });
  if (word == arguments.end() || !app_->get_subcommands().empty()) return {};
  const std::string nearest = nearest_word(*word, known);
  return fmt::format("there is no command '{}'{}", *word,
                     nearest.empty() ? std::string{} : "; did you mean " + nearest + "?");
}

ExitCode CommandLine::wrong_usage(std::string what) {
  const auto commands = app_->get_subcommands();
  const std::string where = commands.empty() ? "covey" : "covey " + commands.front()->get_name();
  while (!what.empty() && (what.back() == '.' || what.back() == '\n')) what.pop_back();
  return session_.fail({ErrorCode::kInvalidArgument,
                        fmt::format("{}{} See {} --help", what, what.ends_with('?') ? "" : ".", where)},
                       ExitCode::kUsage);
}

ExitCode CommandLine::parse_and_choose(const std::vector<std::string>& arguments) {
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // as CLI11 takes them
  try {
    app_->parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    const auto commands = app_->get_subcommands();
    session_.console().out << (help_text(commands.empty() ? *app_ : *commands.front(), help_columns()))
                           << std::flush;
    return ExitCode::kDone;
  } catch (const CLI::CallForVersion& version) {
    session_.print(version.what());
    return ExitCode::kDone;
  } catch (const CLI::ParseError& error) {
    // Asked for before the mistake, JSON is still how the caller reads errors.
    if (std::find(arguments.begin(), arguments.end(), "--json") != arguments.end()) {
      session_.options().form = OutputForm::kJson;
    }
    const std::string unknown = unknown_command(arguments);
    return wrong_usage(unknown.empty() ? error.what() : unknown);
  }
  if (!chosen_) {
    session_.console().err << help_text(*app_, help_columns()) << std::flush;
    return ExitCode::kUsage;
  }
  return ExitCode::kDone;
}

ExitCode CommandLine::run(const std::vector<std::string>& arguments) {
  if (const ExitCode code = parse_and_choose(arguments); code != ExitCode::kDone || !chosen_) return code;
  if (needs_ != Needs::kNothing) {
    if (const auto found = session_.find_home(); !found) return session_.fail(found.error());
  }
  if (needs_ == Needs::kSettings) {
    if (const auto read = session_.read_settings(); !read) return session_.fail(read.error());
  }
  return chosen_();
}

}  // namespace covey::cli
