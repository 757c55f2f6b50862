#pragma once
// The manual page and the shell completions, read from the definitions of the command line, so that neither
// can tell of an option that does not exist. Pure; any thread.

#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace covey::cli {

/// covey(1) in roff.
std::string manual_page(const CLI::App& app, std::string_view version);

/// For "bash", "zsh" or "fish".
std::string completions(const CLI::App& app, std::string_view shell);

}  // namespace covey::cli
