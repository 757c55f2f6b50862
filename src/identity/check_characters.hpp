#pragma once
// The three check characters of a peer id's text: a polynomial code over the 32 values of a base32 character.
//
// The field is GF(32) with x^5 + x^2 + 1, the generator g(y) = y^3 + y^2 + 2y + 10, its coefficients written
// as numbers. No two powers of y below 1057 are multiples of each other modulo g, so in texts that short any
// two wrong values are noticed. Pure; any thread. Spec: docs/spec/handshake.md, "Keys and text forms".

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace covey::identity {

using CheckCharacters = std::array<std::uint8_t, 3>;

/// The check values that belong after `values`, each below 32.
[[nodiscard]] CheckCharacters check_characters_of(std::span<const std::uint8_t> values);

/// The one position whose change alone would mend a whole text (its checks included) that does not check, if
/// there is one: where to look first.
[[nodiscard]] std::optional<std::size_t> likely_mistake(std::span<const std::uint8_t> text);

}  // namespace covey::identity
