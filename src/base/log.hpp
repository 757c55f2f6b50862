#pragma once
// The program's log for people who run it: levelled lines on stderr or in a file, through spdlog.
//
// It is set up once by a program's main and reached by name, so that modules need no logger passed through
// every constructor; it holds no state that any decision reads. No secret is ever logged: the types that hold
// them cannot be formatted. Any thread.

#include <filesystem>
#include <optional>

#include <fmt/core.h>

#include "base/result.hpp"

namespace covey::log {

enum class Verbosity { kQuiet, kNormal, kVerbose, kTrace };

/// Sends the log to stderr, or to `file` (made with mode 0600, rotated at 10 MiB, five kept).
Result<> set_up(Verbosity verbosity, const std::optional<std::filesystem::path>& file = std::nullopt);

/// From now on also to `file` (as above), there from the level of info on, whatever goes to stderr.
Result<> also_to(const std::filesystem::path& file);

enum class Level { kDebug, kInfo, kWarning, kError };

/// Whether such a line would be written anywhere.
bool is_written(Level level);
void write(Level level, fmt::string_view format, fmt::format_args values);

template <typename... Values>
void debug(fmt::format_string<Values...> format, Values&&... values) {
  if (is_written(Level::kDebug)) write(Level::kDebug, format, fmt::make_format_args(values...));
}

template <typename... Values>
void info(fmt::format_string<Values...> format, Values&&... values) {
  if (is_written(Level::kInfo)) write(Level::kInfo, format, fmt::make_format_args(values...));
}

template <typename... Values>
void warn(fmt::format_string<Values...> format, Values&&... values) {
  if (is_written(Level::kWarning)) write(Level::kWarning, format, fmt::make_format_args(values...));
}

template <typename... Values>
void error(fmt::format_string<Values...> format, Values&&... values) {
  if (is_written(Level::kError)) write(Level::kError, format, fmt::make_format_args(values...));
}

}  // namespace covey::log
