#pragma once
// LimitSchedule: limits by the time of day, as people write them: "08:00-18:00=2M, 22:00-06:00=500K/100K".
//
//   schedule = [ entry *( "," entry ) ]
//   entry    = time "-" time "=" ( rate | rate "/" rate )   ; one for both, or down "/" up
//   time     = hours ":" minutes                            ; 00:00 to 24:00; a span may cross midnight
//   rate     = "none" | amount                              ; base/quantity.hpp; none lifts the limit
//
// The first entry that holds wins. Blanks around any part are ignored. Value; any thread.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "swarm/limits.hpp"

namespace covey::swarm {

class LimitSchedule {
 public:
  static constexpr std::size_t kMaxEntries = 64;

  /// kInvalidArgument says which part makes no sense and what to write instead.
  static Result<LimitSchedule> parse(std::string_view text);
  /// Parses to the same schedule.
  [[nodiscard]] std::string to_text() const;

  /// The limits that hold now instead of the usual; nothing where no entry does. Minutes since midnight.
  [[nodiscard]] std::optional<RateLimits> current(unsigned minute_of_day) const;
  [[nodiscard]] bool empty() const { return entries_.empty(); }

  bool operator==(const LimitSchedule&) const = default;

 private:
  struct Entry {
    unsigned from = 0;   // minutes since midnight
    unsigned until = 0;  // not included; before `from` when it crosses midnight
    RateLimits limits;
    bool operator==(const Entry&) const = default;
  };
  static Result<Entry> parse_entry(std::string_view text);

  std::vector<Entry> entries_;
};

}  // namespace covey::swarm
