#include "cli/console.hpp"

#include <algorithm>
#include <clocale>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string_view>

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace covey::cli {
namespace {

constexpr int kNarrowest = 20;
constexpr int kUsual = 80;
constexpr int kWidest = 1000;
constexpr int kLowest = 5;
constexpr int kUsualRows = 24;

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view{} : std::string_view(value);
}

/// Of the terminal behind err or out; nothing when there is none.
std::optional<winsize> terminal_size() {
  winsize size{};
  for (const int descriptor : {STDERR_FILENO, STDOUT_FILENO}) {
    if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size;
  }
  return std::nullopt;
}

int terminal_columns() {
  const auto size = terminal_size();
  return size ? std::clamp<int>(size->ws_col, kNarrowest, kWidest) : kUsual;
}

int terminal_rows() {
  const auto size = terminal_size();
  return size && size->ws_row > 0 ? std::clamp<int>(size->ws_row, kLowest, kWidest) : kUsualRows;
}

}  // namespace

std::string inked(std::string_view text, Ink ink, Style style) {
  if (style.colour == Colour::kOff || text.empty()) return std::string(text);
  std::string_view code;
  switch (ink) {
    case Ink::kGreen:
      code = "32";
      break;
    case Ink::kYellow:
      code = "33";
      break;
    case Ink::kRed:
      code = "31";
      break;
    case Ink::kDim:
      code = "2";
      break;
    case Ink::kBold:
      code = "1";
      break;
  }
  return std::string("\x1b[").append(code).append("m").append(text).append("\x1b[0m");
}

Console standard_console() {
  std::setlocale(LC_CTYPE, "");
  Console console{std::cin, std::cout, std::cerr};
  const bool dumb = environment("TERM") == "dumb";
  console.keys = STDIN_FILENO;
  console.in_is_terminal = ::isatty(STDIN_FILENO) == 1;
  console.out_is_terminal = ::isatty(STDOUT_FILENO) == 1;
  // A terminal that cannot move its cursor gets plain lines.
  console.err_is_terminal = ::isatty(STDERR_FILENO) == 1 && !dumb;
  console.glyphs = std::string_view(::nl_langinfo(CODESET)) == "UTF-8" ? Glyphs::kUnicode : Glyphs::kAscii;
  console.colour = environment("NO_COLOR").empty() && !dumb ? Colour::kOn : Colour::kOff;
  console.columns = terminal_columns;
  console.rows = terminal_rows;
  return console;
}

}  // namespace covey::cli
