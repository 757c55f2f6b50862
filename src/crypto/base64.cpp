#include "crypto/base64.hpp"

#include <algorithm>

#include <sodium.h>

#include "crypto/init.hpp"

namespace covey::crypto {
namespace {

constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

/// libsodium 1.0.18 takes some bytes above 127 for letters.
bool has_foreign_byte(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return !((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
             c == '_');
  });
}

}  // namespace

std::string to_base64url(ByteView bytes) {
  ensure_ready();
  const std::size_t with_end = sodium_base64_ENCODED_LEN(bytes.size(), kVariant);
  std::string out(with_end, '\0');
  sodium_bin2base64(out.data(), with_end, bytes.data(), bytes.size(), kVariant);
  out.resize(with_end - 1);  // without the NUL that libsodium writes
  return out;
}

Result<Bytes> from_base64url(std::string_view text) {
  ensure_ready();
  Bytes out(text.size() / 4 * 3 + 2);
  std::size_t size = 0;
  const char* end = nullptr;
  const int failed =
      sodium_base642bin(out.data(), out.size(), text.data(), text.size(), nullptr, &size, &end, kVariant);
  if (failed != 0 || has_foreign_byte(text) || end != text.data() + text.size())
    return fail(ErrorCode::kMalformed, "this is not base64url without padding");
  out.resize(size);
  return out;
}

}  // namespace covey::crypto
