// base64url: strict, and one text for one byte sequence.

#include "crypto/base64.hpp"
#include "fuzz/promise.hpp"

namespace covey::fuzz {
namespace {

void check_text(std::string_view text) {
  const auto bytes = crypto::from_base64url(text);
  if (!bytes) {
    require(bytes.error().code == ErrorCode::kMalformed, "what cannot be read is malformed");
    return;
  }
  require(crypto::to_base64url(*bytes) == text, "base64url text is the only one for its bytes");
}

void check_bytes(ByteView bytes) {
  const auto again = crypto::from_base64url(crypto::to_base64url(bytes));
  require(again && same(*again, bytes), "bytes survive base64url");
}

}  // namespace
}  // namespace covey::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const covey::ByteView input(data, size);
  covey::fuzz::check_text(covey::as_text(input));
  covey::fuzz::check_bytes(input);
  return 0;
}
