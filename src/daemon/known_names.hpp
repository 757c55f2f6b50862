#pragma once
// KnownNames: whose each name was when this peer first met it. A name that another peer suddenly has is not
// believed: the peer that was known keeps it here, and an alert is raised. Not synchronised; on the network
// thread.

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "daemon/joined_network.hpp"

namespace covey::daemon {

class KnownNames {
 public:
  enum class Verdict : std::uint8_t {
    kNew,       // remembered now, and to be kept
    kKnown,     // as before
    kAnothers,  // the name was another peer's: do not believe it
  };

  void restore(const KnownName& known);
  /// What a tracker says about a name.
  Verdict meet(const KnownName& met);
  /// Whose it was when it was first met.
  [[nodiscard]] std::optional<identity::PeerId> owner(const crypto::PublicKey& network,
                                                      const identity::PeerName& name) const;
  /// The name by which it is known in some network; empty: none.
  [[nodiscard]] std::string name_of(const identity::PeerId& peer) const;
  /// Whether this conflict is told for the first time in this run; so that one lie makes one alert.
  bool first_time(const KnownName& met);

 private:
  using Key = std::pair<crypto::PublicKey, identity::PeerName>;
  std::map<Key, KnownName> known_;
  std::map<identity::PeerId, std::string> by_peer_;
  std::map<Key, identity::PeerId> told_;
};

}  // namespace covey::daemon
