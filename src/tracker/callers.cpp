#include "tracker/callers.hpp"

namespace covey::tracker {

Callers::Callers(registry::Registry& registry, const TokenKey& key, const Limits& limits, Clock& clock)
    : registry_(registry),
      key_(key),
      limits_(limits),
      clock_(clock),
      tokens_(limits.remembered),
      members_(limits.remembered) {}

Result<identity::PeerId> Callers::check_token(std::string_view token) {
  const WallTime now = clock_.wall();
  if (token.size() > kMaxTokenBytes)
    return fail(ErrorCode::kVerificationFailed, "this token is not one of this tracker's; log in again");
  const crypto::Hash hash = crypto::blake3(as_bytes(token));
  if (const TokenClaims* const known = tokens_.find(hash); known != nullptr && now < known->expires_at)
    return known->peer;
  TRY(const TokenClaims claims, key_.check(token, now));
  tokens_.put(hash, claims);
  return claims.peer;
}

io::Awaitable<Result<std::optional<CallingMember>>> Callers::member(identity::PeerId peer) {
  if (const Looked* const known = members_.find(peer);
      known != nullptr && clock_.steady() - known->at < limits_.member_recheck)
    co_return known->member;
  const SteadyTime asked_at = clock_.steady();
  auto look_up = [peer](registry::Store& store) { return store.member(peer); };
  CO_TRY(const auto found, co_await registry_.read(std::move(look_up)));
  Looked looked{.member = std::nullopt, .at = asked_at};
  if (found) looked.member = CallingMember{.name = found->name, .state = found->state};
  const auto member = looked.member;
  members_.put(peer, std::move(looked));
  co_return member;
}

}  // namespace covey::tracker
