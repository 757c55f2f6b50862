#include "daemon/limit_hours.hpp"

#include "base/quantity.hpp"

namespace covey::daemon {
namespace {

constexpr int kMinutesOfDay = 24 * 60;

struct Span {
  int from = 0;
  int to = 0;
  swarm::RateLimits limits;

  [[nodiscard]] bool holds(int minute) const {
    if (from < to) return minute >= from && minute < to;
    return minute >= from || minute < to;
  }
};

std::unexpected<Error> no_span(const std::string& line) {
  return fail(ErrorCode::kInvalidArgument,
              "'{}' is no span with a limit; write 08:00-18:00=2M, 22:00-06:00=500K/100K (down/up) or "
              "12:00-13:00=none",
              line);
}

/// "08:30" → 510; 24:00 is the end of the day.
std::optional<int> minute_of(std::string_view text) {
  const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4))
    return std::nullopt;
  const int hours = (text[0] - '0') * 10 + (text[1] - '0');
  const int minutes = (text[3] - '0') * 10 + (text[4] - '0');
  const int out = hours * 60 + minutes;
  if (minutes > 59 || out > kMinutesOfDay) return std::nullopt;
  return out;
}

Result<swarm::Rate> rate_of(std::string_view text, const std::string& line) {
  if (text == "none") return std::nullopt;
  const auto bytes = parse_bytes(text);
  if (!bytes || *bytes == 0) return no_span(line);
  return *bytes;
}

Result<Span> span_of(const std::string& line) {
  const std::string_view text = line;
  const auto equals = text.find('=');
  if (equals != 11 || text[5] != '-') return no_span(line);
  const auto from = minute_of(text.substr(0, 5));
  const auto to = minute_of(text.substr(6, 5));
  if (!from || !to || *from == *to || *from == kMinutesOfDay) return no_span(line);
  const std::string_view rates = text.substr(equals + 1);
  const auto slash = rates.find('/');
  Span out{.from = *from, .to = *to, .limits = {}};
  TRY(out.limits.down, rate_of(rates.substr(0, slash), line));
  out.limits.up = out.limits.down;
  if (slash != std::string_view::npos) {
    TRY(out.limits.up, rate_of(rates.substr(slash + 1), line));
  }
  return out;
}

}  // namespace

Result<LimitHours> read_limit_hours(const std::vector<std::string>& lines) {
  std::vector<Span> spans;
  for (const std::string& line : lines) {
    TRY(auto span, span_of(line));
    spans.push_back(span);
  }
  return [spans = std::move(spans)](int minute) -> std::optional<swarm::RateLimits> {
    for (const Span& span : spans) {
      if (span.holds(minute)) return span.limits;
    }
    return std::nullopt;
  };
}

}  // namespace covey::daemon
