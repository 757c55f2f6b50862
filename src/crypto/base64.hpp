#pragma once
// base64url without padding (RFC 4648, section 5): bytes inside JSON and in URLs. The decoder is total and
// strict: one text for one byte sequence. Pure; any thread. Spec: docs/spec/api-tracker.yaml.

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace covey::crypto {

[[nodiscard]] std::string to_base64url(ByteView bytes);
/// kMalformed on a foreign character, padding, an impossible length, or non-zero bits after the last byte.
Result<Bytes> from_base64url(std::string_view text);

}  // namespace covey::crypto
