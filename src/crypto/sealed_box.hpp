#pragma once
// Sealed boxes: bytes that only the holder of one Ed25519 key can read, from somebody whom they do not name.
//
//   sealed := ephemeral:32 nonce:24 ciphertext tag:16
//
// X25519 between a fresh ephemeral key and the receiver's key in its Montgomery form; what they agree on,
// both public keys and the label make the key of an Aead. The ephemeral secret is forgotten at once, so the
// sender cannot open what it sealed. Nothing here says who sealed it: sign what is inside. Pure; any thread.

#include "crypto/aead.hpp"
#include "crypto/sign.hpp"

namespace covey::crypto {

inline constexpr std::size_t kSealedBoxOverhead = 32 + kSealOverhead;

/// kInvalidArgument unless `receiver` is_usable.
[[nodiscard]] Result<Bytes> seal_to(const PublicKey& receiver, Label purpose, Random& random, ByteView plain);

/// kVerificationFailed for another key, another label, or a single changed bit.
[[nodiscard]] Result<SecretBytes> open_sealed(const SigningKey& receiver, Label purpose, ByteView sealed);

}  // namespace covey::crypto
