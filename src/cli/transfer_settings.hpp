#pragma once
// What people type to say how a download is to run: priorities, orders of pieces and rates. Pure; any thread.

#include <optional>
#include <string>

#include "api/views.hpp"
#include "base/result.hpp"

namespace covey::cli {

/// As typed; empty and false: left as it is.
struct SettingOptions {
  std::string priority;
  bool sequential = false;
  bool rarest_first = false;
  std::string limit_down;
  std::string limit_up;
  std::string seed;  // "on", "off"
};

/// "5M", "none"; kInvalidArgument otherwise, and for 0.
Result<std::optional<std::uint64_t>> rate_from(const std::string& text);
/// Likewise; none where nothing was typed.
Result<std::optional<std::uint64_t>> optional_rate(const std::string& text);
/// Nothing is changed where nothing was typed.
Result<> apply(const SettingOptions& options, api::TransferSettings& settings);
/// "high priority, sequential, down 5 MB/s"; empty for the usual ones.
std::string settings_words(const api::TransferSettings& settings);
/// "5 MB/s" or "none"
std::string rate_words(const std::optional<std::uint64_t>& rate);

}  // namespace covey::cli
