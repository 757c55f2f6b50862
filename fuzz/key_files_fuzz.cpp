// The identity file and the vault key file: one byte sequence for each, and no absurd cost of a passphrase.

#include "crypto/password.hpp"
#include "fuzz/promise.hpp"
#include "identity/vault.hpp"

namespace covey::fuzz {
namespace {

void check_identity(ByteView bytes) {
  const auto sealed = identity::parse_identity(bytes);
  if (!sealed) {
    const ErrorCode code = sealed.error().code;
    require(
        code == ErrorCode::kCorrupt || code == ErrorCode::kUnsupported || code == ErrorCode::kLimitExceeded,
        "an identity file fails in one of the ways that are told");
    return;
  }
  require(bytes.size() <= identity::kMaxIdentityFileBytes, "an identity file keeps its limit");
  require(same(identity::encode_identity(*sealed), bytes),
          "an identity file is the only one for what it says");
  if (sealed->passphrase) {
    require(crypto::check_cost(sealed->passphrase->cost).has_value(), "the cost lies within its bounds");
    require(sealed->passphrase->vault_key.size() == identity::kSealedKeyBytes, "a sealed key is whole");
  }
  crypto::SecretBytes wrong(identity::kVaultKeyBytes);
  require(!identity::unlock_with_vault_key(*sealed, std::move(wrong)), "nobody's key opens no identity");
}

void check_vault_key(ByteView bytes) {
  const auto key = identity::parse_vault_key(bytes);
  if (!key) return;
  require(key->size() == identity::kVaultKeyBytes, "a vault key is whole");
  require(same(identity::encode_vault_key(*key).view(), bytes), "a key file is the only one for its key");
}

}  // namespace
}  // namespace covey::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  covey::fuzz::check_identity({data, size});
  covey::fuzz::check_vault_key({data, size});
  return 0;
}
