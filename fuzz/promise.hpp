#pragma once
// What the fuzz targets share: require(), which turns a broken promise into a finding, and Choices, which
// makes structured input of libFuzzer's bytes. A target reads its input both as it is and, where a check sum
// or a signature would stop nearly every input, as choices for something that passes it.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace covey::fuzz {

/// Ends the process with the promise that does not hold, so that libFuzzer keeps the input.
inline void require(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

inline bool same(ByteView a, ByteView b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

inline std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

inline std::string upper_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

/// Decisions taken from the front of the input; when it is used up, all are 0.
class Choices {
 public:
  explicit Choices(ByteView bytes) : left_(bytes) {}

  [[nodiscard]] bool done() const { return left_.empty(); }
  /// Up to n bytes, borrowed.
  ByteView bytes(std::size_t n) {
    const ByteView out = left_.first(std::min(n, left_.size()));
    left_ = left_.subspan(out.size());
    return out;
  }
  ByteView rest() { return bytes(left_.size()); }
  Byte byte() {
    const ByteView one = bytes(1);
    return one.empty() ? Byte{0} : one[0];
  }
  std::uint64_t number() {
    std::uint64_t out = 0;
    for (const Byte b : bytes(8)) out = (out << 8) | b;
    return out;
  }
  /// 0 to n - 1, for 0 < n <= 65536.
  std::size_t below(std::size_t n) {
    const std::size_t high = byte();
    return ((high << 8) | byte()) % n;
  }
  template <typename Fixed>
  Fixed fixed() {
    Fixed out;
    const ByteView from = bytes(Fixed::kSize);
    std::copy(from.begin(), from.end(), out.mutable_view().begin());
    return out;
  }

 private:
  ByteView left_;
};

}  // namespace covey::fuzz
