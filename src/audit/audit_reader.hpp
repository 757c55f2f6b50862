#pragma once
// Reading events out of a log, newest or oldest first, without holding more of it than the answer.
//
// It does not verify: a line that Covey did not write is passed over and counted. A log may be read while it
// is appended to; a file that is dropped meanwhile ends the answer early. Blocking; any thread.

#include <filesystem>
#include <functional>
#include <vector>

#include "audit/audit_filter.hpp"

namespace covey::audit {

struct AuditEntry {
  std::uint64_t seq = 0;
  AuditEvent event;

  bool operator==(const AuditEntry&) const = default;
};

enum class ReadOrder : std::uint8_t { kOldestFirst, kNewestFirst };

inline constexpr std::size_t kMaxEntriesRead = 1000;

struct AuditPage {
  std::vector<AuditEntry> entries;
  std::uint64_t damaged_lines = 0;  // passed over; of those that may have matched
  bool more = false;                // go on with `after_seq` of the last entry
};

/// At most `limit` entries (1000 at most), those that follow `after_seq` in that order; from the first one
/// where it is not set. kNotFound when there is no such folder.
Result<AuditPage> read_events(const std::filesystem::path& folder, const AuditFilter& filter, ReadOrder order,
                              std::size_t limit, std::optional<std::uint64_t> after_seq = std::nullopt);

enum class VisitNext : std::uint8_t { kGoOn, kStop };

/// Each event that matches, with its line as it stands in the file, until the visitor has enough. Returns how
/// many damaged lines were passed over.
Result<std::uint64_t> visit_events(
    const std::filesystem::path& folder, const AuditFilter& filter, ReadOrder order,
    std::optional<std::uint64_t> after_seq,
    const std::function<Result<VisitNext>(const AuditEntry& entry, std::string_view line)>& visit);

}  // namespace covey::audit
