#include "crypto/base64.hpp"

#include <sodium.h>

namespace covey::crypto {
namespace {

constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

}  // namespace

std::string to_base64url(ByteView bytes) {
  std::string out(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
  sodium_bin2base64(out.data(), out.size(), bytes.data(), bytes.size(), kVariant);
  out.pop_back();  // the terminating NUL that libsodium counts
  return out;
}

Result<Bytes> from_base64url(std::string_view text, std::size_t limit) {
  if (text.size() / 4 * 3 > limit)
    return fail(ErrorCode::kLimitExceeded, "base64 of more than {} bytes", limit);
  Bytes out(text.size() / 4 * 3 + 3);
  std::size_t size = 0;
  const char* end = nullptr;
  if (sodium_base642bin(out.data(), out.size(), text.data(), text.size(), nullptr, &size, &end, kVariant) !=
          0 ||
      end != text.data() + text.size()) {
    return fail(ErrorCode::kMalformed, "this is not base64url without padding");
  }
  if (size > limit) return fail(ErrorCode::kLimitExceeded, "base64 of more than {} bytes", limit);
  out.resize(size);
  return out;
}

}  // namespace covey::crypto
