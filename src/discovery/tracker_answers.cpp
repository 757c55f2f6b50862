#include "discovery/tracker_answers.hpp"

#include <nlohmann/json.hpp>

#include "crypto/base64.hpp"

namespace covey::discovery {
namespace {

using Json = nlohmann::json;

constexpr int kMaxDepth = 8;
constexpr std::size_t kMaxTokenBytes = 4096;
constexpr std::size_t kMaxCursorBytes = 256;

std::unexpected<Error> no_sense(std::string_view field) {
  return fail(ErrorCode::kMalformed, "the tracker's answer makes no sense: '{}'", field);
}

Result<Json> parse(std::string_view text) {
  bool too_deep = false;
  const auto within_depth = [&](int depth, Json::parse_event_t /*event*/, Json& /*parsed*/) {
    too_deep = too_deep || depth > kMaxDepth;
    return !too_deep;
  };
  Json json = Json::parse(text, within_depth, /*allow_exceptions=*/false);
  if (too_deep || !json.is_object())
    return fail(ErrorCode::kMalformed, "the tracker's answer is no JSON object");
  return json;
}

Result<std::string> text_in(const Json& json, const char* field, std::size_t limit) {
  const auto found = json.find(field);
  if (found == json.end() || !found->is_string()) return no_sense(field);
  const auto& text = found->get_ref<const std::string&>();
  if (text.size() > limit) return no_sense(field);
  return text;
}

/// Empty where the field is missing.
Result<std::string> optional_text_in(const Json& json, const char* field, std::size_t limit) {
  if (!json.contains(field)) return std::string();
  return text_in(json, field, limit);
}

Result<Bytes> bytes_in(const Json& json, const char* field, std::size_t limit) {
  TRY(const auto text, text_in(json, field, limit * 2 + 4));
  auto bytes = crypto::from_base64url(text);
  if (!bytes || bytes->size() > limit) return no_sense(field);
  return bytes;
}

Result<std::uint64_t> number_in(const Json& json, const char* field) {
  const auto found = json.find(field);
  if (found == json.end() || !found->is_number_unsigned()) return no_sense(field);
  return found->get<std::uint64_t>();
}

Result<std::chrono::seconds> seconds_in(const Json& json, const char* field) {
  constexpr std::uint64_t kMost = 366UL * 24 * 3600;
  TRY(const auto number, number_in(json, field));
  if (number > kMost) return no_sense(field);
  return std::chrono::seconds(number);
}

/// False where the field is missing.
bool flag_in(const Json& json, const char* field) {
  const auto found = json.find(field);
  return found != json.end() && found->is_boolean() && found->get<bool>();
}

Result<const Json*> list_in(const Json& json, const char* field, std::size_t limit) {
  const auto found = json.find(field);
  if (found == json.end() || !found->is_array() || found->size() > limit) return no_sense(field);
  return &*found;
}

Result<identity::PeerId> peer_in(const Json& json, const char* field) {
  constexpr std::size_t kMaxText = 100;
  TRY(const auto text, text_in(json, field, kMaxText));
  auto peer = identity::PeerId::parse(text);
  if (!peer) return no_sense(field);
  return peer;
}

Result<identity::PeerName> name_in(const Json& json, const char* field) {
  TRY(const auto text, text_in(json, field, 32));
  auto name = identity::PeerName::parse(text);
  if (!name) return no_sense(field);
  return name;
}

/// The first few that are addresses at all.
std::vector<access::Endpoint> addresses_in(const Json& json) {
  std::vector<access::Endpoint> out;
  const auto found = json.find("addresses");
  if (found == json.end() || !found->is_array()) return out;
  for (const Json& text : *found) {
    if (out.size() == kMaxAddressesOfPeer) break;
    if (!text.is_string()) continue;
    const auto address = access::Endpoint::parse(text.get_ref<const std::string&>());
    if (address && address->port() != 0 && !address->is_unspecified()) out.push_back(*address);
  }
  return out;
}

Result<Standing> standing_in(const Json& json) {
  TRY(const auto text, text_in(json, "state", 16));
  if (text == "unknown") return Standing::kUnknown;
  if (text == "active") return Standing::kActive;
  if (text == "waiting") return Standing::kWaiting;
  if (text == "banned") return Standing::kBanned;
  return no_sense("state");
}

Result<PresentPeer> present_peer(const Json& json) {
  if (!json.is_object()) return no_sense("peers");
  TRY(const auto peer, peer_in(json, "peer_id"));
  TRY(auto name, name_in(json, "name"));
  return PresentPeer{.peer = peer, .name = std::move(name), .addresses = addresses_in(json)};
}

Result<std::vector<PresentPeer>> present_peers(const Json& json, const char* field, std::size_t limit) {
  TRY(const Json* const list, list_in(json, field, limit));
  std::vector<PresentPeer> out;
  for (const Json& entry : *list) {
    TRY(auto peer, present_peer(entry));
    out.push_back(std::move(peer));
  }
  return out;
}

Result<FoundShare> share_in(const Json& json, const crypto::PublicKey& network, WallTime now) {
  if (!json.is_object()) return no_sense("shares");
  access::SignedShareListing listing;
  TRY(listing.payload, bytes_in(json, "listing", access::kMaxShareListingBytes));
  TRY(const Bytes signature, bytes_in(json, "signature", crypto::Signature::kSize));
  if (signature.size() != crypto::Signature::kSize) return no_sense("signature");
  listing.signature = crypto::Signature::from(signature);
  TRY(auto name, name_in(json, "owner_name"));
  TRY(auto verified, access::verify(listing, network, now));
  FoundShare out{.verified = std::move(verified),
                 .owner_name = std::move(name),
                 .owner_online = flag_in(json, "owner_online"),
                 .providers = {}};
  if (json.contains("providers")) {
    TRY(out.providers, present_peers(json, "providers", kMaxProviders));
  }
  return out;
}

}  // namespace

Result<Bytes> read_challenge(std::string_view json) {
  TRY(const Json answer, parse(json));
  TRY(Bytes challenge, bytes_in(answer, "challenge", 256));
  return challenge;
}

Result<LoginAnswer> read_login(std::string_view json) {
  TRY(const Json answer, parse(json));
  LoginAnswer out;
  TRY(out.token, text_in(answer, "token", kMaxTokenBytes));
  for (const char c : out.token) {
    if (c <= ' ' || c > '~') return no_sense("token");
  }
  TRY(out.expires_in, seconds_in(answer, "expires_in"));
  TRY(out.standing, standing_in(answer));
  return out;
}

Result<OwnMembership> read_own_membership(std::string_view json, const crypto::PublicKey& network,
                                          WallTime now) {
  TRY(const Json answer, parse(json));
  OwnMembership out;
  if (answer.contains("state")) {
    TRY(out.standing, standing_in(answer));
  }
  if (!answer.contains("membership")) return out;
  TRY(out.record, bytes_in(answer, "membership", identity::kMaxMembershipBytes));
  TRY(out.membership, identity::verify_membership(out.record, network, now));
  out.standing = Standing::kActive;
  return out;
}

Result<FoundPeer> read_peer(std::string_view json, const crypto::PublicKey& network, WallTime now) {
  TRY(const Json answer, parse(json));
  TRY(const auto peer, peer_in(answer, "peer_id"));
  TRY(const Bytes record, bytes_in(answer, "membership", identity::kMaxMembershipBytes));
  TRY(auto membership, identity::verify_membership(record, network, now));
  if (membership.claim.peer != peer)
    return fail(ErrorCode::kVerificationFailed, "the tracker shows one peer and the membership of another");
  return FoundPeer{.peer = peer,
                   .name = std::move(membership.claim.name),
                   .serial = membership.serial,
                   .online = flag_in(answer, "online"),
                   .addresses = addresses_in(answer)};
}

Result<PeerPage> read_peers(std::string_view json) {
  TRY(const Json answer, parse(json));
  PeerPage out;
  TRY(out.peers, present_peers(answer, "peers", kMaxPageEntries));
  TRY(out.next, optional_text_in(answer, "next", kMaxCursorBytes));
  return out;
}

Result<FoundShare> read_share(std::string_view json, const crypto::PublicKey& network, WallTime now) {
  TRY(const Json answer, parse(json));
  return share_in(answer, network, now);
}

Result<SharePage> read_shares(std::string_view json, const crypto::PublicKey& network, WallTime now) {
  TRY(const Json answer, parse(json));
  TRY(const Json* const list, list_in(answer, "shares", kMaxPageEntries));
  SharePage out;
  for (const Json& entry : *list) {
    auto share = share_in(entry, network, now);
    if (share) {
      out.shares.push_back(std::move(*share));
    } else {
      ++out.refused;
    }
  }
  TRY(out.next, optional_text_in(answer, "next", kMaxCursorBytes));
  TRY(out.total, number_in(answer, "total"));
  out.total_is_exact = flag_in(answer, "total_is_exact");
  return out;
}

Result<ReceivedMessage> read_message(std::string_view line) {
  TRY(const Json json, parse(line));
  const auto found = json.find("message");
  if (found == json.end() || !found->is_object()) return no_sense("message");
  ReceivedMessage out;
  TRY(out.id, number_in(*found, "id"));
  TRY(out.from, peer_in(*found, "from"));
  TRY(out.kind, text_in(*found, "kind", 32));
  TRY(out.body, bytes_in(*found, "body", kMaxMessageBytes));
  TRY(const auto sent_at, number_in(*found, "sent_at"));
  out.sent_at = from_unix_ms(static_cast<std::int64_t>(sent_at & 0xffff'ffff'ffffULL));
  return out;
}

Result<std::chrono::seconds> read_lease(std::string_view json) {
  TRY(const Json answer, parse(json));
  return seconds_in(answer, "expires_in");
}

Error read_error(std::string_view json, long status) {
  const auto answer = parse(json);
  if (answer && answer->contains("error") && (*answer)["error"].is_object()) {
    constexpr std::size_t kMaxWords = 1000;
    const auto code = text_in((*answer)["error"], "code", 32);
    const auto message = text_in((*answer)["error"], "message", kMaxWords);
    if (code && message) return {error_code_named(*code).value_or(ErrorCode::kInternal), *message};
  }
  return {ErrorCode::kMalformed,
          fmt::format("the tracker answered with HTTP status {} and no reason", status)};
}

}  // namespace covey::discovery
