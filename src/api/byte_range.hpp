#pragma once
// ByteRange: what a Range header field asks for of content whose size is known (RFC 9110, section 14).
//
// Total and bounded: any text gives an answer. Only one range is served; a field that is malformed, of
// another unit, or asks for several is passed over, as the RFC allows. Pure; any thread.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace covey::api {

struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;  // inclusive, below the size

  [[nodiscard]] std::uint64_t length() const { return last - first + 1; }
  bool operator==(const ByteRange&) const = default;
};

/// Nothing: all of it. kInvalidArgument: none of it, the range lies beyond the end.
Result<std::optional<ByteRange>> wanted_range(std::string_view field, std::uint64_t size);

/// "bytes 0-9/20"
std::string content_range(const ByteRange& range, std::uint64_t size);

}  // namespace covey::api
