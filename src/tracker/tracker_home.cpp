#include "tracker/tracker_home.hpp"

#include <functional>

#include "identity/private_files.hpp"

namespace covey::tracker {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxKeyFile = 16 * 1024;

/// What the file holds; where there is none, what `make` gives is stored first. Another replica that shares
/// the folder may be faster, and then its key is the one.
Result<crypto::SecretBytes> read_or_make(const fs::path& file,
                                         const std::function<Result<crypto::SecretBytes>()>& make) {
  auto held = identity::read_private_file(file, kMaxKeyFile);
  if (held || held.error().code != ErrorCode::kNotFound) return held;
  TRY(const crypto::SecretBytes fresh, make());
  const auto written = identity::write_private_file(file, fresh.view(), identity::Existing::kRefuse);
  if (!written && written.error().code != ErrorCode::kAlreadyExists) return std::unexpected(written.error());
  return identity::read_private_file(file, kMaxKeyFile);
}

Result<crypto::SigningKey> network_key(const fs::path& folder, crypto::Random& random) {
  const fs::path file = folder / "network.key";
  TRY(auto seed, read_or_make(file, [&]() -> Result<crypto::SecretBytes> {
        return random.secret(crypto::SigningKey::kSeedBytes);
      }));
  auto key = crypto::SigningKey::from_seed(std::move(seed));
  if (!key) return fail(ErrorCode::kCorrupt, "{} is no network key; put its copy back", file.string());
  return key;
}

Result<TokenKey> token_key(const crypto::SecretBytes& pem, const fs::path& file,
                           const crypto::PublicKey& network) {
  auto key = TokenKey::from_pem(pem.view(), network);
  if (!key) {
    return fail(ErrorCode::kCorrupt,
                "{} is no P-256 key; put its copy back, or delete it: peers then log in again",
                file.string());
  }
  return key;
}

Result<http::ServerTls> own_tls(const fs::path& folder, WallTime now) {
  const fs::path key_file = folder / "tls.key";
  const fs::path chain_file = folder / "tls.crt";
  TRY(const auto key, read_or_make(key_file, &http::make_tls_key));
  TRY(const auto chain, read_or_make(chain_file, [&]() -> Result<crypto::SecretBytes> {
        TRY(const Bytes made, http::make_self_signed(key.view(), now, "covey-tracker"));
        return crypto::SecretBytes::copy_of(made);
      }));
  auto tls = http::make_server_tls(chain.view(), key.view());
  if (!tls) return std::unexpected(in_context(std::move(tls).error(), chain_file.string()));
  return tls;
}

Result<http::ServerTls> given_tls(const CertificateFiles& files) {
  TRY(const Bytes chain, http::read_chain(files.chain));
  TRY(const auto key, identity::read_private_file(files.key, kMaxKeyFile));
  auto tls = http::make_server_tls(chain, key.view());
  if (!tls) return std::unexpected(in_context(std::move(tls).error(), files.chain.string()));
  return tls;
}

}  // namespace

Result<fs::path> tracker_home_folder(const identity::EnvironmentLookup& variable) {
  const auto set = [&](std::string_view name) {
    auto value = variable(name);
    return value && !value->empty() ? value : std::nullopt;
  };
  if (const auto own = set("COVEY_TRACKER_HOME")) return fs::path(*own);
  if (const auto data = set("XDG_DATA_HOME"); data && fs::path(*data).is_absolute())
    return fs::path(*data) / "covey-tracker";
  if (const auto home = set("HOME")) return fs::path(*home) / ".local" / "share" / "covey-tracker";
  return fail(ErrorCode::kInvalidArgument,
              "neither COVEY_TRACKER_HOME nor HOME is set; say with --home DIR where the keys are kept");
}

Result<TrackerKeys> open_tracker_home(const fs::path& folder,
                                      const std::optional<CertificateFiles>& certificate,
                                      crypto::Random& random, WallTime now) {
  TRY_VOID(identity::make_private_folder(folder));
  TRY(auto network, network_key(folder, random));
  const crypto::PublicKey network_id = network.public_key();
  const fs::path token_file = folder / "token.key";
  TRY(const auto token_pem, read_or_make(token_file, [&]() -> Result<crypto::SecretBytes> {
        TRY(const TokenKey fresh, TokenKey::generate(network_id));
        return fresh.to_pem();
      }));
  TRY(auto token, token_key(token_pem, token_file, network_id));
  TRY(auto tls, certificate ? given_tls(*certificate) : own_tls(folder, now));
  return TrackerKeys{.network = std::move(network),
                     .token = std::move(token),
                     .challenges = Challenges(token_pem.view()),
                     .tls = std::move(tls)};
}

}  // namespace covey::tracker
