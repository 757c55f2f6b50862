#include "access/clean_text.hpp"

#include <algorithm>

namespace covey::access {
namespace {

/// The bytes a UTF-8 character takes that begins like this, or 0: RFC 3629.
std::size_t sequence_length(Byte first) {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  if (first >= 0xf0 && first <= 0xf4) return 4;
  return 0;
}

/// No overlong forms, no surrogates, nothing above U+10FFFF.
bool is_second_byte(Byte first, Byte second) {
  const Byte low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const Byte high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  return second >= low && second <= high;
}

bool is_control(ByteView character) {
  if (character.size() == 1) return character[0] < 0x20 || character[0] == 0x7f;
  return character.size() == 2 && character[0] == 0xc2 && character[1] < 0xa0;
}

}  // namespace

bool is_clean_text(ByteView text) {
  while (!text.empty()) {
    const std::size_t length = sequence_length(text[0]);
    if (length == 0 || length > text.size()) return false;
    const ByteView character = text.first(length);
    if (length > 1 && !is_second_byte(character[0], character[1])) return false;
    for (const Byte byte : character.subspan(std::min<std::size_t>(length, 2))) {
      if (byte < 0x80 || byte > 0xbf) return false;
    }
    if (is_control(character)) return false;
    text = text.subspan(length);
  }
  return true;
}

}  // namespace covey::access
