#include "audit/audit_filter.hpp"

#include <algorithm>

#include "audit/visible_text.hpp"

namespace covey::audit {
namespace {

std::string member(std::string_view key, std::string_view word) {
  return fmt::format("\"{}\":\"{}\"", key, word);
}

template <typename T>
bool agrees(const std::optional<T>& wanted, const T& value) {
  return !wanted || *wanted == value;
}

}  // namespace

LineFilter::LineFilter(const AuditFilter& filter) : filter_(filter) {
  needles_.push_back(member("kind", "event"));
  if (filter.action) needles_.push_back(member("action", name_of(*filter.action)));
  if (filter.outcome) needles_.push_back(member("outcome", name_of(*filter.outcome)));
  if (filter.code) needles_.push_back(member("code", name_of(*filter.code)));
  if (filter.peer) needles_.push_back(member("peer", filter.peer->to_text()));
  if (filter.share) {
    std::string share;
    append_visible(share, *filter.share, "\"\\");
    needles_.push_back(member("share", share));
  }
}

bool LineFilter::may_match(std::string_view line) const {
  return std::all_of(needles_.begin(), needles_.end(), [line](const std::string& needle) {
    return line.find(needle) != std::string_view::npos;
  });
}

bool LineFilter::matches(const AuditEvent& event) const {
  const bool in_time =
      (!filter_.since || event.at >= *filter_.since) && (!filter_.until || event.at < *filter_.until);
  const bool of_peer = !filter_.peer || event.peer == filter_.peer;
  return in_time && of_peer && agrees(filter_.share, event.share) && agrees(filter_.action, event.action) &&
         agrees(filter_.outcome, event.outcome) && agrees(filter_.code, event.code);
}

}  // namespace covey::audit
