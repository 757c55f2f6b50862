#pragma once
// LimitClock: which limits hold at this moment: those that were set, or what the schedule says of this minute
// of the day, in local time. Told anew whenever they change. One thread; what it is made with outlives it.

#include <functional>

#include "api/views.hpp"
#include "base/clock.hpp"
#include "swarm/limit_schedule.hpp"

namespace covey::daemon {

using MinuteOfDay = std::function<int(WallTime)>;
/// In the time zone of this machine.
int local_minute_of_day(WallTime time);

class LimitClock {
 public:
  using Apply = std::function<void(const swarm::NodeLimits&)>;

  LimitClock(const Clock& clock, MinuteOfDay minute_of_day, Apply apply);

  /// kInvalidArgument for what makes no sense.
  [[nodiscard]] Result<> check(const api::LimitSettings& settings) const;
  /// As check, and nothing has changed then. Else it holds at once.
  Result<> set(api::LimitSettings settings);
  /// Looks at the clock again. Whether other limits hold now.
  bool tick();
  [[nodiscard]] std::chrono::milliseconds until_next_minute() const;
  [[nodiscard]] api::LimitsView view() const;
  [[nodiscard]] const api::LimitSettings& settings() const { return settings_; }

 private:
  const Clock* clock_;
  MinuteOfDay minute_of_day_;
  Apply apply_;
  api::LimitSettings settings_;
  swarm::LimitSchedule schedule_;
  swarm::NodeLimits now_;
  bool scheduled_ = false;
};

}  // namespace covey::daemon
