#include "discovery/tracker_client.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/cursor.hpp"
#include "base/encoding.hpp"
#include "crypto/base64.hpp"

namespace covey::discovery {
namespace {

using Json = nlohmann::json;
using namespace std::chrono_literals;

constexpr long kFirstRefusal = 300;
constexpr long kUnauthorized = 401;
/// A token that is about to end is not used any more.
constexpr auto kTokenMargin = 30s;

Error error_of(const TrackerAnswer& answer) {
  Error error = read_error(answer.body, answer.status);
  if (answer.retry_after && error.context.find("try again") == std::string::npos)
    error.context += fmt::format("; try again in {} s", answer.retry_after->count());
  return error;
}

std::string share_path(const access::ShareId& share) {
  return "/shares/" + access::to_text(share);
}

Json texts_of(std::span<const access::Endpoint> addresses) {
  Json out = Json::array();
  for (const access::Endpoint& address : addresses.first(std::min(addresses.size(), kMaxAddressesOfPeer)))
    out.push_back(address.to_text());
  return out;
}

Result<> done(const Result<std::string>& body) {
  if (!body) return std::unexpected(body.error());
  return {};
}

}  // namespace

TrackerClient::TrackerClient(identity::NetworkLink link, const identity::DeviceKey& device,
                             const Clock& clock, ChannelDeadlines deadlines)
    : network_(link.network), device_(&device), clock_(&clock), channel_(std::move(link), deadlines) {}

bool TrackerClient::must_log_in() const {
  return token_.empty() || clock_->steady() + kTokenMargin >= token_ends_;
}

Result<> TrackerClient::log_in() {
  const std::string id = device_->peer_id().to_text();
  const Json wish{{"peer_id", id}};
  TRY(const auto asked,
      channel_.ask({.method = "POST", .path = "/login/challenge", .body = wish.dump(), .token = {}}));
  if (asked.status >= kFirstRefusal) return std::unexpected(error_of(asked));
  TRY(const Bytes challenge, read_challenge(asked.body));
  ByteWriter message;
  message.raw(network_.view()).raw(device_->peer_id().bytes()).raw(challenge);
  const auto signature = device_->sign(crypto::kTrackerLoginLabel, message.bytes());
  const Json proof{{"peer_id", id},
                   {"challenge", crypto::to_base64url(challenge)},
                   {"signature", crypto::to_base64url(signature.view())}};
  TRY(const auto answer,
      channel_.ask({.method = "POST", .path = "/login", .body = proof.dump(), .token = {}}));
  if (answer.status >= kFirstRefusal) return std::unexpected(error_of(answer));
  TRY(auto login, read_login(answer.body));
  token_ = std::move(login.token);
  token_ends_ = clock_->steady() + login.expires_in;
  return {};
}

Result<std::string> TrackerClient::call(TrackerRequest request) {
  const bool fresh = must_log_in();
  if (fresh) TRY_VOID(log_in());
  request.token = token_;
  TRY(auto answer, channel_.ask(request));
  if (answer.status == kUnauthorized && !fresh) {
    // Another tracker of the network, or one with a new key.
    TRY_VOID(log_in());
    request.token = token_;
    TRY(answer, channel_.ask(request));
  }
  if (answer.status >= kFirstRefusal) return std::unexpected(error_of(answer));
  return std::move(answer.body);
}

Result<OwnMembership> TrackerClient::join(const identity::PeerName& name, std::string_view invite) {
  const identity::NameClaim claim{
      .network = network_, .peer = device_->peer_id(), .name = name, .claimed_at = clock_->wall()};
  const auto signed_claim = identity::sign(claim, *device_);
  Json wish{{"claim", crypto::to_base64url(signed_claim.payload)},
            {"signature", crypto::to_base64url(signed_claim.signature.view())}};
  if (!invite.empty()) wish["invite"] = invite;
  TRY(const auto body, call({.method = "POST", .path = "/members", .body = wish.dump(), .token = {}}));
  TRY(auto own, read_own_membership(body, network_, clock_->wall()));
  if (own.membership && (own.membership->claim.peer != claim.peer || own.membership->claim.name != name))
    return fail(ErrorCode::kPeerMisbehaved, "the tracker gave a membership for somebody else");
  // Its answer is as fresh as the name; the token still says what this peer was before.
  token_.clear();
  return own;
}

Result<OwnMembership> TrackerClient::renew() {
  TRY(const auto body, call({.method = "GET", .path = "/members/me", .body = {}, .token = {}}));
  TRY(auto own, read_own_membership(body, network_, clock_->wall()));
  if (own.membership && own.membership->claim.peer != device_->peer_id())
    return fail(ErrorCode::kPeerMisbehaved, "the tracker gave the membership of somebody else");
  return own;
}

Result<FoundPeer> TrackerClient::peer(const identity::PeerName& name) {
  TRY(const auto body, call({.method = "GET", .path = "/members/" + name.text(), .body = {}, .token = {}}));
  TRY(auto found, read_peer(body, network_, clock_->wall()));
  if (found.name != name) return fail(ErrorCode::kPeerMisbehaved, "the tracker answered with another name");
  return found;
}

Result<FoundPeer> TrackerClient::peer(const identity::PeerId& id) {
  TRY(const auto body, call({.method = "GET", .path = "/members/" + id.to_text(), .body = {}, .token = {}}));
  TRY(auto found, read_peer(body, network_, clock_->wall()));
  if (found.peer != id) return fail(ErrorCode::kPeerMisbehaved, "the tracker answered with another peer");
  return found;
}

Result<PeerPage> TrackerClient::peers(std::string_view after) {
  std::string path = "/peers?limit=100";
  if (!after.empty()) path += "&after=" + percent_encoded(after);
  TRY(const auto body, call({.method = "GET", .path = std::move(path), .body = {}, .token = {}}));
  return read_peers(body);
}

Result<std::chrono::seconds> TrackerClient::appear(std::span<const access::Endpoint> addresses) {
  const Json wish{{"addresses", texts_of(addresses)}};
  TRY(const auto body, call({.method = "PUT", .path = "/presence", .body = wish.dump(), .token = {}}));
  return read_lease(body);
}

Result<> TrackerClient::disappear() {
  return done(call({.method = "DELETE", .path = "/presence", .body = {}, .token = {}}));
}

Result<> TrackerClient::announce(const access::ShareId& share, const access::SignedShareListing& listing,
                                 std::span<const identity::PeerId> audience) {
  Json ids = Json::array();
  for (const identity::PeerId& peer : audience) ids.push_back(peer.to_text());
  const Json wish{{"listing", crypto::to_base64url(listing.payload)},
                  {"signature", crypto::to_base64url(listing.signature.view())},
                  {"audience", std::move(ids)}};
  return done(call({.method = "PUT", .path = share_path(share), .body = wish.dump(), .token = {}}));
}

Result<> TrackerClient::withdraw(const access::ShareId& share) {
  return done(call({.method = "DELETE", .path = share_path(share), .body = {}, .token = {}}));
}

Result<FoundShare> TrackerClient::share(const access::ShareId& share) {
  TRY(const auto body, call({.method = "GET", .path = share_path(share), .body = {}, .token = {}}));
  TRY(auto found, read_share(body, network_, clock_->wall()));
  if (found.verified.share.share_id != share)
    return fail(ErrorCode::kPeerMisbehaved, "the tracker answered with another share");
  return found;
}

Result<std::chrono::seconds> TrackerClient::provide(const access::ShareId& share) {
  TRY(const auto body,
      call({.method = "PUT", .path = share_path(share) + "/provider", .body = {}, .token = {}}));
  return read_lease(body);
}

Result<> TrackerClient::stop_providing(const access::ShareId& share) {
  return done(call({.method = "DELETE", .path = share_path(share) + "/provider", .body = {}, .token = {}}));
}

Result<SharePage> TrackerClient::search(const ShareQuery& query) {
  std::string path = fmt::format("/shares?q={}&limit={}", percent_encoded(query.words), query.limit);
  if (query.owner) path += "&owner=" + query.owner->to_text();
  if (!query.after.empty()) path += "&after=" + percent_encoded(query.after);
  TRY(const auto body, call({.method = "GET", .path = std::move(path), .body = {}, .token = {}}));
  return read_shares(body, network_, clock_->wall());
}

Result<> TrackerClient::send(const OutgoingMessage& message) {
  const Json wish{{"to", message.to.to_text()},
                  {"kind", message.kind},
                  {"body", crypto::to_base64url(message.body)},
                  {"hold_seconds", message.hold.count()}};
  return done(call({.method = "POST", .path = "/messages", .body = wish.dump(), .token = {}}));
}

Result<> TrackerClient::acknowledge(std::span<const std::uint64_t> ids) {
  const Json wish{{"ids", std::vector<std::uint64_t>(ids.begin(), ids.end())}};
  return done(call({.method = "POST", .path = "/messages/acknowledge", .body = wish.dump(), .token = {}}));
}

Result<> TrackerClient::listen(const std::function<bool(ReceivedMessage)>& on_message) {
  if (must_log_in()) TRY_VOID(log_in());
  std::optional<Error> problem;
  const auto on_line = [&](std::string_view line) {
    auto message = read_message(line);
    if (!message) problem = std::move(message).error();
    return message && on_message(std::move(*message));
  };
  const TrackerRequest request{.method = "GET", .path = "/events", .body = {}, .token = token_};
  TRY(const auto answer, channel_.stream(request, on_line));
  if (problem) return std::unexpected(std::move(*problem));
  if (answer.status == kUnauthorized) token_.clear();
  if (answer.status >= kFirstRefusal) return std::unexpected(error_of(answer));
  return {};
}

}  // namespace covey::discovery
