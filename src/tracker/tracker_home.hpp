#pragma once
// TrackerHome: the folder of a tracker with its keys: network.key (the seed of the network's Ed25519 key),
// token.key, tls.key and tls.crt, all 0600, made on the first start. Replicas of one network share a copy.
// Blocking; any thread.

#include <filesystem>
#include <optional>

#include "crypto/random.hpp"
#include "http/tls_certificate.hpp"
#include "identity/home.hpp"
#include "tracker/challenge.hpp"
#include "tracker/token.hpp"

namespace covey::tracker {

/// $COVEY_TRACKER_HOME, else $XDG_DATA_HOME/covey-tracker, else $HOME/.local/share/covey-tracker.
/// kInvalidArgument when none is set.
Result<std::filesystem::path> tracker_home_folder(const identity::EnvironmentLookup& variable);

/// A certificate that somebody else looks after.
struct CertificateFiles {
  std::filesystem::path chain;
  std::filesystem::path key;
};

struct TrackerKeys {
  crypto::SigningKey network;
  TokenKey token;
  Challenges challenges;
  http::ServerTls tls;
};

/// Opens the folder, or makes it with fresh keys. What is there is never replaced; kCorrupt names what cannot
/// be read.
Result<TrackerKeys> open_tracker_home(const std::filesystem::path& folder,
                                      const std::optional<CertificateFiles>& certificate,
                                      crypto::Random& random, WallTime now);

}  // namespace covey::tracker
