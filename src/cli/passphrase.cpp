#include "cli/passphrase.hpp"

#include <algorithm>
#include <cerrno>
#include <ostream>

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

namespace covey::cli {
namespace {

constexpr Byte kInterrupt = 3;  // what Ctrl-C types while signals from the keyboard are off

/// Switches the echo off, and the signals of the keyboard with it: an interrupted prompt must not leave a
/// terminal that shows nothing.
class WithoutEcho {
 public:
  WithoutEcho() {
    is_changed_ = ::tcgetattr(STDIN_FILENO, &before_) == 0;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG);
    if (is_changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
  }
  WithoutEcho(const WithoutEcho&) = delete;
  WithoutEcho& operator=(const WithoutEcho&) = delete;
  ~WithoutEcho() {
    if (is_changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }

 private:
  termios before_{};
  bool is_changed_ = false;
};

/// One line from the descriptor, into memory that is wiped.
Result<crypto::SecretBytes> read_line(int descriptor) {
  crypto::SecretBytes line(kMaxPassphraseBytes + 1);
  std::size_t size = 0;
  while (true) {
    Byte next = 0;
    const ssize_t got = ::read(descriptor, &next, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return covey::fail_errno(errno, "cannot read the passphrase");
    if (got == 0 || next == '\n' || next == '\r') break;
    if (next == kInterrupt) return covey::fail(ErrorCode::kCancelled, "nothing was changed");
    if (size == kMaxPassphraseBytes) {
      return covey::fail(ErrorCode::kLimitExceeded, "the passphrase is longer than {} bytes",
                         kMaxPassphraseBytes);
    }
    line.mutable_view()[size++] = next;
  }
  if (size == 0) return covey::fail(ErrorCode::kInvalidArgument, "the passphrase is empty");
  return crypto::SecretBytes::copy_of(line.view().first(size));
}

Result<crypto::SecretBytes> prompt(Session& session, std::string_view question) {
  session.console().err << question << std::flush;
  const WithoutEcho quiet;
  auto line = read_line(STDIN_FILENO);
  session.console().err << '\n' << std::flush;
  return line;
}

}  // namespace

Result<crypto::SecretBytes> passphrase_in(const std::string& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return covey::fail_errno(errno, "cannot open the passphrase file " + printable(file));
  auto line = read_line(descriptor);
  ::close(descriptor);
  if (!line) return std::unexpected(in_context(line.error(), printable(file)));
  return line;
}

std::optional<crypto::SecretBytes> passphrase_in_environment(const Session& session) {
  auto value = session.environment().get("COVEY_PASSPHRASE");
  if (!value) return std::nullopt;
  return crypto::SecretBytes::take_from({reinterpret_cast<Byte*>(value->data()), value->size()});
}

Result<crypto::SecretBytes> ask_passphrase(Session& session, Times times) {
  if (!session.console().in_is_terminal) {
    return covey::fail(
        ErrorCode::kInvalidArgument,
        "there is no terminal to ask for the passphrase; give it with --passphrase-file FILE or in "
        "COVEY_PASSPHRASE");
  }
  TRY(auto first, prompt(session, "passphrase: "));
  if (times == Times::kOnce) return first;
  TRY(const auto second, prompt(session, "once more: "));
  if (!first.equals(second.view())) {
    return covey::fail(ErrorCode::kInvalidArgument, "the two passphrases differ; nothing was changed");
  }
  return first;
}

}  // namespace covey::cli
