#pragma once
// Where a passphrase comes from: a file, the environment, or a prompt without echo; never an argument, which
// every user of the machine could read. Blocking; the main thread.

#include <optional>
#include <string>

#include "cli/session.hpp"
#include "crypto/secret.hpp"

namespace covey::cli {

/// The file's first line. kInvalidArgument if it is empty, kLimitExceeded above kMaxPassphraseBytes.
Result<crypto::SecretBytes> passphrase_in(const std::string& file);
inline constexpr std::size_t kMaxPassphraseBytes = 1024;

/// COVEY_PASSPHRASE, if it is set.
std::optional<crypto::SecretBytes> passphrase_in_environment(const Session& session);

enum class Times : std::uint8_t { kOnce, kTwice };
/// Asks at the terminal; twice for a new one. kInvalidArgument where there is no terminal, or the two differ;
/// kCancelled on Ctrl-C.
Result<crypto::SecretBytes> ask_passphrase(Session& session, Times times);

}  // namespace covey::cli
