#include "crypto/password.hpp"

#include <sodium.h>

#include "base/quantity.hpp"
#include "crypto/hash.hpp"
#include "crypto/init.hpp"

namespace covey::crypto {

Result<> check_cost(const PasswordCost& cost) {
  if (cost.memory_bytes < kMinPasswordMemory || cost.memory_bytes > kMaxPasswordMemory) {
    return fail(ErrorCode::kLimitExceeded, "stretching a passphrase with {} of memory; allowed are {} to {}",
                human_bytes(cost.memory_bytes), human_bytes(kMinPasswordMemory),
                human_bytes(kMaxPasswordMemory));
  }
  if (cost.passes < 1 || cost.passes > kMaxPasswordPasses) {
    return fail(ErrorCode::kLimitExceeded, "stretching a passphrase in {} passes; allowed are 1 to {}",
                cost.passes, kMaxPasswordPasses);
  }
  return {};
}

Result<SecretBytes> stretch_password(const SecretBytes& passphrase, const PasswordSalt& salt,
                                     const PasswordCost& cost) {
  TRY_VOID(check_cost(cost));
  ensure_ready();
  static_assert(PasswordSalt::kSize == crypto_pwhash_argon2id_SALTBYTES);
  SecretBytes out(kKeyBytes);
  const std::string_view text = passphrase.empty() ? std::string_view("") : as_text(passphrase.view());
  if (crypto_pwhash_argon2id(out.mutable_view().data(), out.size(), text.data(), text.size(), salt.data(),
                             cost.passes, cost.memory_bytes, crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0) {
    return fail(ErrorCode::kIo, "not enough memory to stretch the passphrase: {} must be free",
                human_bytes(cost.memory_bytes));
  }
  return out;
}

}  // namespace covey::crypto
