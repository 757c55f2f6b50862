// The network itself, and how a peer gets a token.

#include "base/version.hpp"
#include "crypto/base64.hpp"
#include "tracker/answers.hpp"
#include "tracker/handlers.hpp"
#include "tracker/json_body.hpp"
#include "tracker/membership_records.hpp"

namespace covey::tracker {
namespace {

struct LoginRequest {
  identity::PeerId peer;
  Challenge challenge;
  crypto::Signature signature;
};

Result<identity::PeerId> read_peer(const JsonBody& body) {
  TRY(const auto text, body.text("peer_id"));
  return identity::PeerId::parse(text);
}

Result<LoginRequest> read_login(std::string_view text) {
  TRY(const JsonBody body, JsonBody::parse(text));
  LoginRequest out;
  TRY(out.peer, read_peer(body));
  TRY(out.challenge, body.fixed<Challenge>("challenge"));
  TRY(out.signature, body.fixed<crypto::Signature>("signature"));
  return out;
}

Result<> check_signature(const LoginRequest& login, const crypto::PublicKey& network) {
  if (!crypto::verify(login.peer.public_key(), crypto::kTrackerLoginLabel,
                      login_message(network, login.peer, login.challenge), login.signature))
    return fail(ErrorCode::kVerificationFailed, "the signature is not this peer's over this challenge");
  return {};
}

http::Response logged_in(const std::string& token, const std::optional<registry::Member>& member) {
  JsonLine line(512);
  line.open('{').key("token").text(token).key("expires_in").number(std::uint64_t{kTokenLife.count()});
  line.key("state").text(member ? name_of(member->state) : "unknown");
  if (member) line.key("name").text(member->name.text());
  line.close('}');
  return json_response(200, line);
}

}  // namespace

Answer get_network(Tracker& tracker, Call /*call*/) {
  auto ask = [](registry::Store& store) { return store.registration(); };
  ANSWER_TRY(const auto registration, co_await tracker.registry.read(std::move(ask)));
  JsonLine line(512);
  line.open('{').key("network").bytes(tracker.keys.network.public_key().view());
  line.key("registration").text(name_of(registration)).key("version").text(kVersion);
  line.key("link").text(tracker.link).close('}');
  co_return json_response(200, line);
}

Answer post_login_challenge(Tracker& tracker, Call call) {
  ANSWER_TRY(const JsonBody body, JsonBody::parse(call.body));
  ANSWER_TRY(const auto peer, read_peer(body));
  const Challenge challenge = tracker.keys.challenges.make(peer, tracker.random, tracker.clock.wall());
  JsonLine line;
  line.open('{').key("challenge").bytes(challenge.view());
  line.key("expires_in").number(std::uint64_t{kChallengeLife.count()}).close('}');
  co_return json_response(200, line);
}

Answer post_login(Tracker& tracker, Call call) {
  ANSWER_TRY(const LoginRequest login, read_login(call.body));
  const WallTime now = tracker.clock.wall();
  ANSWER_TRY(const WallTime expires_at, tracker.keys.challenges.check(login.challenge, login.peer, now));
  ANSWER_TRY_VOID(check_signature(login, tracker.keys.network.public_key()));
  auto spend = [login, expires_at](registry::Store& store) -> Result<std::optional<registry::Member>> {
    TRY_VOID(store.use_challenge(login.challenge.view(), expires_at));
    return store.member(login.peer);
  };
  const auto member = co_await tracker.registry.write(login.peer, std::move(spend));
  if (!member && member.error().code == ErrorCode::kAlreadyExists)
    co_return error_response(
        403, {ErrorCode::kRefused, "this challenge has been answered before; ask for another"});
  if (!member) co_return error_response(member.error());
  if (*member && (*member)->state == registry::MemberState::kBanned)
    co_return error_response({ErrorCode::kRefused, "this peer is banned from this network"});
  ANSWER_TRY(const auto token, tracker.keys.token.issue(login.peer, now));
  co_return logged_in(token, *member);
}

}  // namespace covey::tracker
