// Hexadecimal and base32: strict, and one text for one byte sequence.

#include "base/encoding.hpp"
#include "fuzz/promise.hpp"

namespace covey::fuzz {
namespace {

void check_text(std::string_view text) {
  if (const auto bytes = from_hex(text)) {
    require(to_hex(*bytes) == lower_case(text), "hexadecimal text is the only one for its bytes");
  }
  if (const auto bytes = from_base32(text)) {
    require(to_base32(*bytes) == lower_case(text), "base32 text is the only one for its bytes");
  }
}

void check_bytes(ByteView bytes) {
  const auto from_sixteen = from_hex(to_hex(bytes));
  require(from_sixteen && same(*from_sixteen, bytes), "bytes survive hexadecimal");
  const auto from_thirty_two = from_base32(to_base32(bytes));
  require(from_thirty_two && same(*from_thirty_two, bytes), "bytes survive base32");
}

}  // namespace
}  // namespace covey::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const covey::ByteView input(data, size);
  covey::fuzz::check_text(covey::as_text(input));
  covey::fuzz::check_bytes(input);
  return 0;
}
