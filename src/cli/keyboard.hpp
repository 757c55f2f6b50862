#pragma once
// Keyboard: single keys from a terminal, without echo and without waiting for Enter.
//
// What it changes of the terminal it gives back: at restore(), which any thread may call, or when it goes.
// Ctrl-C stays a signal; Ctrl-Z and Ctrl-\, which would leave the terminal as it is, are off meanwhile. On
// what is no terminal it only reads. One thread but for restore().

#include <atomic>
#include <optional>
#include <string>

#include <termios.h>

namespace covey::cli {

class Keyboard {
 public:
  /// Changes nothing yet. The descriptor outlives the keyboard.
  explicit Keyboard(int descriptor) : descriptor_(descriptor) {}
  Keyboard(const Keyboard&) = delete;
  Keyboard& operator=(const Keyboard&) = delete;
  ~Keyboard() { restore(); }

  /// From now on keys come at once; what was typed before is forgotten.
  void listen();
  void restore();
  /// Forgets what was typed and not read.
  void forget();

  [[nodiscard]] int descriptor() const { return descriptor_; }

  struct Key {
    bool is_end = false;       // there will be no more
    std::optional<char> sign;  // nothing for what is no single sign: arrows, pasted text
  };
  /// Waits for the next.
  Key read();
  /// Waits for some, and takes them as they are; empty: there will be no more.
  std::string read_bytes();

 private:
  int descriptor_;
  termios before_{};
  std::atomic<bool> is_changed_ = false;
};

}  // namespace covey::cli
