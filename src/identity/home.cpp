#include "identity/home.hpp"

namespace covey::identity {
namespace {

namespace fs = std::filesystem;

}  // namespace

Result<fs::path> home_folder(const EnvironmentLookup& variable) {
  if (const auto own = variable("COVEY_HOME"); own && !own->empty()) return fs::path(*own);
  if (const auto shared = variable("XDG_DATA_HOME"); shared && fs::path(*shared).is_absolute()) {
    return fs::path(*shared) / "covey";
  }
  if (const auto user = variable("HOME"); user && !user->empty()) {
    return fs::path(*user) / ".local" / "share" / "covey";
  }
  return fail(ErrorCode::kInvalidArgument,
              "neither COVEY_HOME nor HOME is set; set COVEY_HOME to the folder where keys are to be kept");
}

Result<PeerId> Home::init(crypto::Random& random, const std::optional<crypto::SecretBytes>& passphrase,
                          const crypto::PasswordCost& cost) const {
  TRY_VOID(make_private_folder(folder_));
  TRY(const FolderLock held, lock());
  std::error_code ignored;
  if (fs::exists(fs::symlink_status(identity_file(), ignored))) {
    return fail(ErrorCode::kAlreadyExists,
                "{} already has an identity; 'covey id' shows it, and another COVEY_HOME takes a second one",
                folder_.string());
  }
  TRY(const auto made, make_identity(random, passphrase, cost));
  if (!passphrase) {
    // First, so that an identity never stands without its key; a key without an identity is of no use to
    // anyone and is replaced here.
    const auto key_file = encode_vault_key(made.unlocked.vault_key);
    TRY_VOID(write_private_file(vault_key_file(), key_file.view(), Existing::kReplace));
  }
  TRY_VOID(write_private_file(identity_file(), encode_identity(made.sealed), Existing::kRefuse));
  return made.sealed.peer;
}

Result<SealedIdentity> Home::identity() const {
  const auto folder = check_private_folder(folder_);
  auto bytes = folder ? read_private_file(identity_file(), kMaxIdentityFileBytes)
                      : Result<crypto::SecretBytes>(std::unexpected(folder.error()));
  if (!bytes && bytes.error().code == ErrorCode::kNotFound) {
    return fail(ErrorCode::kNotFound, "there is no identity in {}; make one with: covey init",
                folder_.string());
  }
  if (!bytes) return std::unexpected(std::move(bytes).error());
  auto parsed = parse_identity(bytes->view());
  if (!parsed) return std::unexpected(in_context(std::move(parsed).error(), identity_file().string()));
  return parsed;
}

Result<UnlockedIdentity> Home::unlock(const std::optional<crypto::SecretBytes>& passphrase) const {
  TRY(const SealedIdentity sealed, identity());
  if (sealed.passphrase) {
    if (!passphrase) {
      return fail(ErrorCode::kInvalidArgument,
                  "the identity in {} is protected by a passphrase, and none was given", folder_.string());
    }
    return unlock_with_passphrase(sealed, *passphrase);
  }
  auto bytes = read_private_file(vault_key_file(), kVaultKeyFileBytes);
  if (!bytes && bytes.error().code == ErrorCode::kNotFound) {
    return fail(ErrorCode::kCorrupt,
                "{} is missing, and the identity beside it cannot be opened without; restore it "
                "from a backup",
                vault_key_file().string());
  }
  if (!bytes) return std::unexpected(std::move(bytes).error());
  auto vault_key = parse_vault_key(bytes->view());
  if (!vault_key) return std::unexpected(in_context(std::move(vault_key).error(), vault_key_file().string()));
  return unlock_with_vault_key(sealed, std::move(*vault_key));
}

Result<DeviceKey> Home::open(const std::optional<crypto::SecretBytes>& passphrase) const {
  TRY(auto unlocked, unlock(passphrase));
  return std::move(unlocked.device);
}

Result<> Home::change_passphrase(crypto::Random& random, const std::optional<crypto::SecretBytes>& current,
                                 const std::optional<crypto::SecretBytes>& wanted,
                                 const crypto::PasswordCost& cost) const {
  TRY(const auto keys, unlock(current));
  TRY(const auto sealed, seal_identity(keys, random, wanted, cost));
  if (!wanted) {
    // First, so that an identity never stands without its key.
    const auto key_file = encode_vault_key(keys.vault_key);
    TRY_VOID(write_private_file(vault_key_file(), key_file.view(), Existing::kReplace));
  }
  TRY_VOID(write_private_file(identity_file(), encode_identity(sealed), Existing::kReplace));
  std::error_code error;
  if (wanted) fs::remove(vault_key_file(), error);
  if (!error) return {};
  return fail(ErrorCode::kIo, "{} opens the identity without the passphrase and cannot be removed: {}",
              vault_key_file().string(), error.message());
}

Result<FolderLock> Home::lock() const {
  TRY_VOID(check_private_folder(folder_));
  return FolderLock::acquire(folder_);
}

}  // namespace covey::identity
