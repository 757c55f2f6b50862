#include "cli/manual.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include "cli/definitions.hpp"

namespace covey::cli {
namespace {

/// roff takes a leading dot or apostrophe for a request, and a bare minus for a hyphen.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool line_begins = out.empty() || out.back() == '\n';
    if (line_begins && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  return out;
}

std::string option_entries(const CLI::App& app) {
  std::string out;
  for (const CLI::Option* option : options_of(app, OptionKind::kPositional)) {
    out += fmt::format(".TP\n\\fI{}\\fR\n{}\n", roff(value_of(*option)), roff(option->get_description()));
  }
  for (const CLI::Option* option : options_of(app, OptionKind::kNamed)) {
    std::string names;
    for (const auto& name : spellings(*option)) names += (names.empty() ? "" : ", ") + roff(name);
    const std::string value = !value_of(*option).empty() ? " \\fI" + roff(value_of(*option)) + "\\fR" : "";
    out += fmt::format(".TP\n\\fB{}\\fR{}\n{}\n", names, value, roff(option->get_description()));
  }
  return out;
}

std::string words_of(const CLI::App& app) {
  std::string out;
  for (const CLI::Option* option : options_of(app, OptionKind::kNamed)) {
    for (const auto& name : spellings(*option)) out += (out.empty() ? "" : " ") + name;
  }
  return out;
}

std::string command_names(const CLI::App& app) {
  std::string out;
  for (const CLI::App* command : commands_of(app)) out += (out.empty() ? "" : " ") + command->get_name();
  return out;
}

std::string for_bash(const CLI::App& app) {
  std::string cases;
  for (const CLI::App* command : commands_of(app)) {
    cases += fmt::format("    {}) words=\"{} $global\" ;;\n", command->get_name(), words_of(*command));
  }
  return fmt::format(R"(# Completions of covey for bash: source <(covey completions bash)
_covey() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" command= words= word
  local global="{0}"
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case "$word" in -*) ;; *) command="$word"; break ;; esac
  done
  case "$command" in
    "") words="{1} $global" ;;
{2}  esac
  COMPREPLY=()
  case "$current" in
    -*) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current") ;;
    *) [ -n "$command" ] || mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current") ;;
  esac
}}
complete -o bashdefault -o default -F _covey covey
)",
                     words_of(app), command_names(app), cases);
}

/// Inside single quotes of zsh and fish alike, and without what zsh's _arguments gives a meaning to.
std::string quoted_description(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'' || c == '\\') continue;
    if (c == '[' || c == ']' || c == ':') {
      out += ' ';
    } else {
      out += c;
    }
  }
  return out;
}

std::string zsh_options(const CLI::App& app, std::string_view indent) {
  std::string out;
  for (const CLI::Option* option : options_of(app, OptionKind::kNamed)) {
    for (const auto& name : spellings(*option)) {
      out += fmt::format("{}'*{}[{}]{}' \\\n", indent, name, quoted_description(option->get_description()),
                         !value_of(*option).empty() ? ":value:_files" : "");
    }
  }
  return out;
}

std::string for_zsh(const CLI::App& app) {
  std::string commands;
  std::string cases;
  for (const CLI::App* command : commands_of(app)) {
    commands +=
        fmt::format("    '{}:{}'\n", command->get_name(), quoted_description(command->get_description()));
    cases += fmt::format("    {}) _arguments \\\n{}{}      '*:file:_files' ;;\n", command->get_name(),
                         zsh_options(*command, "      "), zsh_options(app, "      "));
  }
  return fmt::format(R"(#compdef covey
# Completions of covey for zsh: source <(covey completions zsh)
_covey() {{
  local -a commands=(
{0}  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
{1}  esac
}}
compdef _covey covey
)",
                     commands, cases);
}

std::string fish_options(const CLI::App& app, std::string_view condition) {
  std::string out;
  for (const CLI::Option* option : options_of(app, OptionKind::kNamed)) {
    std::string names;
    for (const auto& name : option->get_snames()) names += " -s " + name;
    for (const auto& name : option->get_lnames()) names += " -l " + name;
    out +=
        fmt::format("complete -c covey{}{}{} -d '{}'\n", condition, names,
                    !value_of(*option).empty() ? " -r" : "", quoted_description(option->get_description()));
  }
  return out;
}

std::string for_fish(const CLI::App& app) {
  std::string out = "# Completions of covey for fish: covey completions fish | source\n";
  out += fish_options(app, "");
  for (const CLI::App* command : commands_of(app)) {
    out += fmt::format("complete -c covey -n __fish_use_subcommand -f -a {} -d '{}'\n", command->get_name(),
                       quoted_description(command->get_description()));
    out += fish_options(*command, fmt::format(" -n '__fish_seen_subcommand_from {}'", command->get_name()));
  }
  return out;
}

}  // namespace

std::string manual_page(const CLI::App& app, std::string_view version) {
  std::string out = fmt::format(
      ".TH COVEY 1 \"\" \"covey {}\" \"Covey\"\n.SH NAME\ncovey \\- secure peer\\-to\\-peer file sharing\n"
      ".SH SYNOPSIS\n\\fBcovey\\fR [\\fIOPTION\\fR]... \\fICOMMAND\\fR [\\fIARGUMENT\\fR]...\n"
      ".SH DESCRIPTION\n{}\n.SH GLOBAL OPTIONS\n{}",
      version, roff(app.get_description()), option_entries(app));
  out += ".SH COMMANDS\n";
  for (const CLI::App* command : commands_of(app)) {
    out += fmt::format(".SS {}\n{}\n{}", roff(usage_of(*command)), roff(command->get_description()),
                       option_entries(*command));
  }
  out += ".SH EXAMPLES AND EXIT CODES\n.nf\n" + roff(app.get_footer()) + "\n.fi\n";
  out +=
      ".SH FILES\n.TP\n\\fI~/.local/share/covey\\fR\nThe home: identity, state and the daemon's socket.\n"
      ".TP\n\\fIconfig.toml\\fR in the home\nSettings, each explained in the template that covey init "
      "writes.\n"
      ".SH ENVIRONMENT\n.TP\n\\fBCOVEY_HOME\\fR\nThe home.\n.TP\n\\fBCOVEY_PASSPHRASE\\fR\n"
      "The passphrase of the identity.\n.TP\n\\fBNO_COLOR\\fR\nNo colours.\n";
  return out;
}

std::string completions(const CLI::App& app, std::string_view shell) {
  if (shell == "zsh") return for_zsh(app);
  return shell == "fish" ? for_fish(app) : for_bash(app);
}

}  // namespace covey::cli
