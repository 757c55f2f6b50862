#pragma once
// Callers: who a request comes from. Tokens that were checked once are remembered until they expire, by hash,
// and what the database says of a peer for a moment (Limits::member_recheck), after which a ban takes hold.
// Both tables are bounded. Network thread.

#include <optional>

#include "base/clock.hpp"
#include "base/recent_map.hpp"
#include "base/result.hpp"
#include "crypto/hash.hpp"
#include "io/coroutine.hpp"
#include "registry/registry.hpp"
#include "tracker/limits.hpp"
#include "tracker/token.hpp"

namespace covey::tracker {

/// What a route needs to know of a member that calls.
struct CallingMember {
  identity::PeerName name;
  registry::MemberState state;
};

class Callers {
 public:
  Callers(registry::Registry& registry, const TokenKey& key, const Limits& limits, Clock& clock);

  /// Whose token this is. kVerificationFailed, kExpired.
  Result<identity::PeerId> check_token(std::string_view token);
  /// Nothing when the peer is not registered.
  io::Awaitable<Result<std::optional<CallingMember>>> member(identity::PeerId peer);
  /// Its state was changed by this process.
  void forget(const identity::PeerId& peer) { members_.erase(peer); }

 private:
  struct Looked {
    std::optional<CallingMember> member;
    SteadyTime at;
  };

  registry::Registry& registry_;
  const TokenKey& key_;
  const Limits& limits_;
  Clock& clock_;
  RecentMap<crypto::Hash, TokenClaims> tokens_;
  RecentMap<identity::PeerId, Looked> members_;
};

}  // namespace covey::tracker
