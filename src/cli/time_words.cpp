#include "cli/time_words.hpp"

#include <algorithm>
#include <cstdlib>
#include <ctime>

#include "base/quantity.hpp"

namespace covey::cli {
namespace {

constexpr std::int64_t kNow = 10;  // seconds
constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;
constexpr api::UnixMs kLast = 253'402'300'799'000;  // the end of the year 9999
constexpr int kFirstYear = 1970;
constexpr int kLastYear = 9999;

std::string length_words(std::int64_t seconds) {
  if (seconds < kMinute) return fmt::format("{} s", seconds);
  if (seconds < kHour) return fmt::format("{} min", seconds / kMinute);
  // "1 d ago" would be said of yesterday's morning as well as of tonight.
  if (seconds < 2 * kDay) return fmt::format("{} h", seconds / kHour);
  return fmt::format("{} d", seconds / kDay);
}

std::optional<int> number_at(std::string_view text, std::size_t begin, std::size_t digits) {
  int out = 0;
  for (const char c : text.substr(begin, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    out = out * 10 + (c - '0');
  }
  return out;
}

/// "2026-11-21", or with "T08:30" or " 08:30" behind it; nothing if it is neither or there is no such moment.
std::optional<std::tm> local_time(std::string_view text) {
  constexpr std::size_t kDateOnly = 10;
  constexpr std::size_t kWithTime = 16;
  const bool has_time = text.size() == kWithTime;
  if (text.size() != kDateOnly && !has_time) return std::nullopt;
  if (text[4] != '-' || text[7] != '-') return std::nullopt;
  if (has_time && ((text[10] != 'T' && text[10] != ' ') || text[13] != ':')) return std::nullopt;
  const auto year = number_at(text, 0, 4);
  const auto month = number_at(text, 5, 2);
  const auto day = number_at(text, 8, 2);
  const auto hour = has_time ? number_at(text, 11, 2) : 0;
  const auto minute = has_time ? number_at(text, 14, 2) : 0;
  if (!year || !month || !day || !hour || !minute) return std::nullopt;
  if (*year < kFirstYear || *year > kLastYear || *hour > 23 || *minute > 59) return std::nullopt;
  if (!std::chrono::year_month_day(std::chrono::year(*year),
                                   std::chrono::month(static_cast<unsigned>(*month)),
                                   std::chrono::day(static_cast<unsigned>(*day)))
           .ok())
    return std::nullopt;
  std::tm out{};
  out.tm_year = *year - 1900;
  out.tm_mon = *month - 1;
  out.tm_mday = *day;
  out.tm_hour = *hour;
  out.tm_min = *minute;
  out.tm_isdst = -1;
  return out;
}

}  // namespace

std::string moment_words(api::UnixMs at, WallTime now) {
  const std::int64_t seconds = (std::clamp<api::UnixMs>(at, 0, kLast) - to_unix_ms(now)) / 1000;
  if (std::abs(seconds) < kNow) return "now";
  return seconds > 0 ? "in " + length_words(seconds) : length_words(-seconds) + " ago";
}

Cell moment_cell(const std::optional<api::UnixMs>& at, WallTime now, std::string without) {
  if (!at) return {std::move(without), ""};
  return {moment_words(*at, now), std::to_string(*at / 1000)};
}

Result<api::UnixMs> moment_from(std::string_view text, WallTime now, DayEnd day_end) {
  if (const auto back = parse_duration(text)) return to_unix_ms(now - *back);
  auto time = local_time(text);
  if (!time) {
    return fail(ErrorCode::kInvalidArgument,
                "'{}' is no moment; write for example 24h (so long ago), 2026-11-21 or 2026-11-21T08:30",
                printable(text));
  }
  const bool is_day = text.find(':') == std::string_view::npos;
  const bool at_its_end = is_day && day_end == DayEnd::kEnd;
  if (at_its_end) ++time->tm_mday;  // mktime knows how long the day is
  const std::time_t seconds = std::mktime(&*time);
  return static_cast<api::UnixMs>(seconds) * 1000 - (at_its_end ? 1 : 0);
}

}  // namespace covey::cli
