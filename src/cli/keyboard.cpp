#include "cli/keyboard.hpp"

#include <array>
#include <cerrno>

#include <poll.h>
#include <unistd.h>

namespace covey::cli {
namespace {

constexpr char kEscape = 27;
constexpr int kEscapeMs = 50;

}  // namespace

void Keyboard::listen() {
  if (is_changed_ || ::tcgetattr(descriptor_, &before_) != 0) return;
  termios raw = before_;
  raw.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  for (const int key : {VSUSP, VQUIT}) raw.c_cc[key] = _POSIX_VDISABLE;
  is_changed_ = true;  // first: whoever restores meanwhile gives back what is there
  ::tcsetattr(descriptor_, TCSAFLUSH, &raw);
}

void Keyboard::restore() {
  // Now, not when the output is drained: it may have been stopped with Ctrl-S.
  if (is_changed_.exchange(false)) ::tcsetattr(descriptor_, TCSANOW, &before_);
}

void Keyboard::forget() {
  if (is_changed_) ::tcflush(descriptor_, TCIFLUSH);
}

std::string Keyboard::read_bytes() {
  std::string out(4096, '\0');
  ssize_t got = 0;
  do {
    got = ::read(descriptor_, out.data(), out.size());
  } while (got < 0 && errno == EINTR);
  out.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return out;
}

Keyboard::Key Keyboard::read() {
  // More than one at once is an escape sequence, a paste, or was typed while nobody looked.
  std::array<char, 256> typed{};
  while (true) {
    const ssize_t got = ::read(descriptor_, typed.data(), typed.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return {.is_end = true, .sign = {}};
    if (typed.front() == kEscape) {
      // The rest of an arrow or of a function key may come a moment later, and would pass for keys.
      pollfd ready{descriptor_, POLLIN, 0};
      while (::poll(&ready, 1, kEscapeMs) > 0 && ::read(descriptor_, typed.data(), typed.size()) > 0) {
      }
      return {};
    }
    if (got == 1) return {.is_end = false, .sign = typed.front()};
    return {};
  }
}

}  // namespace covey::cli
