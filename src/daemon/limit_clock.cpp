#include "daemon/limit_clock.hpp"

#include <ctime>

#include <fmt/ranges.h>

namespace covey::daemon {
namespace {

constexpr std::uint64_t kMaxCount = 10'000;
constexpr std::int64_t kMinuteMs = 60'000;

Result<> check_rate(std::string_view name, const std::optional<std::uint64_t>& rate) {
  if (!rate || *rate > 0) return {};
  return fail(ErrorCode::kInvalidArgument,
              "a limit '{}' of 0 would stop everything; pause the transfers instead, or say 'none'", name);
}

Result<> check_count(std::string_view name, std::uint64_t count) {
  if (count >= 1 && count <= kMaxCount) return {};
  return fail(ErrorCode::kInvalidArgument, "'{}' must be 1 to {}, not {}", name, kMaxCount, count);
}

/// Each line an entry; kInvalidArgument for one that is none, also an empty one.
Result<swarm::LimitSchedule> schedule_of(const api::LimitSettings& settings) {
  for (const std::string& line : settings.schedule) TRY_VOID(swarm::LimitSchedule::parse(line));
  return swarm::LimitSchedule::parse(fmt::format("{}", fmt::join(settings.schedule, ",")));
}

}  // namespace

int local_minute_of_day(WallTime time) {
  const std::time_t seconds = to_unix_ms(time) / 1000;
  std::tm local{};
  ::localtime_r(&seconds, &local);
  return local.tm_hour * 60 + local.tm_min;
}

LimitClock::LimitClock(const Clock& clock, MinuteOfDay minute_of_day, Apply apply)
    : clock_(&clock), minute_of_day_(std::move(minute_of_day)), apply_(std::move(apply)) {}

Result<> LimitClock::check(const api::LimitSettings& settings) const {
  TRY_VOID(check_rate("down", settings.down));
  TRY_VOID(check_rate("up", settings.up));
  TRY_VOID(check_rate("per_peer_down", settings.per_peer_down));
  TRY_VOID(check_rate("per_peer_up", settings.per_peer_up));
  TRY_VOID(check_count("upload_slots", settings.upload_slots));
  TRY_VOID(check_count("active_downloads", settings.active_downloads));
  TRY_VOID(schedule_of(settings));
  return {};
}

Result<> LimitClock::set(api::LimitSettings settings) {
  TRY_VOID(check(settings));
  TRY(schedule_, schedule_of(settings));
  settings_ = std::move(settings);
  tick();
  return {};
}

bool LimitClock::tick() {
  const auto scheduled = schedule_.current(static_cast<unsigned>(minute_of_day_(clock_->wall())));
  const swarm::NodeLimits limits{
      .total = scheduled.value_or(swarm::RateLimits{.down = settings_.down, .up = settings_.up}),
      .per_peer = {.down = settings_.per_peer_down, .up = settings_.per_peer_up},
      .upload_slots = static_cast<std::size_t>(settings_.upload_slots)};
  const bool changed = limits != now_ || scheduled.has_value() != scheduled_;
  now_ = limits;
  scheduled_ = scheduled.has_value();
  apply_(now_);
  return changed;
}

std::chrono::milliseconds LimitClock::until_next_minute() const {
  return std::chrono::milliseconds(kMinuteMs - to_unix_ms(clock_->wall()) % kMinuteMs);
}

api::LimitsView LimitClock::view() const {
  return {.settings = settings_,
          .down_now = now_.total.down,
          .up_now = now_.total.up,
          .scheduled_now = scheduled_};
}

}  // namespace covey::daemon
