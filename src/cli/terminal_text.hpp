#pragma once
// Text as a terminal shows it: made harmless, measured in columns and cut to them.
//
// Names, titles and reasons come from other peers. printable() is the one gate before they reach a terminal:
// what it lets through can neither move the cursor nor change the order of what stands around it. The other
// functions take text that has passed it. Pure; any thread.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace covey::cli {

enum class Glyphs : std::uint8_t { kUnicode, kAscii };

/// One line of text without control, bidirectional and other invisible formatting characters; each of them,
/// and each byte that is not UTF-8, becomes U+FFFD, or '?' with kAscii, as does every character beyond ASCII.
std::string printable(std::string_view text, Glyphs glyphs = Glyphs::kUnicode);

/// How many columns the text takes: 2 for wide characters, 0 for combining ones.
int display_width(std::string_view text);

/// The text in at most `columns`; what is too long loses its middle: "holiday…s.tar.gz". "" if columns ≤ 0.
std::string fit(std::string_view text, int columns, Glyphs glyphs);

/// The text in exactly `columns`: cut or filled up with spaces.
std::string pad(std::string_view text, int columns, Glyphs glyphs);
std::string pad_left(std::string_view text, int columns, Glyphs glyphs);

std::string without_trailing_spaces(std::string line);

/// The text as lines of at most `columns`, broken between words, and inside those that are longer. None for
/// an empty text.
std::vector<std::string> wrapped(std::string_view text, int columns);

}  // namespace covey::cli
