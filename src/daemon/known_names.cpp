#include "daemon/known_names.hpp"

namespace covey::daemon {

void KnownNames::restore(const KnownName& known) {
  known_.insert_or_assign(Key(known.network, known.name), known);
  by_peer_.insert_or_assign(known.peer, known.name.text());
}

KnownNames::Verdict KnownNames::meet(const KnownName& met) {
  const auto [place, is_new] = known_.emplace(Key(met.network, met.name), met);
  if (is_new) by_peer_.insert_or_assign(met.peer, met.name.text());
  if (is_new) return Verdict::kNew;
  return place->second.peer == met.peer ? Verdict::kKnown : Verdict::kAnothers;
}

std::optional<identity::PeerId> KnownNames::owner(const crypto::PublicKey& network,
                                                  const identity::PeerName& name) const {
  const auto found = known_.find(Key(network, name));
  if (found == known_.end()) return std::nullopt;
  return found->second.peer;
}

std::string KnownNames::name_of(const identity::PeerId& peer) const {
  const auto found = by_peer_.find(peer);
  return found == by_peer_.end() ? std::string() : found->second;
}

bool KnownNames::first_time(const KnownName& met) {
  const auto [place, is_new] = told_.emplace(Key(met.network, met.name), met.peer);
  if (is_new) return true;
  return std::exchange(place->second, met.peer) != met.peer;
}

}  // namespace covey::daemon
