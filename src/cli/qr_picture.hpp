#pragma once
// QR codes in a terminal: two rows of modules in one line of half-blocks, with the quiet zone that scanners
// need. Dark on light by colour where there is colour; otherwise light modules are drawn, which reads right
// on a dark terminal. Pure; any thread.

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "cli/console.hpp"

namespace covey::cli {

/// Lines with '\n' at their ends. kLimitExceeded if the text is too long for any QR code.
Result<std::string> qr_picture(std::string_view text, Style style);

}  // namespace covey::cli
