#pragma once
// Base64url without padding (RFC 4648, section 5): bytes inside JSON. The decoder is total and strict: one
// text for one byte sequence. Pure; any thread.

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace covey::crypto {

[[nodiscard]] std::string to_base64url(ByteView bytes);
/// kMalformed on a foreign character, padding, an impossible length, or non-zero bits after the last byte;
/// kLimitExceeded when it would be more than `limit` bytes, before anything is allocated.
Result<Bytes> from_base64url(std::string_view text, std::size_t limit);

}  // namespace covey::crypto
