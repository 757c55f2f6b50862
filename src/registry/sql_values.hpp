#pragma once
// How the values of the registry stand in SQL columns: times as milliseconds since the Unix epoch, "never" as
// the first one beyond all records, so that one comparison tells what has expired. Pure; any thread.

#include <algorithm>
#include <optional>

#include "base/clock.hpp"
#include "base/record_time.hpp"
#include "identity/peer_name.hpp"
#include "registry/sql_connection.hpp"
#include "registry/store.hpp"

namespace covey::registry {

/// Of a name that a page goes on after: longer than any name.
inline constexpr std::size_t kMaxCursorBytes = 255;
inline constexpr std::int64_t kNever = static_cast<std::int64_t>(kMaxUnixMs) + 1;

[[nodiscard]] inline std::int64_t column_time(WallTime time) {
  return to_unix_ms(time);
}
[[nodiscard]] inline std::int64_t column_time(const std::optional<WallTime>& time) {
  return time ? to_unix_ms(*time) : kNever;
}

[[nodiscard]] inline std::size_t page_size(std::size_t limit) {
  return std::min(limit, kMaxPage);
}

/// A name as it was stored; kCorrupt for another.
inline Result<identity::PeerName> stored_name(const SqlRow& row, int column) {
  auto name = identity::PeerName::parse(row.text(column));
  if (name) return name;
  return fail(ErrorCode::kCorrupt, "the registry holds a name that is none: restore it from a backup");
}

// addresses := (length:u8(4,16) ip:length port:u16)*
[[nodiscard]] Bytes encode_addresses(const std::vector<access::Endpoint>& addresses);
Result<std::vector<access::Endpoint>> decode_addresses(ByteView bytes);

/// kInvalidArgument for what is longer or no clean text; `what` names it to a person.
Result<> expect_clean(std::string_view text, std::size_t limit, std::string_view what);

}  // namespace covey::registry
