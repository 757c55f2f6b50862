// Registration of names, and members as others see them.

#include "crypto/hash.hpp"
#include "registry/name_rules.hpp"
#include "tracker/answers.hpp"
#include "tracker/handlers.hpp"
#include "tracker/invite_code.hpp"
#include "tracker/json_body.hpp"
#include "tracker/membership_records.hpp"

namespace covey::tracker {
namespace {

constexpr std::size_t kMaxClaimBytes = 256;
constexpr std::chrono::hours kMaxClaimAge{24};

struct Application {
  identity::SignedNameClaim claim;
  identity::NameClaim fields;
  std::optional<crypto::Hash> invite;
};

Result<Application> read_application(std::string_view text) {
  TRY(const JsonBody body, JsonBody::parse(text));
  identity::SignedNameClaim claim;
  TRY(claim.payload, body.bytes("claim", kMaxClaimBytes));
  TRY(claim.signature, body.fixed<crypto::Signature>("signature"));
  TRY(auto fields, identity::verify(claim));
  TRY(const auto invite, body.optional_text("invite"));
  Application out{.claim = std::move(claim), .fields = std::move(fields), .invite = std::nullopt};
  if (invite) out.invite = hash_of_invite(*invite);
  return out;
}

Result<> check_claim(const identity::NameClaim& claim, const identity::PeerId& caller,
                     const crypto::PublicKey& network, WallTime now) {
  if (claim.network != network)
    return fail(ErrorCode::kVerificationFailed, "this claim is for another network");
  if (claim.peer != caller) return fail(ErrorCode::kVerificationFailed, "this claim is another peer's");
  if (claim.claimed_at > now + identity::kClockTolerance || claim.claimed_at < now - kMaxClaimAge) {
    return fail(ErrorCode::kExpired,
                "this claim was not made today; compare the clocks of both machines and register again");
  }
  if (registry::is_reserved(claim.name)) {
    return fail(ErrorCode::kRefused, "the name '{}' is reserved, or looks like one that is; choose another",
                claim.name.text());
  }
  return {};
}

registry::NewMember new_member(Application application) {
  return registry::NewMember{.claim = std::move(application.claim.payload),
                             .claim_signature = application.claim.signature,
                             .peer = application.fields.peer,
                             .name = application.fields.name,
                             .lookalike = registry::lookalike_of(application.fields.name),
                             .state = registry::MemberState::kActive,
                             .invite = application.invite};
}

/// What the registration of this network makes of an application. An invite counts as an approval; where
/// anybody may come it is left unspent.
Result<std::optional<registry::Member>> admit(registry::Store& store, registry::NewMember member,
                                              WallTime now) {
  TRY(const auto registration, store.registration());
  if (registration == registry::Registration::kOpen) member.invite.reset();
  if (registration == registry::Registration::kApproval && !member.invite)
    member.state = registry::MemberState::kWaiting;
  if (registration == registry::Registration::kInvite && !member.invite) {
    // Who is registered already may repeat it without a code.
    TRY(auto known, store.member(member.peer));
    if (known && known->name == member.name) return known;
    return fail(ErrorCode::kRefused,
                "this network takes members by invitation; ask its administrator for a code");
  }
  return store.add_member(member, now);
}

Result<std::optional<registry::Member>> find_member(registry::Store& store, const std::string& who) {
  if (const auto name = identity::PeerName::parse(who)) return store.member(*name);
  TRY(const auto peer, identity::PeerId::parse(who));
  return store.member(peer);
}

std::unexpected<Error> no_such_member(std::string_view who) {
  return fail(ErrorCode::kNotFound, "there is no member '{}' in this network", who);
}

}  // namespace

Answer post_members(Tracker& tracker, Call call) {
  ANSWER_TRY(Application application, read_application(call.body));
  const WallTime now = tracker.clock.wall();
  ANSWER_TRY_VOID(check_claim(application.fields, call.peer, tracker.keys.network.public_key(), now));
  auto work = [member = new_member(std::move(application)), now](registry::Store& store) {
    return admit(store, member, now);
  };
  const auto admitted = co_await tracker.registry.write(call.peer, std::move(work));
  tracker.callers.forget(call.peer);
  if (!admitted) co_return error_response(admitted.error());
  const auto& member = *admitted;
  if (member->state == registry::MemberState::kBanned)
    co_return error_response({ErrorCode::kRefused, "this peer is banned from this network"});
  JsonLine line(1024);
  if (member->state == registry::MemberState::kWaiting) {
    line.open('{').key("state").text(name_of(member->state)).close('}');
    co_return json_response(202, line);
  }
  line.open('{').key("membership").bytes(fresh_membership(*member, tracker.keys.network, now)).close('}');
  co_return json_response(201, line);
}

Answer get_own_member(Tracker& tracker, Call call) {
  auto look = [peer = call.peer](registry::Store& store) { return store.member(peer); };
  ANSWER_TRY(const auto member, co_await tracker.registry.read(std::move(look)));
  if (!member) {
    co_return error_response(
        {ErrorCode::kNotFound, "this peer is not registered in this network; register a name"});
  }
  JsonLine line(1024);
  line.open('{').key("state").text(name_of(member->state)).key("name").text(member->name.text());
  if (member->state == registry::MemberState::kActive) {
    line.key("membership").bytes(fresh_membership(*member, tracker.keys.network, tracker.clock.wall()));
  }
  line.close('}');
  co_return json_response(200, line);
}

Answer get_member(Tracker& tracker, Call call) {
  using Found = std::pair<std::optional<registry::Member>, std::optional<registry::Presence>>;
  const WallTime now = tracker.clock.wall();
  auto look = [who = call.id, now](registry::Store& store) -> Result<Found> {
    TRY(auto member, find_member(store, who));
    if (!member || member->state != registry::MemberState::kActive) return no_such_member(who);
    TRY(auto presence, store.presence(member->peer, now));
    return Found{std::move(member), std::move(presence)};
  };
  ANSWER_TRY(const auto found, co_await tracker.registry.read(std::move(look)));
  const auto& [member, presence] = found;
  JsonLine line(1024);
  line.open('{').key("peer_id").text(member->peer.to_text()).key("name").text(member->name.text());
  line.key("membership").bytes(fresh_membership(*member, tracker.keys.network, now));
  line.key("online").truth(presence.has_value()).key("addresses");
  write_addresses(line, presence ? presence->addresses : std::vector<access::Endpoint>());
  line.close('}');
  co_return json_response(200, line);
}

}  // namespace covey::tracker
