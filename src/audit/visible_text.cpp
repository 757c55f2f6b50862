#include "audit/visible_text.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace covey::audit {
namespace {

struct Character {
  std::uint32_t code = 0;
  std::size_t length = 0;  // 0: not UTF-8
};

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

/// No overlong forms, no surrogates, nothing above U+10FFFF.
Character next_character(std::string_view text) {
  constexpr std::array<std::uint32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) return {first, 1};
  const std::size_t length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (length == 0 || length > text.size()) return {};
  std::uint32_t code = first & (0x7fU >> length);
  for (const char c : text.substr(1, length - 1)) {
    if (!is_continuation(c)) return {};
    code = (code << 6) | (static_cast<unsigned char>(c) & 0x3fU);
  }
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < kSmallest.at(length) || code > 0x10ffff || surrogate) return {};
  return {code, length};
}

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

/// Controls, marks of direction, characters of no width, separators of lines, fillers, tags.
constexpr std::array<Range, 17> kHidden{{{0x00, 0x1f},
                                         {0x7f, 0x9f},
                                         {0xad, 0xad},
                                         {0x34f, 0x34f},
                                         {0x61c, 0x61c},
                                         {0x115f, 0x1160},
                                         {0x17b4, 0x17b5},
                                         {0x180b, 0x180f},
                                         {0x200b, 0x200f},
                                         {0x2028, 0x202e},
                                         {0x2060, 0x206f},
                                         {0x3164, 0x3164},
                                         {0xfeff, 0xfeff},
                                         {0xffa0, 0xffa0},
                                         {0xfff9, 0xfffb},
                                         {0x1d173, 0x1d17a},
                                         {0xe0000, 0xe0fff}}};

bool is_hidden(std::uint32_t code) {
  if (code >= 0x20 && code < 0x7f) return false;
  return std::any_of(kHidden.begin(), kHidden.end(),
                     [code](const Range& range) { return code >= range.first && code <= range.last; });
}

void append_escaped(std::string& out, std::uint32_t code) {
  if (code < 0x10000) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", code);
  } else {
    const std::uint32_t rest = code - 0x10000;
    fmt::format_to(std::back_inserter(out), "\\u{:04x}\\u{:04x}", 0xd800 + (rest >> 10),
                   0xdc00 + (rest & 0x3ff));
  }
}

/// Four digits of lower-case hexadecimal, taken off the text.
std::optional<std::uint32_t> take_four_digits(std::string_view& text) {
  if (text.size() < 4) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : text.substr(0, 4)) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit && (c < 'a' || c > 'f')) return std::nullopt;
    value = value * 16 + static_cast<std::uint32_t>(digit ? c - '0' : c - 'a' + 10);
  }
  text.remove_prefix(4);
  return value;
}

}  // namespace

std::string valid_text(std::string_view text, std::size_t limit) {
  constexpr std::string_view kReplacement = "\xef\xbf\xbd";
  std::string out;
  out.reserve(std::min(text.size(), limit));
  while (!text.empty()) {
    const Character character = next_character(text);
    const std::size_t length = std::max<std::size_t>(character.length, 1);
    const std::string_view bytes = character.length > 0 ? text.substr(0, length) : kReplacement;
    if (out.size() + bytes.size() > limit) break;
    out += bytes;
    text.remove_prefix(length);
  }
  return out;
}

bool is_valid_text(std::string_view text) {
  while (!text.empty()) {
    const Character character = next_character(text);
    if (character.length == 0) return false;
    text.remove_prefix(character.length);
  }
  return true;
}

void append_visible(std::string& out, std::string_view text, std::string_view quoted) {
  while (!text.empty()) {
    const Character character = next_character(text);
    const std::size_t length = std::max<std::size_t>(character.length, 1);
    if (character.length > 0 && is_hidden(character.code)) {
      append_escaped(out, character.code);
    } else {
      if (quoted.find(text.front()) != std::string_view::npos) out += '\\';
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
}

std::optional<std::uint32_t> take_escaped(std::string_view& text) {
  const auto high = take_four_digits(text);
  if (!high || *high < 0xd800 || *high > 0xdfff) return high;
  if (*high > 0xdbff || !text.starts_with("\\u")) return std::nullopt;
  text.remove_prefix(2);
  const auto low = take_four_digits(text);
  if (!low || *low < 0xdc00 || *low > 0xdfff) return std::nullopt;
  return 0x10000 + ((*high - 0xd800) << 10) + (*low - 0xdc00);
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto add = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) return add(code);
  if (code < 0x800) {
    add(0xc0 | (code >> 6));
  } else {
    if (code < 0x10000) {
      add(0xe0 | (code >> 12));
    } else {
      add(0xf0 | (code >> 18));
      add(0x80 | ((code >> 12) & 0x3f));
    }
    add(0x80 | ((code >> 6) & 0x3f));
  }
  add(0x80 | (code & 0x3f));
}

}  // namespace covey::audit
