#pragma once
// Text that shows all there is in it: whatever breaks lines, turns the direction of text around or shows as
// nothing is written as \uXXXX, so that a name chosen by a peer can neither forge a line nor look like
// another.
//
// The set is fixed by the spec, not by a version of Unicode, so that a line has one form for ever. Pure; any
// thread. Spec: docs/spec/audit.md, "Texts".

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace covey::audit {

/// UTF-8 (RFC 3629) of at most `limit` bytes: each byte that is none becomes U+FFFD, and what is too long is
/// cut between characters.
[[nodiscard]] std::string valid_text(std::string_view text, std::size_t limit);
[[nodiscard]] bool is_valid_text(std::string_view text);

/// Adds valid text with what does not show as \uXXXX, and a backslash before each character of `quoted`.
void append_visible(std::string& out, std::string_view text, std::string_view quoted);

/// The value of a code point that was written as \uXXXX, beginning after "\u", pairs of surrogates joined:
/// takes it off the text. Nothing when there is none.
[[nodiscard]] std::optional<std::uint32_t> take_escaped(std::string_view& text);

void append_utf8(std::string& out, std::uint32_t code);

}  // namespace covey::audit
