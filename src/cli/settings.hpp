#pragma once
// Settings: what config.toml and the environment say; flags come before both, and defaults after them.
//
// Every setting stands once, in kSettings; the environment name follows from it (send.expires →
// COVEY_SEND_EXPIRES), and so does the commented template. A key that is not there is an error with its line,
// so that a typing mistake never passes for a setting. Values; any thread.

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace covey::cli {

enum class SettingKind : std::uint8_t { kText, kTexts, kDuration, kCount, kSwitch };

struct Setting {
  std::string_view name;  // "section.key"
  SettingKind kind;
  std::string_view example;  // as it stands in the file
  std::string_view meaning;
};

const std::vector<Setting>& all_settings();

/// The process's environment, or a test's.
struct Environment {
  /// Nothing if the variable is not set, or empty.
  std::function<std::optional<std::string>(const std::string& name)> get;
  std::function<void(const std::string& name, const std::string& value)> set;
};
Environment process_environment();

class Settings {
 public:
  /// `file` may be missing. kInvalidArgument with file, line and what to do on anything that is not as it
  /// must.
  static Result<Settings> load(const std::filesystem::path& file, const Environment& environment);

  // Each takes what the flag said, and else what is set; kInvalidArgument if the flag makes no sense.
  [[nodiscard]] std::optional<std::string> text(std::string_view name, const std::string& flag) const;
  [[nodiscard]] std::vector<std::string> texts(std::string_view name,
                                               const std::vector<std::string>& flags) const;
  [[nodiscard]] Result<std::optional<std::uint64_t>> seconds(std::string_view name,
                                                             const std::string& flag) const;
  [[nodiscard]] Result<std::optional<std::uint64_t>> count(std::string_view name,
                                                           std::optional<std::uint64_t> flag) const;
  /// `fallback` where nothing is set.
  [[nodiscard]] bool is_on(std::string_view name, bool fallback) const;

 private:
  struct Value {
    std::vector<std::string> texts;
    std::string source;  // "config.toml, line 7" or "COVEY_SEND_EXPIRES"
  };
  [[nodiscard]] const Value* find(std::string_view name) const;

  std::map<std::string, Value, std::less<>> values_;
};

/// "COVEY_SEND_EXPIRES"
std::string environment_name(std::string_view setting);

/// The file with every setting, explained and commented out.
std::string settings_template();
/// Writes the template with mode 0600 unless the file exists.
Result<> write_settings_template(const std::filesystem::path& file);

}  // namespace covey::cli
