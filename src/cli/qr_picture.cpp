#include "cli/qr_picture.hpp"

#include <stdexcept>

#include <qrcodegen/qrcodegen.hpp>

namespace covey::cli {
namespace {

using qrcodegen::QrCode;

constexpr int kQuietZone = 4;  // modules on each side, as the standard asks

/// getModule is light outside the code, and so is the quiet zone.
std::string unicode_picture(const QrCode& code, Colour colour) {
  std::string out;
  for (int y = -kQuietZone; y < code.getSize() + kQuietZone; y += 2) {
    if (colour == Colour::kOn) out += "\x1b[38;5;16;48;5;231m";
    for (int x = -kQuietZone; x < code.getSize() + kQuietZone; ++x) {
      // Drawn is what differs from the background: dark modules in colour, light ones without.
      const bool drawn_dark = colour == Colour::kOn;
      const bool inside = y + 1 < code.getSize() + kQuietZone;
      const bool top = code.getModule(x, y) == drawn_dark;
      const bool bottom = inside && code.getModule(x, y + 1) == drawn_dark;
      out += top && bottom ? "█" : top ? "▀" : bottom ? "▄" : " ";
    }
    if (colour == Colour::kOn) out += "\x1b[0m";
    out += '\n';
  }
  return out;
}

std::string ascii_picture(const QrCode& code) {
  std::string out;
  for (int y = -kQuietZone; y < code.getSize() + kQuietZone; ++y) {
    for (int x = -kQuietZone; x < code.getSize() + kQuietZone; ++x) {
      out += code.getModule(x, y) ? "  " : "##";
    }
    out += '\n';
  }
  return out;
}

}  // namespace

Result<std::string> qr_picture(std::string_view text, Style style) {
  try {
    const QrCode code = QrCode::encodeText(std::string(text).c_str(), QrCode::Ecc::LOW);
    return style.glyphs == Glyphs::kUnicode ? unicode_picture(code, style.colour) : ascii_picture(code);
  } catch (const std::length_error&) {
    return fail(ErrorCode::kLimitExceeded, "{} characters are too many for a QR code; copy the text instead",
                text.size());
  }
}

}  // namespace covey::cli
