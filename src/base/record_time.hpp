#pragma once
// Times in records: milliseconds since the Unix epoch as a big-endian u64, at most the end of the year 9999,
// which no clock overflows at. Pure; any thread.

#include "base/clock.hpp"
#include "base/cursor.hpp"

namespace covey {

inline constexpr std::uint64_t kMaxUnixMs = 253402300799999;

[[nodiscard]] inline std::uint64_t record_time(WallTime time) {
  return static_cast<std::uint64_t>(to_unix_ms(time));
}

/// kMalformed beyond the year 9999 or when the data ends.
inline Result<WallTime> read_time(ByteReader& reader) {
  TRY(const auto ms, reader.number<std::uint64_t>());
  if (ms > kMaxUnixMs) return fail(ErrorCode::kMalformed, "a time beyond the year 9999");
  return from_unix_ms(static_cast<std::int64_t>(ms));
}

}  // namespace covey
