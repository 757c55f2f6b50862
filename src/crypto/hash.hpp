#pragma once
// BLAKE3: plain, keyed, and as a key derivation. `blake3(bytes)` is what `b3sum` prints. Pure; any thread,
// one thread for each Blake3 object.

#include <blake3.h>

#include "base/bytes.hpp"
#include "crypto/labels.hpp"
#include "crypto/secret.hpp"

namespace covey::crypto {

using Hash = FixedBytes<struct HashTag, 32>;

inline constexpr std::size_t kKeyBytes = 32;

/// The plain hash of bytes that come in parts.
class Blake3 {
 public:
  Blake3();
  Blake3& update(ByteView bytes);
  /// The hash of everything so far; more may follow.
  [[nodiscard]] Hash finish() const;

 private:
  blake3_hasher state_;
};

[[nodiscard]] Hash blake3(ByteView bytes);

/// A message authentication code. `key` has exactly 32 bytes, else std::invalid_argument: a bug of the
/// caller.
[[nodiscard]] Hash keyed_blake3(const SecretBytes& key, ByteView message);

/// A hash for the purpose that `label` names: what derive_key() gives, of bytes that are no secret.
[[nodiscard]] Hash labelled_blake3(Label label, ByteView message);

/// A 32-byte key for the purpose that `label` names, from key material of any length.
[[nodiscard]] SecretBytes derive_key(Label label, ByteView key_material);

}  // namespace covey::crypto
