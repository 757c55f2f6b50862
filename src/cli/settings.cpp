#include "cli/settings.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <fstream>

#include <fcntl.h>
#include <toml++/toml.h>
#include <unistd.h>

#include "base/quantity.hpp"
#include "cli/terminal_text.hpp"

namespace covey::cli {
namespace {

using Texts = std::vector<std::string>;

const Setting* setting_named(std::string_view name) {
  const auto& all = all_settings();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Setting& s) { return s.name == name; });
  return found == all.end() ? nullptr : &*found;
}

std::string_view wanted(SettingKind kind) {
  switch (kind) {
    case SettingKind::kText:
      return "a text in quotes";
    case SettingKind::kTexts:
      return "a list of texts";
    case SettingKind::kDuration:
      return "a duration in quotes";
    case SettingKind::kCount:
      return "a whole number above zero";
    case SettingKind::kSwitch:
      return "true or false";
  }
  return "";
}

Result<std::uint64_t> parse_count(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number == 0) {
    return fail(ErrorCode::kInvalidArgument, "'{}' is no whole number above zero; write for example 3",
                printable(text));
  }
  return number;
}

/// Whether each text is what the kind says.
Result<> check(SettingKind kind, const Texts& texts) {
  for (const std::string& text : texts) {
    if (kind == SettingKind::kDuration) TRY_VOID(parse_duration(text));
    if (kind == SettingKind::kCount) TRY_VOID(parse_count(text));
    if (kind == SettingKind::kSwitch && text != "true" && text != "false") {
      return fail(ErrorCode::kInvalidArgument, "'{}' is neither true nor false", printable(text));
    }
  }
  return {};
}

/// The texts of a TOML value of the right type, or nothing.
std::optional<Texts> texts_of(const toml::node& node, SettingKind kind) {
  switch (kind) {
    case SettingKind::kText:
    case SettingKind::kDuration:
      if (const auto* text = node.as_string()) return Texts{text->get()};
      return std::nullopt;
    case SettingKind::kCount:
      if (const auto* number = node.as_integer()) return Texts{std::to_string(number->get())};
      return std::nullopt;
    case SettingKind::kSwitch:
      if (const auto* value = node.as_boolean()) return Texts{value->get() ? "true" : "false"};
      return std::nullopt;
    case SettingKind::kTexts: {
      const auto* array = node.as_array();
      if (array == nullptr) return std::nullopt;
      Texts out;
      for (const auto& element : *array) {
        const auto* text = element.as_string();
        if (text == nullptr) return std::nullopt;
        out.push_back(text->get());
      }
      return out;
    }
  }
  return std::nullopt;
}

/// Lists in the environment are separated by commas or spaces.
Texts texts_in(const std::string& value, SettingKind kind) {
  if (kind != SettingKind::kTexts) return {value};
  Texts out;
  std::string word;
  for (const char c : value + ",") {
    if (c != ',' && c != ' ') {
      word += c;
    } else if (!word.empty()) {
      out.push_back(std::exchange(word, {}));
    }
  }
  return out;
}

std::string place(const std::filesystem::path& file, const toml::source_region& region) {
  return fmt::format("{}, line {}", printable(file.string()), region.begin.line);
}

Result<toml::table> read_table(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return toml::table{};
  try {
    return toml::parse_file(file.string());
  } catch (const toml::parse_error& e) {
    return fail(ErrorCode::kInvalidArgument, "{}: {}; mend the line or put a # before it",
                place(file, e.source()), printable(e.description()));
  }
}

std::string names_in(std::string_view section) {
  std::string names;
  for (const Setting& setting : all_settings()) {
    if (!setting.name.starts_with(section)) continue;
    names += (names.empty() ? "" : ", ") + std::string(setting.name);
  }
  return names;
}

Error unknown_key(const std::filesystem::path& file, const toml::node& node, std::string_view name) {
  const std::string in_section = names_in(name.substr(0, name.find('.') + 1));
  return {ErrorCode::kInvalidArgument,
          fmt::format("{}: there is no setting '{}'; known are {}", place(file, node.source()),
                      printable(name), in_section.empty() ? names_in("") : in_section)};
}

}  // namespace

const std::vector<Setting>& all_settings() {
  static const std::vector<Setting> kSettings{
      {"daemon.listen", SettingKind::kTexts, R"(["[::]:7440"])", "Where the daemon listens for other peers."},
      {"daemon.on_request", SettingKind::kText,
       R"('notify-send "$COVEY_REQUEST_NAME asks for $COVEY_REQUEST_TITLE"')",
       "A command for the shell, when somebody asks for a share; who and what stands in COVEY_REQUEST_*."},
      {"ui.address", SettingKind::kText, R"("127.0.0.1:7442")",
       "Where the web UI is served; \"off\" serves none. Beyond this machine it needs TLS and a password."},
      {"ui.names", SettingKind::kTexts, R"(["nas.example.org"])",
       "Further names by which browsers reach it."},
      {"ui.tls", SettingKind::kSwitch, "false", "Serve it by TLS with a certificate that is made once."},
      {"ui.certificate", SettingKind::kText, R"("/etc/covey/ui.crt")",
       "Serve it by TLS with this certificate (PEM), which goes with ui.key."},
      {"ui.key", SettingKind::kText, R"("/etc/covey/ui.key")", "The key of ui.certificate (PEM)."},
      {"send.listen", SettingKind::kTexts, R"(["[::]:0"])",
       "Where covey send listens; port 0 is one of the system's choice."},
      {"send.expires", SettingKind::kDuration, R"("1d")", "How long tickets of covey send hold."},
      {"send.uses", SettingKind::kCount, "1", "How many receivers a ticket of covey send lets in."},
      {"receive.directory", SettingKind::kText, R"("/home/me/Downloads")",
       "Where received files are put; without it, the current folder."},
      {"receive.wait", SettingKind::kDuration, R"("2m")",
       "How long to look for a sender that does not answer."},
      {"get.seed", SettingKind::kSwitch, "true",
       "Whether what covey get fetches is handed on to others once it is complete."},
      {"ticket.expires", SettingKind::kDuration, R"("7d")", "How long tickets of covey ticket hold."},
      {"ticket.uses", SettingKind::kCount, "5", "How many receivers a ticket of covey ticket lets in."},
      {"output.color", SettingKind::kSwitch, "true", "Colours on a terminal."},
  };
  return kSettings;
}

Environment process_environment() {
  Environment environment;
  environment.get = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr || *value == '\0') return std::nullopt;
    return std::string(value);
  };
  environment.set = [](const std::string& name, const std::string& value) {
    ::setenv(name.c_str(), value.c_str(), 1);
  };
  return environment;
}

std::string environment_name(std::string_view setting) {
  std::string out = "COVEY_";
  for (const char c : setting) {
    out += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return out;
}

Result<Settings> Settings::load(const std::filesystem::path& file, const Environment& environment) {
  Settings out;
  TRY(const toml::table table, read_table(file));
  for (const auto& [section, contents] : table) {
    const auto* keys = contents.as_table();
    if (keys == nullptr) return std::unexpected(unknown_key(file, contents, section.str()));
    for (const auto& [key, node] : *keys) {
      const std::string name = std::string(section.str()) + "." + std::string(key.str());
      const Setting* setting = setting_named(name);
      if (setting == nullptr) return std::unexpected(unknown_key(file, node, name));
      const std::string source = place(file, node.source());
      const auto texts = texts_of(node, setting->kind);
      if (!texts) {
        return fail(ErrorCode::kInvalidArgument, "{}: {} must be {}, for example {} = {}", source, name,
                    wanted(setting->kind), key.str(), setting->example);
      }
      if (auto good = check(setting->kind, *texts); !good) {
        return std::unexpected(in_context(good.error(), source));
      }
      out.values_[name] = {*texts, source};
    }
  }
  for (const Setting& setting : all_settings()) {
    const std::string variable = environment_name(setting.name);
    const auto value = environment.get(variable);
    if (!value) continue;
    Texts texts = texts_in(*value, setting.kind);
    if (auto good = check(setting.kind, texts); !good) {
      return std::unexpected(in_context(good.error(), variable));
    }
    out.values_[std::string(setting.name)] = {std::move(texts), variable};
  }
  return out;
}

const Settings::Value* Settings::find(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? nullptr : &found->second;
}

std::optional<std::string> Settings::text(std::string_view name, const std::string& flag) const {
  if (!flag.empty()) return flag;
  const Value* value = find(name);
  if (value == nullptr || value->texts.empty()) return std::nullopt;
  return value->texts.front();
}

Texts Settings::texts(std::string_view name, const Texts& flags) const {
  if (!flags.empty()) return flags;
  const Value* value = find(name);
  return value == nullptr ? Texts{} : value->texts;
}

Result<std::optional<std::uint64_t>> Settings::seconds(std::string_view name, const std::string& flag) const {
  const auto chosen = text(name, flag);
  if (!chosen) return std::nullopt;
  TRY(const auto duration, parse_duration(*chosen));
  return static_cast<std::uint64_t>(duration.count());
}

Result<std::optional<std::uint64_t>> Settings::count(std::string_view name,
                                                     std::optional<std::uint64_t> flag) const {
  if (flag) return flag;
  const auto chosen = text(name, {});
  if (!chosen) return std::nullopt;
  TRY(const auto number, parse_count(*chosen));
  return number;
}

bool Settings::is_on(std::string_view name, bool fallback) const {
  const Value* value = find(name);
  return value == nullptr || value->texts.empty() ? fallback : value->texts.front() == "true";
}

std::string settings_template() {
  std::string out =
      "# Covey's settings. A flag on the command line comes first, then the environment, then this file.\n"
      "# Take the # away before a setting to use it.\n";
  std::string_view section;
  for (const Setting& setting : all_settings()) {
    const auto dot = setting.name.find('.');
    if (setting.name.substr(0, dot) != section) {
      section = setting.name.substr(0, dot);
      out += fmt::format("\n[{}]\n", section);
    }
    out += fmt::format("# {} Environment: {}\n# {} = {}\n", setting.meaning, environment_name(setting.name),
                       setting.name.substr(dot + 1), setting.example);
  }
  return out;
}

Result<> write_settings_template(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    if (errno == EEXIST) return {};
    return fail_errno(errno, "cannot write " + file.string());
  }
  const std::string text = settings_template();
  const ssize_t written = ::write(descriptor, text.data(), text.size());
  const int problem = written < 0 ? errno : ENOSPC;
  ::close(descriptor);
  if (written != static_cast<ssize_t>(text.size())) {
    ::unlink(file.c_str());
    return fail_errno(problem, "cannot write " + file.string());
  }
  return {};
}

}  // namespace covey::cli
