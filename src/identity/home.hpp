#pragma once
// Home: the folder of one peer, with its identity and everything else it keeps.
//
// A home belongs to one user, nobody else writes into it, and its private files have mode 0600; otherwise it
// is refused with the command that mends it. One process at a time works with it (FolderLock). Blocking; any
// thread. Spec: docs/spec/handshake.md, "Keys on disk".

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "identity/private_files.hpp"
#include "identity/vault.hpp"

namespace covey::identity {

using EnvironmentLookup = std::function<std::optional<std::string>(std::string_view name)>;

/// $COVEY_HOME, else $XDG_DATA_HOME/covey, else $HOME/.local/share/covey; empty variables do not count, nor
/// a relative XDG_DATA_HOME. kInvalidArgument when none is set. Looks at nothing but the variables.
Result<std::filesystem::path> home_folder(const EnvironmentLookup& variable);

class Home {
 public:
  /// Looks at nothing yet.
  explicit Home(std::filesystem::path folder) : folder_(std::move(folder)) {}

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] std::filesystem::path identity_file() const { return folder_ / "identity"; }
  /// The name by which new networks and chats shall know this peer; may be missing.
  [[nodiscard]] std::filesystem::path name_file() const { return folder_ / "name"; }
  [[nodiscard]] std::filesystem::path vault_key_file() const { return folder_ / "vault.key"; }

  /// Makes the folder where it is missing, and the keys. kAlreadyExists where there is an identity: keys are
  /// never replaced.
  Result<PeerId> init(crypto::Random& random,
                      const std::optional<crypto::SecretBytes>& passphrase = std::nullopt,
                      const crypto::PasswordCost& cost = {}) const;

  /// Whose home it is, and how it is protected; needs no passphrase. kNotFound before init.
  [[nodiscard]] Result<SealedIdentity> identity() const;
  /// The device key. kInvalidArgument where a passphrase is needed and none was given, kVerificationFailed
  /// where it is wrong.
  [[nodiscard]] Result<DeviceKey> open(
      const std::optional<crypto::SecretBytes>& passphrase = std::nullopt) const;
  /// The same, with the vault key for what else is sealed in this home.
  [[nodiscard]] Result<UnlockedIdentity> unlock(
      const std::optional<crypto::SecretBytes>& passphrase = std::nullopt) const;

  /// Protects the identity by another passphrase from now on, or by none. Whoever has a copy of the home with
  /// the former protection opens that copy still. Errors of unlock() for `current`.
  Result<> change_passphrase(crypto::Random& random, const std::optional<crypto::SecretBytes>& current,
                             const std::optional<crypto::SecretBytes>& wanted,
                             const crypto::PasswordCost& cost = {}) const;

  /// To be held as long as the home is worked with. kAlreadyExists names the process that holds it.
  [[nodiscard]] Result<FolderLock> lock() const;

 private:
  std::filesystem::path folder_;
};

}  // namespace covey::identity
