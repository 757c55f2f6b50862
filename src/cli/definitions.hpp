#pragma once
// What the definitions of a command line say, for whoever writes them out: help, manual, completions.
// Pure; any thread.

#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace covey::cli {

enum class OptionKind : std::uint8_t { kPositional, kNamed };

std::vector<const CLI::App*> commands_of(const CLI::App& app);
std::vector<const CLI::Option*> options_of(const CLI::App& app, OptionKind kind);
/// "-o", "--output"
std::vector<std::string> spellings(const CLI::Option& option);
/// "PATH...", "[ID]"; "DIR" for what follows a named option, "" for a flag.
std::string value_of(const CLI::Option& option);
/// "covey send [OPTION]... PATH..."
std::string usage_of(const CLI::App& app);

/// The known word that was most likely meant, or "" if none is near.
std::string nearest_word(std::string_view typed, const std::vector<std::string>& known);

/// What --help prints, in at most `columns`.
std::string help_text(const CLI::App& app, int columns);

}  // namespace covey::cli
