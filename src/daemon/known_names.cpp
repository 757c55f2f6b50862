#include "daemon/known_names.hpp"

namespace covey::daemon {

void KnownNames::restore(const KnownName& known) {
  known_.insert_or_assign(Key(known.network, known.name), known);
}

KnownNames::Verdict KnownNames::meet(const KnownName& met) {
  const auto [place, is_new] = known_.emplace(Key(met.network, met.name), met);
  if (is_new) return Verdict::kNew;
  return place->second.peer == met.peer ? Verdict::kKnown : Verdict::kAnothers;
}

std::optional<identity::PeerId> KnownNames::owner(const crypto::PublicKey& network,
                                                  const identity::PeerName& name) const {
  const auto found = known_.find(Key(network, name));
  if (found == known_.end()) return std::nullopt;
  return found->second.peer;
}

bool KnownNames::first_time(const KnownName& met) {
  const auto [place, is_new] = told_.emplace(Key(met.network, met.name), met.peer);
  if (is_new) return true;
  return std::exchange(place->second, met.peer) != met.peer;
}

}  // namespace covey::daemon
