#include "cli/terminal_text.hpp"

#include <algorithm>
#include <utility>

#include <utf8proc.h>

namespace covey::cli {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";
constexpr utf8proc_int32_t kEmojiSelector = 0xFE0F;  // widens what stands before it on some terminals only
constexpr utf8proc_int32_t kNonJoiner = 0x200C;      // Persian and Indic names need these two
constexpr utf8proc_int32_t kJoiner = 0x200D;

struct Character {
  std::string_view bytes;
  utf8proc_int32_t code = -1;  // -1: not UTF-8
};

Character next_character(std::string_view text) {
  utf8proc_int32_t code = -1;
  const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                       static_cast<utf8proc_ssize_t>(text.size()), &code);
  if (length <= 0) return {text.substr(0, 1), -1};
  return {text.substr(0, static_cast<std::size_t>(length)), code};
}

bool is_harmless(utf8proc_int32_t code) {
  if (code == kNonJoiner || code == kJoiner) return true;
  switch (utf8proc_category(code)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return false;
    default:
      return true;
  }
}

int width_of(const Character& character) {
  return character.code < 0 ? 1 : utf8proc_charwidth(character.code);
}

/// The beginning of the text that fits, with the combining marks of its last character.
std::string_view head(std::string_view text, int columns) {
  std::size_t end = 0;
  int used = 0;
  while (end < text.size()) {
    const Character character = next_character(text.substr(end));
    used += width_of(character);
    if (used > columns) break;
    end += character.bytes.size();
  }
  return text.substr(0, end);
}

std::string_view tail(std::string_view text, int columns) {
  const int total = display_width(text);
  std::size_t begin = 0;
  int left = total;
  while (begin < text.size()) {
    const Character character = next_character(text.substr(begin));
    const int width = width_of(character);
    // A combining mark stays with its character, so that it does not end up on the ellipsis.
    if (left <= columns && width > 0) break;
    left -= width;
    begin += character.bytes.size();
  }
  return text.substr(begin);
}

}  // namespace

std::string printable(std::string_view text, Glyphs glyphs) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character character = next_character(text);
    text.remove_prefix(character.bytes.size());
    if (character.code == kEmojiSelector) continue;
    const bool harmless = character.code >= 0 && is_harmless(character.code);
    if (glyphs == Glyphs::kAscii) {
      out += harmless && character.code < 0x80 ? character.bytes : std::string_view("?");
    } else {
      out += harmless ? character.bytes : kReplacement;
    }
  }
  return out;
}

int display_width(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const Character character = next_character(text);
    text.remove_prefix(character.bytes.size());
    width += width_of(character);
  }
  return width;
}

std::string fit(std::string_view text, int columns, Glyphs glyphs) {
  if (columns <= 0) return {};
  if (display_width(text) <= columns) return std::string(text);
  const std::string_view ellipsis = glyphs == Glyphs::kUnicode ? "…" : "~";
  // The end of a file name tells its kind, so a third of the room is kept for it.
  const int end = (columns - 1) / 3;
  const std::string_view beginning = head(text, columns - 1 - end);
  std::string out(beginning);
  out += ellipsis;
  out += tail(text, end);
  return out;
}

std::string pad(std::string_view text, int columns, Glyphs glyphs) {
  std::string out = fit(text, columns, glyphs);
  const int missing = columns - display_width(out);
  if (missing > 0) out.append(static_cast<std::size_t>(missing), ' ');
  return out;
}

std::string without_trailing_spaces(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

std::string pad_left(std::string_view text, int columns, Glyphs glyphs) {
  const std::string cut = fit(text, columns, glyphs);
  const int missing = columns - display_width(cut);
  return std::string(missing > 0 ? static_cast<std::size_t>(missing) : 0, ' ') + cut;
}

std::vector<std::string> wrapped(std::string_view text, int columns) {
  std::vector<std::string> out;
  std::string line;
  while (!text.empty()) {
    std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (!line.empty() && display_width(line) + 1 + display_width(word) > columns)
      out.push_back(std::exchange(line, {}));
    if (!line.empty()) line += ' ';
    while (display_width(word) > columns) {
      const std::string_view part = head(word, std::max(columns, 2));  // a wide character takes two
      out.emplace_back(part);
      word.remove_prefix(part.size());
    }
    line += word;
  }
  if (!line.empty()) out.push_back(std::move(line));
  return out;
}

}  // namespace covey::cli
