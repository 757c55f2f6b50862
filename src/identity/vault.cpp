#include "identity/vault.hpp"

#include "base/cursor.hpp"
#include "crypto/hash.hpp"

// Numbers are big-endian.
//
//   identity   := "COVEYIDN" version:u8=1 peer_id:33 protection
//                 device_seed:72
//   protection := 1 memory_bytes:u64 passes:u32 salt:16 vault_key:72        (a passphrase)
//               | 2                                                         (a key file)
//   key_file   := "COVEYVLT" version:u8=1 vault_key:32
//
// A 72-byte field is nonce:24 ciphertext:32 tag:16 of XChaCha20-Poly1305; its associated data is the whole
// file up to the field. vault_key is sealed under derive_key(kVaultKeyLabel, Argon2id(passphrase)),
// device_seed under derive_key(kDeviceKeyLabel, vault key).

namespace covey::identity {
namespace {

constexpr std::string_view kIdentityMagic = "COVEYIDN";
constexpr std::string_view kVaultKeyMagic = "COVEYVLT";
constexpr Byte kVaultVersion = 1;
constexpr Byte kByPassphrase = 1;
constexpr Byte kByKeyFile = 2;

/// Everything before the sealed vault key, or, without a passphrase, before the device seed.
ByteWriter head_of(const SealedIdentity& sealed) {
  ByteWriter out(kMaxIdentityFileBytes);
  out.raw(as_bytes(kIdentityMagic)).number(kVaultVersion).raw(sealed.peer.bytes());
  if (!sealed.passphrase) {
    out.number(kByKeyFile);
    return out;
  }
  const PassphraseSeal& seal = *sealed.passphrase;
  out.number(kByPassphrase).number(seal.cost.memory_bytes).number(seal.cost.passes).raw(seal.salt.view());
  return out;
}

Bytes head_of_seed(const SealedIdentity& sealed) {
  ByteWriter out = head_of(sealed);
  if (sealed.passphrase) out.raw(sealed.passphrase->vault_key);
  return out.take();
}

Result<crypto::SecretBytes> passphrase_key(const crypto::SecretBytes& passphrase,
                                           const PassphraseSeal& seal) {
  TRY(const auto stretched, crypto::stretch_password(passphrase, seal.salt, seal.cost));
  return crypto::derive_key(crypto::kVaultKeyLabel, stretched.view());
}

Result<> read_magic(ByteReader& reader, std::string_view magic, std::string_view what) {
  const auto found = reader.raw(magic.size());
  const auto version = reader.number<Byte>();
  if (!found || as_text(*found) != magic || !version) {
    return fail(ErrorCode::kCorrupt, "this is no {} of Covey", what);
  }
  if (*version == kVaultVersion) return {};
  return fail(ErrorCode::kUnsupported,
              "this {} has version {}, which this program does not know; update Covey", what, *version);
}

Result<PassphraseSeal> read_passphrase_seal(ByteReader& reader) {
  PassphraseSeal out;
  TRY(out.cost.memory_bytes, reader.number<std::uint64_t>());
  TRY(out.cost.passes, reader.number<std::uint32_t>());
  TRY(out.salt, reader.fixed<crypto::PasswordSalt>());
  TRY(const ByteView key, reader.raw(kSealedKeyBytes));
  out.vault_key = to_bytes(key);
  TRY_VOID(crypto::check_cost(out.cost));
  return out;
}

Result<SealedIdentity> read_identity(ByteReader& reader) {
  SealedIdentity out;
  TRY(const ByteView peer, reader.raw(PeerId::kBytes));
  TRY(out.peer, PeerId::from_bytes(peer));
  TRY(const Byte protection, reader.number<Byte>());
  if (protection == kByPassphrase) {
    TRY(out.passphrase, read_passphrase_seal(reader));
  } else if (protection != kByKeyFile) {
    return fail(ErrorCode::kMalformed, "protected in an unknown way");
  }
  TRY(const ByteView seed, reader.raw(kSealedKeyBytes));
  out.device_seed = to_bytes(seed);
  TRY_VOID(reader.expect_done());
  return out;
}

}  // namespace

Result<NewIdentity> make_identity(crypto::Random& random,
                                  const std::optional<crypto::SecretBytes>& passphrase,
                                  const crypto::PasswordCost& cost) {
  UnlockedIdentity keys{DeviceKey(crypto::SigningKey::generate(random)), random.secret(kVaultKeyBytes)};
  TRY(auto sealed, seal_identity(keys, random, passphrase, cost));
  return NewIdentity{std::move(sealed), std::move(keys)};
}

Result<SealedIdentity> seal_identity(const UnlockedIdentity& keys, crypto::Random& random,
                                     const std::optional<crypto::SecretBytes>& passphrase,
                                     const crypto::PasswordCost& cost) {
  SealedIdentity sealed{.peer = keys.device.peer_id(), .passphrase = std::nullopt, .device_seed = {}};
  if (passphrase) {
    if (passphrase->empty()) {
      return fail(ErrorCode::kInvalidArgument,
                  "an empty passphrase protects nothing; give one, or none at all");
    }
    sealed.passphrase = PassphraseSeal{cost, random.fixed<crypto::PasswordSalt>(), {}};
    TRY(const auto key, passphrase_key(*passphrase, *sealed.passphrase));
    sealed.passphrase->vault_key = crypto::seal(key, random, head_of(sealed).bytes(), keys.vault_key.view());
  }
  sealed.device_seed = crypto::seal(crypto::derive_key(crypto::kDeviceKeyLabel, keys.vault_key.view()),
                                    random, head_of_seed(sealed), keys.device.seed().view());
  return sealed;
}

Result<UnlockedIdentity> unlock_with_passphrase(const SealedIdentity& sealed,
                                                const crypto::SecretBytes& passphrase) {
  if (!sealed.passphrase) return fail(ErrorCode::kInvalidArgument, "this identity has no passphrase");
  TRY(const auto key, passphrase_key(passphrase, *sealed.passphrase));
  auto vault_key = crypto::open(key, head_of(sealed).bytes(), sealed.passphrase->vault_key);
  if (!vault_key) {
    return fail(ErrorCode::kVerificationFailed, "the passphrase is wrong, or the identity file was changed");
  }
  return unlock_with_vault_key(sealed, std::move(*vault_key));
}

Result<UnlockedIdentity> unlock_with_vault_key(const SealedIdentity& sealed, crypto::SecretBytes vault_key) {
  if (vault_key.size() != kVaultKeyBytes) return fail(ErrorCode::kCorrupt, "a vault key of a wrong size");
  auto seed = crypto::open(crypto::derive_key(crypto::kDeviceKeyLabel, vault_key.view()),
                           head_of_seed(sealed), sealed.device_seed);
  if (!seed) {
    return fail(
        ErrorCode::kVerificationFailed,
        "the identity file and its key do not belong together, or one was changed; restore both from a "
        "backup");
  }
  TRY(auto key, crypto::SigningKey::from_seed(std::move(*seed)));
  DeviceKey device(std::move(key));
  if (device.peer_id() != sealed.peer) {
    return fail(ErrorCode::kCorrupt, "the identity file names another peer than its key makes");
  }
  return UnlockedIdentity{std::move(device), std::move(vault_key)};
}

Bytes encode_identity(const SealedIdentity& sealed) {
  return ByteWriter().raw(head_of_seed(sealed)).raw(sealed.device_seed).take();
}

Result<SealedIdentity> parse_identity(ByteView bytes) {
  ByteReader reader(bytes);
  TRY_VOID(read_magic(reader, kIdentityMagic, "identity file"));
  auto out = read_identity(reader);
  if (out || out.error().code == ErrorCode::kLimitExceeded) return out;
  return fail(ErrorCode::kCorrupt, "the identity file is damaged ({}); restore it from a backup",
              out.error().context);
}

crypto::SecretBytes encode_vault_key(const crypto::SecretBytes& vault_key) {
  Bytes out = ByteWriter(kVaultKeyFileBytes)
                  .raw(as_bytes(kVaultKeyMagic))
                  .number(kVaultVersion)
                  .raw(vault_key.view())
                  .take();
  return crypto::SecretBytes::take_from(out);
}

Result<crypto::SecretBytes> parse_vault_key(ByteView bytes) {
  ByteReader reader(bytes);
  TRY_VOID(read_magic(reader, kVaultKeyMagic, "vault key file"));
  const auto key = reader.raw(kVaultKeyBytes);
  if (!key || !reader.done()) {
    return fail(ErrorCode::kCorrupt, "the vault key file is damaged; restore it from a backup");
  }
  return crypto::SecretBytes::copy_of(*key);
}

}  // namespace covey::identity
