#pragma once
// Byte sequences: owned (Bytes), borrowed (ByteView, MutableBytes), and fixed-size values that are their own
// types (FixedBytes), so a content id cannot be passed where a peer id is meant. Values; any thread.

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace covey {

using Byte = std::uint8_t;
using Bytes = std::vector<Byte>;
using ByteView = std::span<const Byte>;
using MutableBytes = std::span<Byte>;

/// The bytes of a text, borrowed.
inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const Byte*>(text.data()), text.size()};
}

/// Bytes seen as text, borrowed; nothing says they are UTF-8.
inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Bytes to_bytes(ByteView view) {
  return {view.begin(), view.end()};
}
inline Bytes to_bytes(std::string_view text) {
  return to_bytes(as_bytes(text));
}

/// N bytes that mean what Tag says. Explicit, ordered, hashable; never converts to another Tag.
template <typename Tag, std::size_t N>
class FixedBytes {
 public:
  static constexpr std::size_t kSize = N;

  constexpr FixedBytes() = default;
  constexpr explicit FixedBytes(const std::array<Byte, N>& bytes) : bytes_(bytes) {}

  /// From exactly N bytes; anything else is a programmer's error and yields zeros in release builds.
  static FixedBytes from(ByteView view) {
    FixedBytes out;
    if (view.size() == N) std::memcpy(out.bytes_.data(), view.data(), N);
    return out;
  }

  [[nodiscard]] constexpr ByteView view() const { return ByteView(bytes_); }
  [[nodiscard]] MutableBytes mutable_view() { return MutableBytes(bytes_); }
  [[nodiscard]] constexpr const std::array<Byte, N>& array() const { return bytes_; }
  [[nodiscard]] constexpr const Byte* data() const { return bytes_.data(); }
  [[nodiscard]] bool is_zero() const { return bytes_ == std::array<Byte, N>{}; }

  constexpr auto operator<=>(const FixedBytes&) const = default;

 private:
  std::array<Byte, N> bytes_{};
};

}  // namespace covey

template <typename Tag, std::size_t N>
struct std::hash<covey::FixedBytes<Tag, N>> {
  std::size_t operator()(const covey::FixedBytes<Tag, N>& value) const noexcept {
    return std::hash<std::string_view>{}(covey::as_text(value.view()));
  }
};
