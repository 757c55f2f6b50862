#include "identity/check_characters.hpp"

namespace covey::identity {
namespace {

std::uint8_t times(std::uint8_t a, std::uint8_t b) {
  static constexpr unsigned kField = 0b100101;  // x^5 + x^2 + 1
  static constexpr unsigned kTop = 0b100000;
  unsigned product = 0;
  unsigned power = a;
  for (unsigned left = b; left != 0; left >>= 1U) {
    if ((left & 1U) != 0) product ^= power;
    power <<= 1U;
    if ((power & kTop) != 0) power ^= kField;
  }
  return static_cast<std::uint8_t>(product);
}

/// The remainder times y, modulo g: y^3 is y^2 + 2y + 10.
CheckCharacters shifted(const CheckCharacters& remainder) {
  const auto top = remainder[0];
  return {static_cast<std::uint8_t>(remainder[1] ^ top),
          static_cast<std::uint8_t>(remainder[2] ^ times(top, 2)), times(top, 10)};
}

}  // namespace

CheckCharacters check_characters_of(std::span<const std::uint8_t> values) {
  CheckCharacters remainder{0, 0, 1};  // so that all zeros do not check as zeros
  for (const std::uint8_t value : values) {
    remainder = shifted(remainder);
    remainder[2] = static_cast<std::uint8_t>(remainder[2] ^ value);
  }
  for (int i = 0; i < 3; ++i) remainder = shifted(remainder);
  return remainder;
}

std::optional<std::size_t> likely_mistake(std::span<const std::uint8_t> text) {
  if (text.size() <= CheckCharacters{}.size()) return std::nullopt;
  const std::size_t size = text.size() - CheckCharacters{}.size();
  CheckCharacters difference = check_characters_of(text.first(size));
  for (std::size_t i = 0; i < difference.size(); ++i) {
    difference.at(i) = static_cast<std::uint8_t>(difference.at(i) ^ text[size + i]);
  }
  // A change by `by` at the position adds by · y^(places behind it) to the remainder.
  CheckCharacters power{0, 0, 1};
  for (std::size_t position = text.size(); position-- > 0;) {
    for (std::uint8_t by = 1; by < 32; ++by) {
      if (CheckCharacters{times(power[0], by), times(power[1], by), times(power[2], by)} == difference) {
        return position;
      }
    }
    power = shifted(power);
  }
  return std::nullopt;
}

}  // namespace covey::identity
