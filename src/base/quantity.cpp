#include "base/quantity.hpp"

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

namespace covey {
namespace {

std::string three_digits(double value, std::string_view unit) {
  const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  std::string number = fmt::format("{:.{}f}", value, decimals);
  if (decimals > 0) {
    while (number.back() == '0') number.pop_back();
    if (number.back() == '.') number.pop_back();
  }
  return fmt::format("{} {}", number, unit);
}

template <std::size_t N>
std::string scaled(double value, double step, const std::array<std::string_view, N>& units) {
  std::size_t unit = 0;
  while (value >= step * 0.9995 && unit + 1 < N) {
    value /= step;
    ++unit;
  }
  return three_digits(value, units.at(unit));
}

/// Splits "12.5MiB" into its number and its suffix; the number must be non-negative and finite.
Result<std::pair<double, std::string>> split_quantity(std::string_view text, std::string_view example) {
  double number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc{} || !std::isfinite(number) || number < 0) {
    return fail(ErrorCode::kInvalidArgument, "'{}' is no amount; write for example {}", text, example);
  }
  std::string suffix(end, text.data() + text.size());
  for (char& c : suffix) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return std::pair{number, suffix};
}

}  // namespace

std::string human_bytes(std::uint64_t bytes) {
  static constexpr std::array<std::string_view, 6> kUnits{"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  return scaled(static_cast<double>(bytes), 1024, kUnits);
}

std::string human_rate(double bytes_per_second) {
  static constexpr std::array<std::string_view, 5> kUnits{"B/s", "kB/s", "MB/s", "GB/s", "TB/s"};
  return scaled(std::isfinite(bytes_per_second) ? std::max(0.0, bytes_per_second) : 0.0, 1000, kUnits);
}

std::string human_duration(std::chrono::seconds duration) {
  const auto total = std::max<std::int64_t>(0, duration.count());
  if (total < 60) return fmt::format("{}s", total);
  if (total < 3600) return fmt::format("{}m {:02}s", total / 60, total % 60);
  if (total < 86400) return fmt::format("{}h {:02}m", total / 3600, total / 60 % 60);
  return fmt::format("{}d {:02}h", total / 86400, total / 3600 % 24);
}

Result<std::chrono::seconds> parse_duration(std::string_view text) {
  static constexpr std::string_view kExample = "30s, 15m, 24h, 7d or 2w";
  TRY(const auto parts, split_quantity(text, kExample));
  const auto& [number, suffix] = parts;
  double unit = 0;
  if (suffix == "s") unit = 1;
  if (suffix == "m") unit = 60;
  if (suffix == "h") unit = 3600;
  if (suffix == "d") unit = 86400;
  if (suffix == "w") unit = 604800;
  if (unit == 0)
    return fail(ErrorCode::kInvalidArgument, "'{}' is no duration; write for example {}", text, kExample);
  const double seconds = number * unit;
  if (seconds < 1 || seconds > 10.0 * 366 * 86400) {
    return fail(ErrorCode::kInvalidArgument, "the duration '{}' must lie between a second and ten years",
                text);
  }
  return std::chrono::seconds(static_cast<std::int64_t>(std::llround(seconds)));
}

Result<std::uint64_t> parse_bytes(std::string_view text) {
  static constexpr std::string_view kExample = "500K, 2M, 1.5G or 64MiB";
  TRY(const auto parts, split_quantity(text, kExample));
  const auto& [number, suffix] = parts;
  static constexpr std::string_view kPrefixes = "kmgt";
  double unit = 0;
  if (suffix.empty() || suffix == "b") unit = 1;
  if (!suffix.empty()) {
    if (const auto power = kPrefixes.find(suffix.front()); power != std::string_view::npos) {
      const std::string_view rest = std::string_view(suffix).substr(1);
      if (rest.empty() || rest == "b") unit = std::pow(1000.0, static_cast<double>(power + 1));
      if (rest == "i" || rest == "ib") unit = std::pow(1024.0, static_cast<double>(power + 1));
    }
  }
  const double bytes = number * unit;
  if (unit == 0 || bytes > 9e18) {
    return fail(ErrorCode::kInvalidArgument, "'{}' is no size; write for example {}", text, kExample);
  }
  return static_cast<std::uint64_t>(std::llround(bytes));
}

std::string exact_bytes(std::uint64_t bytes) {
  static constexpr std::array<std::string_view, 5> kDecimal{"", "K", "M", "G", "T"};
  static constexpr std::array<std::string_view, 5> kBinary{"", "KiB", "MiB", "GiB", "TiB"};
  const auto written = [bytes](std::uint64_t step, const std::array<std::string_view, 5>& units) {
    std::uint64_t value = bytes;
    std::size_t unit = 0;
    while (value > 0 && value % step == 0 && unit + 1 < units.size()) {
      value /= step;
      ++unit;
    }
    return fmt::format("{}{}", value, units.at(unit));
  };
  const std::string decimal = written(1000, kDecimal);
  const std::string binary = written(1024, kBinary);
  return binary.size() <= decimal.size() ? binary : decimal;
}

}  // namespace covey
