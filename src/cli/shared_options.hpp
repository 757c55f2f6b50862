#pragma once
// Options that several commands have in common, defined once. The main thread's.

#include <string>

#include "cli/receive_command.hpp"

namespace CLI {
class App;
class Validator;
}  // namespace CLI

namespace covey::cli {

/// `what` stands for the positional argument's name, `description` for its help.
void add_download_options(CLI::App* command, DownloadOptions& options, const std::string& what,
                          const std::string& description);
/// --sequential, --limit-down, --limit-up, --priority, --seed
void add_setting_options(CLI::App* command, SettingOptions& options);

/// Checks that it is a duration such as "24h".
const CLI::Validator& duration();

}  // namespace covey::cli
