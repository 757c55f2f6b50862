#include "daemon/node_home.hpp"

#include <cstdlib>

#include "base/log.hpp"

namespace covey::daemon {
namespace {

std::optional<std::string> environment(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace

Result<identity::Home> user_home() {
  TRY(auto folder, identity::home_folder(environment));
  return identity::Home(std::move(folder));
}

std::optional<crypto::SecretBytes> passphrase_from_environment() {
  const auto text = environment("COVEY_PASSPHRASE");
  return text ? std::optional(crypto::SecretBytes::copy_of(as_bytes(*text))) : std::nullopt;
}

std::unique_ptr<content::LayerCache> open_layer_cache(const identity::Home& home) {
  std::error_code error;
  if (!std::filesystem::exists(home.identity_file(), error)) return nullptr;
  auto cache = content::DirectoryLayerCache::open(home.folder() / "layers");
  if (!cache) {
    log::warn("sharing without the cache of earlier hashes: {}", to_string(cache.error()));
    return nullptr;
  }
  return std::move(*cache);
}

}  // namespace covey::daemon
