#pragma once
// Sealed bytes: XChaCha20-Poly1305 with a random nonce. A sealed text is nonce(24) ciphertext tag(16), so 40
// bytes longer than what it holds. Pure; any thread.

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/random.hpp"
#include "crypto/secret.hpp"

namespace covey::crypto {

inline constexpr std::size_t kSealOverhead = 24 + 16;

/// `key` has exactly 32 bytes, else std::invalid_argument: a bug of the caller. `associated` is
/// authenticated, not stored: name there what the plaintext is and where it belongs.
[[nodiscard]] Bytes seal(const SecretBytes& key, Random& random, ByteView associated, ByteView plaintext);

/// kVerificationFailed when the key, the associated bytes or a single sealed bit differ.
[[nodiscard]] Result<SecretBytes> open(const SecretBytes& key, ByteView associated, ByteView sealed);

}  // namespace covey::crypto
