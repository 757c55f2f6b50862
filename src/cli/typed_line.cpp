#include "cli/typed_line.hpp"

#include <algorithm>
#include <utility>

namespace covey::cli {
namespace {

constexpr char kEscape = 27;
constexpr char kErase = 127;
constexpr char kEraseAsWell = 8;
constexpr char kEndOfInput = 4;              // Ctrl-D
constexpr char kEraseLine = 21;              // Ctrl-U
constexpr std::size_t kMaxBytes = 16 << 10;  // no longer message is sent
constexpr std::string_view kPasteBegins = "\x1b[200~";
constexpr std::string_view kPasteEnds = "\x1b[201~";

bool is_continuation(char sign) {
  return (static_cast<unsigned char>(sign) & 0xC0U) == 0x80U;
}

bool is_control(char sign) {
  return static_cast<unsigned char>(sign) < 0x20U;
}

}  // namespace

void TypedLine::erase_character() {
  while (!text_.empty() && is_continuation(text_.back())) text_.pop_back();
  if (!text_.empty()) text_.pop_back();
}

/// How long the sequence is: an arrow, a function key, or the brackets of what is pasted.
std::size_t TypedLine::take_escape(std::string_view bytes) {
  if (bytes.starts_with(kPasteBegins)) {
    pasting_ = true;
    return kPasteBegins.size();
  }
  if (bytes.starts_with(kPasteEnds)) {
    pasting_ = false;
    return kPasteEnds.size();
  }
  if (bytes.size() < 2 || (bytes[1] != '[' && bytes[1] != 'O')) return std::min<std::size_t>(bytes.size(), 2);
  std::size_t length = 2;
  while (length < bytes.size() && (bytes[length] < '@' || bytes[length] > '~')) ++length;
  return std::min(length + 1, bytes.size());
}

TypedLine::Step TypedLine::take(std::string_view bytes) {
  Step step;
  while (step.taken < bytes.size()) {
    const char sign = bytes[step.taken];
    if (sign == kEscape) {
      step.taken += take_escape(bytes.substr(step.taken));
      continue;
    }
    ++step.taken;
    if (sign == '\r' || sign == '\n') {
      if (pasting_) {
        text_ += '\n';
        continue;
      }
      step.line = std::exchange(text_, {});
      return step;
    }
    if (sign == kEndOfInput && text_.empty()) {
      step.is_end = true;
      return step;
    }
    if (sign == kErase || sign == kEraseAsWell) {
      erase_character();
    } else if (sign == kEraseLine) {
      text_.clear();
    } else if ((!is_control(sign) || sign == '\t') && text_.size() < kMaxBytes) {
      text_ += sign;
    }
  }
  return step;
}

std::string TypedLine::prompt(int columns, Style style) const {
  std::string shown = text_;
  std::replace(shown.begin(), shown.end(), '\n', ' ');
  std::replace(shown.begin(), shown.end(), '\t', ' ');
  // A character may still lack the rest of its bytes.
  while (!shown.empty() && !text_.empty() && static_cast<unsigned char>(shown.back()) >= 0xC0U)
    shown.pop_back();
  shown = printable(shown, style.glyphs);
  while (!shown.empty() && display_width(shown) > std::max(8, columns - 3)) {
    std::size_t first = 1;
    while (first < shown.size() && is_continuation(shown[first])) ++first;
    shown.erase(0, first);
  }
  return "> " + shown;
}

}  // namespace covey::cli
