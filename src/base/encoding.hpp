#pragma once
// Text forms of bytes: lower-case hexadecimal, and RFC 4648 base32 in lower case without padding (decoding
// also takes upper case); and of text in URLs. Decoders are total and strict: one text for one byte sequence.
// Pure; any thread.

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace covey {

std::string to_hex(ByteView bytes);
/// kMalformed on an odd length or a foreign character.
Result<Bytes> from_hex(std::string_view text);

std::string to_base32(ByteView bytes);
/// kMalformed on a foreign character, an impossible length, or non-zero bits after the last byte.
Result<Bytes> from_base32(std::string_view text);

/// The five-bit value of a base32 character in either case, or -1.
int base32_value(char c);
inline constexpr std::string_view kBase32Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

/// Text as one segment of a URL's path or one value of its query (RFC 3986).
std::string percent_encoded(std::string_view text);

}  // namespace covey
