#pragma once
// The vault: how a peer's keys lie on the disk.
//
// A random 32-byte vault key seals the seed of the device key. The vault key itself is sealed under a
// passphrase, or lies in a key file that only its user can read. Each sealed part authenticates every byte
// before it, so no field can be changed or moved. Pure but for the time Argon2id takes; any thread. Spec:
// docs/spec/handshake.md, "Keys on disk".

#include <optional>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/aead.hpp"
#include "crypto/password.hpp"
#include "identity/device_key.hpp"

namespace covey::identity {

inline constexpr std::size_t kVaultKeyBytes = 32;
inline constexpr std::size_t kSealedKeyBytes = kVaultKeyBytes + crypto::kSealOverhead;
/// No identity file is longer.
inline constexpr std::size_t kMaxIdentityFileBytes = 256;
inline constexpr std::size_t kVaultKeyFileBytes = 8 + 1 + kVaultKeyBytes;

struct PassphraseSeal {
  crypto::PasswordCost cost;
  crypto::PasswordSalt salt;
  Bytes vault_key;  // kSealedKeyBytes
};

/// What the identity file says. Without a passphrase, the vault key lies in a file of its own.
struct SealedIdentity {
  PeerId peer;
  std::optional<PassphraseSeal> passphrase;
  Bytes device_seed;  // kSealedKeyBytes
};

struct UnlockedIdentity {
  DeviceKey device;
  crypto::SecretBytes vault_key;
};

struct NewIdentity {
  SealedIdentity sealed;
  UnlockedIdentity unlocked;
};

/// Fresh keys. A passphrase must not be empty (kInvalidArgument) nor its cost out of bounds (kLimitExceeded).
Result<NewIdentity> make_identity(crypto::Random& random,
                                  const std::optional<crypto::SecretBytes>& passphrase,
                                  const crypto::PasswordCost& cost);

/// The same keys, protected otherwise from now on. Errors as above.
Result<SealedIdentity> seal_identity(const UnlockedIdentity& keys, crypto::Random& random,
                                     const std::optional<crypto::SecretBytes>& passphrase,
                                     const crypto::PasswordCost& cost);

/// kVerificationFailed for a wrong passphrase; kInvalidArgument where there is no passphrase to open.
Result<UnlockedIdentity> unlock_with_passphrase(const SealedIdentity& sealed,
                                                const crypto::SecretBytes& passphrase);
/// kVerificationFailed for the key of another vault.
Result<UnlockedIdentity> unlock_with_vault_key(const SealedIdentity& sealed, crypto::SecretBytes vault_key);

Bytes encode_identity(const SealedIdentity& sealed);
/// kCorrupt, kUnsupported for a newer version, or kLimitExceeded for a passphrase of absurd cost.
Result<SealedIdentity> parse_identity(ByteView bytes);

crypto::SecretBytes encode_vault_key(const crypto::SecretBytes& vault_key);
/// kCorrupt or kUnsupported.
Result<crypto::SecretBytes> parse_vault_key(ByteView bytes);

}  // namespace covey::identity
