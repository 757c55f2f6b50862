#include "cli/definitions.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/terminal_text.hpp"

namespace covey::cli {
namespace {

constexpr int kNameColumns = 24;
constexpr std::size_t kNearEnough = 2;  // wrong, missing or swapped letters

bool is_many(const CLI::Option& option) {
  return option.get_expected_max() >= CLI::detail::expected_max_vector_size;
}

/// Levenshtein's distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

/// "  name   text", the text wrapped beside the name.
std::string entry(const std::string& name, std::string_view text, int columns) {
  std::string out = "  " + pad(name, std::max(kNameColumns, display_width(name)), Glyphs::kUnicode);
  const int indent = kNameColumns + 4;
  int used = display_width(out);
  const auto new_line = [&] {
    out.erase(out.find_last_not_of(' ') + 1);
    out += '\n' + std::string(static_cast<std::size_t>(indent - 2), ' ');
    used = indent - 2;
  };
  if (used > indent - 2) new_line();
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (used + 1 + display_width(word) > columns && used > indent) new_line();
    out += used <= indent - 2 ? "  " : " ";
    out += word;
    used = display_width(std::string_view(out).substr(out.rfind('\n') + 1));
  }
  return out + '\n';
}

std::string entries(const CLI::App& app, OptionKind kind, int columns) {
  std::string out;
  for (const CLI::Option* option : options_of(app, kind)) {
    std::string name;
    for (const auto& spelling : spellings(*option)) name += (name.empty() ? "" : ", ") + spelling;
    const std::string value = value_of(*option);
    if (!value.empty()) name += (name.empty() ? "" : " ") + value;
    out += entry(name, option->get_description(), columns);
  }
  return out;
}

}  // namespace

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

std::vector<const CLI::Option*> options_of(const CLI::App& app, OptionKind kind) {
  std::vector<const CLI::Option*> out = app.get_options();
  std::erase_if(out, [&](const CLI::Option* option) {
    return option->get_positional() != (kind == OptionKind::kPositional);
  });
  return out;
}

std::vector<std::string> spellings(const CLI::Option& option) {
  std::vector<std::string> out;
  for (const auto& name : option.get_snames()) out.push_back("-" + name);
  for (const auto& name : option.get_lnames()) out.push_back("--" + name);
  return out;
}

std::string value_of(const CLI::Option& option) {
  if (option.get_positional()) {
    const std::string name = option.get_name(true) + (is_many(option) ? "..." : "");
    return option.get_required() ? name : "[" + name + "]";
  }
  if (option.get_expected_max() == 0 || option.get_type_size_max() == 0) return {};
  // CLI11 appends what its checks are called: "N:POSITIVE".
  const std::string type = option.get_type_name();
  return type.substr(0, type.find(':'));
}

std::string usage_of(const CLI::App& app) {
  std::string out = app.get_parent() == nullptr ? "covey" : "covey " + app.get_name();
  out += " [OPTION]...";
  for (const CLI::Option* option : options_of(app, OptionKind::kPositional)) out += " " + value_of(*option);
  return commands_of(app).empty() ? out : out + " COMMAND ...";
}

std::string nearest_word(std::string_view typed, const std::vector<std::string>& known) {
  std::string nearest;
  std::size_t least = kNearEnough + 1;
  for (const std::string& word : known) {
    const std::size_t far = distance(typed, word);
    if (far < least && far < word.size()) {
      nearest = word;
      least = far;
    }
  }
  return nearest;
}

std::string help_text(const CLI::App& app, int columns) {
  std::string out = "Usage: " + usage_of(app) + "\n\n" + app.get_description() + "\n";
  if (const auto commands = commands_of(app); !commands.empty()) {
    out += "\nCommands:\n";
    for (const CLI::App* command : commands)
      out += entry(command->get_name(), command->get_description(), columns);
  }
  if (const std::string arguments = entries(app, OptionKind::kPositional, columns); !arguments.empty()) {
    out += "\n" + arguments;
  }
  out += "\nOptions:\n" + entries(app, OptionKind::kNamed, columns);
  out += app.get_parent() == nullptr
             ? "\n" + app.get_footer() + "\n"
             : "\nOptions of every command, such as --json and --quiet: covey --help\n";
  return out;
}

}  // namespace covey::cli
