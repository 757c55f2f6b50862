#include "cli/transfer_settings.hpp"

#include <vector>

#include <fmt/ranges.h>

#include "api/json.hpp"
#include "base/quantity.hpp"

namespace covey::cli {

Result<std::optional<std::uint64_t>> rate_from(const std::string& text) {
  if (text == "none") return std::optional<std::uint64_t>();
  const auto bytes = parse_bytes(text);
  if (bytes && *bytes > 0) return std::optional(*bytes);
  return covey::fail(ErrorCode::kInvalidArgument,
                     "'{}' is no rate; write bytes a second such as 500K or 5M, or 'none'", text);
}

Result<std::optional<std::uint64_t>> optional_rate(const std::string& text) {
  return text.empty() ? Result<std::optional<std::uint64_t>>(std::nullopt) : rate_from(text);
}

Result<> apply(const SettingOptions& options, api::TransferSettings& settings) {
  if (!options.priority.empty()) {
    TRY(settings.priority, api::priority_named(options.priority));
  }
  if (options.sequential) settings.piece_order = api::PieceOrder::kSequential;
  if (options.rarest_first) settings.piece_order = api::PieceOrder::kRarestFirst;
  if (!options.limit_down.empty()) {
    TRY(settings.limit_down, rate_from(options.limit_down));
  }
  if (!options.limit_up.empty()) {
    TRY(settings.limit_up, rate_from(options.limit_up));
  }
  if (!options.seed.empty()) settings.seed = options.seed == "on";
  return {};
}

std::string rate_words(const std::optional<std::uint64_t>& rate) {
  return rate ? human_rate(static_cast<double>(*rate)) : "none";
}

std::string settings_words(const api::TransferSettings& settings) {
  std::vector<std::string> parts;
  if (settings.priority != api::Priority::kNormal)
    parts.push_back(std::string(api::name_of(settings.priority)) + " priority");
  if (settings.piece_order == api::PieceOrder::kSequential) parts.emplace_back("sequential");
  if (settings.limit_down) parts.push_back("down at most " + rate_words(settings.limit_down));
  if (settings.limit_up) parts.push_back("up at most " + rate_words(settings.limit_up));
  if (!settings.seed) parts.emplace_back("not served on once complete");
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace covey::cli
