// The command line's definitions of covey ui and covey keys.

#include <CLI/CLI.hpp>

#include "cli/command_line.hpp"
#include "cli/ui_commands.hpp"

namespace covey::cli {

void CommandLine::add_ui_commands() {
  auto shown = std::make_shared<UiOptions>();
  auto* ui_command =
      command("ui", "Open the web UI: print a link that holds once, and open it in the browser",
              [this, shown] { return ui(*shown, session_); });
  const std::vector<CLI::Option*> instead{
      ui_command->add_flag("--sessions", shown->sessions, "List the browsers that are signed in, instead"),
      ui_command->add_flag("--sign-out", shown->sign_out, "Sign every browser out, instead"),
      ui_command->add_flag("--set-password", shown->set_password,
                           "Ask for a password by which browsers may sign in, too"),
      ui_command->add_flag("--remove-password", shown->remove_password, "Let browsers in by links alone")};
  for (CLI::Option* const one : instead) {
    for (CLI::Option* const other : instead) {
      if (one != other) one->excludes(other);
    }
  }
  ui_command->add_flag("--no-open", shown->no_open, "Print the link and open nothing");

  auto managed = std::make_shared<KeyOptions>();
  auto* keys_command =
      command("keys", "Manage the keys by which programs use the API at the web UI's address",
              [this, managed] { return keys(*managed, session_); });
  keys_command->add_option("ACTION", managed->action, "list (as without it), add or remove")
      ->check(CLI::IsMember({"list", "add", "remove"}));
  keys_command->add_option("NAME", managed->name, "The key's name");
  keys_command->add_flag("--read-only", managed->read_only, "For add: a key that may only look");
}

}  // namespace covey::cli
