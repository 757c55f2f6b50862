#pragma once
// TypedLine: the line that somebody types in a conversation, from the bytes of the keys. Letters of any
// script, erasing, and pasted text with its line breaks; what else keys send is passed over. Pure; one
// thread.

#include <optional>
#include <string>
#include <string_view>

#include "cli/console.hpp"

namespace covey::cli {

class TypedLine {
 public:
  /// What the bytes of the keys meant, up to the first Enter.
  struct Step {
    std::size_t taken = 0;            // bytes
    std::optional<std::string> line;  // that was ended
    bool is_end = false;              // Ctrl-D on an empty line
  };
  Step take(std::string_view bytes);

  [[nodiscard]] const std::string& text() const { return text_; }
  /// "> " and the end of the text in one line of the terminal.
  [[nodiscard]] std::string prompt(int columns, Style style) const;

 private:
  void erase_character();
  std::size_t take_escape(std::string_view bytes);

  std::string text_;
  bool pasting_ = false;
};

}  // namespace covey::cli
