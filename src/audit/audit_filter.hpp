#pragma once
// AuditFilter: which events are wanted. What is not set does not restrict. Value; any thread.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/audit_line.hpp"

namespace covey::audit {

struct AuditFilter {
  std::optional<WallTime> since = std::nullopt;  // inclusive
  std::optional<WallTime> until = std::nullopt;  // exclusive
  std::optional<identity::PeerId> peer = std::nullopt;
  std::optional<std::string> share = std::nullopt;
  std::optional<AuditAction> action = std::nullopt;
  std::optional<Outcome> outcome = std::nullopt;
  std::optional<ReasonCode> code = std::nullopt;
};

/// The filter made ready for many lines: most that do not match are told by a search for bytes, without being
/// parsed. That is sound because a line has one form, and quotes inside texts are escaped.
class LineFilter {
 public:
  explicit LineFilter(const AuditFilter& filter);

  /// Whether the line may hold an event that matches.
  [[nodiscard]] bool may_match(std::string_view line) const;
  [[nodiscard]] bool matches(const AuditEvent& event) const;

 private:
  AuditFilter filter_;
  std::vector<std::string> needles_;
};

}  // namespace covey::audit
