#include "swarm/limit_schedule.hpp"

#include <algorithm>
#include <charconv>

#include "base/quantity.hpp"

namespace covey::swarm {
namespace {

constexpr unsigned kDay = 24 * 60;
constexpr std::string_view kExample = "08:00-18:00=2M or 22:00-06:00=500K/100K";

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

/// What stands before and after the first `mark`.
std::optional<std::pair<std::string_view, std::string_view>> split(std::string_view text, char mark) {
  const auto at = text.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  return std::pair{trimmed(text.substr(0, at)), trimmed(text.substr(at + 1))};
}

std::optional<unsigned> two_digits(std::string_view text, unsigned most) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || text.size() > 2 || number > most)
    return std::nullopt;
  return number;
}

Result<unsigned> parse_time(std::string_view text) {
  if (const auto parts = split(text, ':')) {
    const auto hours = two_digits(parts->first, 24);
    const auto minutes = two_digits(parts->second, 59);
    if (hours && minutes && parts->second.size() == 2 && *hours * 60 + *minutes <= kDay)
      return *hours * 60 + *minutes;
  }
  return fail(ErrorCode::kInvalidArgument, "'{}' is no time of day; write for example 08:30, up to 24:00",
              text);
}

Result<Rate> parse_rate(std::string_view text) {
  if (text == "none") return Rate{};
  TRY(const auto bytes, parse_bytes(text));
  if (bytes == 0)
    return fail(ErrorCode::kInvalidArgument, "a limit of 0 would stop everything; write none to lift it");
  return Rate(bytes);
}

Result<RateLimits> parse_rates(std::string_view text) {
  const auto parts = split(text, '/');
  TRY(const auto down, parse_rate(parts ? parts->first : text));
  if (!parts) return RateLimits{.down = down, .up = down};
  TRY(const auto up, parse_rate(parts->second));
  return RateLimits{.down = down, .up = up};
}

std::string text_of(Rate rate) {
  return rate ? exact_bytes(*rate) : "none";
}

std::string text_of(unsigned minutes) {
  return fmt::format("{:02}:{:02}", minutes / 60, minutes % 60);
}

}  // namespace

Result<LimitSchedule::Entry> LimitSchedule::parse_entry(std::string_view text) {
  const auto parts = split(text, '=');
  const auto span = parts ? split(parts->first, '-') : std::nullopt;
  if (!span) {
    return fail(ErrorCode::kInvalidArgument, "'{}' is no time with a limit; write for example {}", text,
                kExample);
  }
  TRY(const auto from, parse_time(span->first));
  TRY(const auto until, parse_time(span->second));
  if (from % kDay == until % kDay && until != from + kDay) {
    return fail(ErrorCode::kInvalidArgument, "'{}' ends when it begins; write 00:00-24:00 for the whole day",
                parts->first);
  }
  TRY(auto limits, parse_rates(parts->second));
  return Entry{.from = from % kDay, .until = until, .limits = limits};
}

Result<LimitSchedule> LimitSchedule::parse(std::string_view text) {
  LimitSchedule schedule;
  std::string_view rest = trimmed(text);
  while (!rest.empty()) {
    const auto parts = split(rest, ',');
    TRY(auto entry, parse_entry(parts ? parts->first : rest));
    if (schedule.entries_.size() == kMaxEntries) {
      return fail(ErrorCode::kInvalidArgument, "more than {} times with limits; join some of them",
                  kMaxEntries);
    }
    schedule.entries_.push_back(entry);
    if (!parts) break;
    rest = parts->second;
  }
  return schedule;
}

std::string LimitSchedule::to_text() const {
  std::string text;
  for (const Entry& entry : entries_) {
    if (!text.empty()) text += ", ";
    text += fmt::format("{}-{}={}", text_of(entry.from), text_of(entry.until), text_of(entry.limits.down));
    if (entry.limits.up != entry.limits.down) text += "/" + text_of(entry.limits.up);
  }
  return text;
}

std::optional<RateLimits> LimitSchedule::current(unsigned minute_of_day) const {
  const auto holds = [&](const Entry& entry) {
    if (entry.from < entry.until) return entry.from <= minute_of_day && minute_of_day < entry.until;
    return entry.from <= minute_of_day || minute_of_day < entry.until;
  };
  const auto found = std::find_if(entries_.begin(), entries_.end(), holds);
  if (minute_of_day >= kDay || found == entries_.end()) return std::nullopt;
  return found->limits;
}

}  // namespace covey::swarm
