#pragma once
// Console: the three streams of a command and what the terminal behind them can show. Results go to out,
// progress, prompts and errors to err. Tests make one over string streams. One thread at a time.

#include <functional>
#include <iosfwd>
#include <string>

#include "cli/terminal_text.hpp"

namespace covey::cli {

enum class Colour : std::uint8_t { kOff, kOn };

/// How text is drawn on one stream.
struct Style {
  Glyphs glyphs = Glyphs::kUnicode;
  Colour colour = Colour::kOff;
};

enum class Ink : std::uint8_t { kGreen, kYellow, kRed, kDim, kBold };
/// The text in a colour if the style has any; its width stays.
std::string inked(std::string_view text, Ink ink, Style style);

struct Console {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool in_is_terminal = false;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  int keys = -1;  // the descriptor behind in, for single keys; -1: none
  Glyphs glyphs = Glyphs::kUnicode;
  Colour colour = Colour::kOff;  // what the user wants; each stream takes it only as a terminal
  std::function<int()> columns = [] { return 80; };
  std::function<int()> rows = [] { return 24; };

  [[nodiscard]] Style out_style() const { return {glyphs, out_is_terminal ? colour : Colour::kOff}; }
  [[nodiscard]] Style err_style() const { return {glyphs, err_is_terminal ? colour : Colour::kOff}; }
};

/// This process's own streams; honours NO_COLOR, TERM=dumb and the locale's character set.
Console standard_console();

}  // namespace covey::cli
