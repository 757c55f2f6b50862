#pragma once
// Ed25519 signatures over labelled messages. This is the only verifier of application signatures in Covey.
//
// What is signed is the label's length in one byte, the label, then the message; a signature made under one
// label never verifies under another. Pure; any thread. Spec: docs/spec/handshake.md, "Labels".

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/labels.hpp"
#include "crypto/random.hpp"
#include "crypto/secret.hpp"

namespace covey::crypto {

using PublicKey = FixedBytes<struct PublicKeyTag, 32>;
using Signature = FixedBytes<struct SignatureTag, 64>;

class SigningKey {
 public:
  static constexpr std::size_t kSeedBytes = 32;

  [[nodiscard]] static SigningKey generate(Random& random);
  /// From the 32 bytes that RFC 8032 calls the private key. kInvalidArgument for any other size.
  [[nodiscard]] static Result<SigningKey> from_seed(SecretBytes seed);

  [[nodiscard]] const PublicKey& public_key() const { return public_key_; }
  [[nodiscard]] Signature sign(Label label, ByteView message) const;
  /// The 32 bytes it was made from, to be stored sealed.
  [[nodiscard]] SecretBytes seed() const;
  /// The X25519 secret that goes with the public key; for sealed_box alone.
  [[nodiscard]] SecretBytes exchange_secret() const;
  [[nodiscard]] SigningKey clone() const { return SigningKey(secret_.clone(), public_key_); }

 private:
  SigningKey(SecretBytes secret, const PublicKey& public_key)
      : secret_(std::move(secret)), public_key_(public_key) {}

  SecretBytes secret_;  // seed, then public key: libsodium's form
  PublicKey public_key_;
};

/// False for a wrong signature, a signature in a second encoding, and a key of small order or in a second
/// encoding.
[[nodiscard]] bool verify(const PublicKey& key, Label label, ByteView message, const Signature& signature);

/// Whether the bytes are the one encoding of a point in the group of prime order, so of no small order.
[[nodiscard]] bool is_usable(const PublicKey& key);

}  // namespace covey::crypto
