#pragma once
// The rules of UTF-8 and of safe paths once more, written apart from Covey's own decoders, so that the fuzz
// targets can tell when those accept what they should not. Plain and slow on purpose.

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace covey::fuzz {

/// The code points of UTF-8 text by RFC 3629, or nothing when it is not UTF-8.
inline std::optional<std::u32string> code_points(std::string_view text) {
  std::u32string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const std::size_t length = first < 0x80 ? 1 : first < 0xc0 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (length == 0 || first > 0xf7 || i + length > text.size()) return std::nullopt;
    char32_t value = length == 1 ? first : first & (0x7fU >> length);
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xc0U) != 0x80U) return std::nullopt;
      value = (value << 6) | (next & 0x3fU);
    }
    constexpr std::array<char32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
    if (value < kSmallest.at(length) || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) {
      return std::nullopt;
    }
    out.push_back(value);
    i += length;
  }
  return out;
}

inline bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

/// Marks that turn the direction of text around, and characters that show as nothing.
inline bool is_deceiving(char32_t c) {
  return c == 0x061c || c == 0x00ad || (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
         (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xe0000 && c <= 0xe007f);
}

inline bool is_device(std::string_view component) {
  std::string stem(component.substr(0, component.find('.')));
  while (!stem.empty() && stem.back() == ' ') stem.pop_back();
  for (char& c : stem) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (stem == "CON" || stem == "PRN" || stem == "AUX" || stem == "NUL") return true;
  return stem.size() == 4 && (stem.starts_with("COM") || stem.starts_with("LPT")) && stem[3] >= '0' &&
         stem[3] <= '9';
}

/// The rule that a path breaks, or null when it may be created below a folder of any system.
inline const char* broken_path_rule(std::string_view path) {
  if (path.empty() || path.size() > 4096) return "a path has 1 to 4096 bytes";
  const auto characters = code_points(path);
  if (!characters) return "a path is UTF-8";
  for (const char32_t c : *characters) {
    if (is_control(c)) return "a path holds no control character";
    if (is_deceiving(c)) return "a path holds nothing invisible and turns no text around";
    if (c == '\\') return "a path holds no backslash";
  }
  std::vector<std::string_view> components;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    components.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  if (components.size() > 64) return "a path is at most 64 levels deep";
  for (const std::string_view component : components) {
    if (component.empty()) return "a path is relative and has no empty component";
    if (component.size() > 255) return "a component has at most 255 bytes";
    if (component == "." || component == "..") return "no component is '.' or '..'";
    if (component.ends_with('.') || component.ends_with(' ')) return "no component ends in a dot or a space";
    if (component.size() >= 2 && component[1] == ':' &&
        std::isalpha(static_cast<unsigned char>(component[0])) != 0) {
      return "no component is a drive";
    }
    if (is_device(component)) return "no component is a device";
  }
  return nullptr;
}

}  // namespace covey::fuzz
