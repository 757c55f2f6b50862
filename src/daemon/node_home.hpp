#pragma once
// What the programs take from the home of this user.

#include <memory>

#include "content/layer_cache.hpp"
#include "identity/home.hpp"

namespace covey::daemon {

/// The home of this process's environment. kInvalidArgument when the environment names none.
Result<identity::Home> user_home();
/// COVEY_PASSPHRASE, if it is set.
std::optional<crypto::SecretBytes> passphrase_from_environment();
/// The home's cache of piece layers; null when there is no home, so that one-shot programs leave nothing
/// behind.
std::unique_ptr<content::LayerCache> open_layer_cache(const identity::Home& home);

}  // namespace covey::daemon
