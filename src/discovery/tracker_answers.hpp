#pragma once
// What a tracker tells, read and checked: nothing that a signature can prove is believed without it, and
// every list has a limit. Pure; any thread. Spec: docs/spec/api-tracker.yaml.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/endpoint.hpp"
#include "access/share_listing.hpp"
#include "identity/membership.hpp"

namespace covey::discovery {

/// A tracker that lies can send no more than this.
inline constexpr std::size_t kMaxAddressesOfPeer = 8;
inline constexpr std::size_t kMaxProviders = 64;
inline constexpr std::size_t kMaxPageEntries = 200;
inline constexpr std::size_t kMaxMessageBytes = std::size_t{32} << 10;

/// What this peer is to the tracker.
enum class Standing : std::uint8_t { kUnknown, kActive, kWaiting, kBanned };

struct LoginAnswer {
  std::string token;
  std::chrono::seconds expires_in{};
  Standing standing = Standing::kUnknown;
};

struct OwnMembership {
  Standing standing = Standing::kUnknown;
  Bytes record;  // empty while waiting
  std::optional<identity::Membership> membership;
};

/// A member as its membership proves it.
struct FoundPeer {
  identity::PeerId peer;
  identity::PeerName name;
  std::uint64_t serial = 0;
  bool online = false;
  std::vector<access::Endpoint> addresses;  // hints: who answers there must prove its id
};

/// The tracker's word only; enough to show, not to trust.
struct PresentPeer {
  identity::PeerId peer;
  identity::PeerName name;
  std::vector<access::Endpoint> addresses;
};

struct FoundShare {
  access::VerifiedListing verified;
  identity::PeerName owner_name;  // the tracker's word; check it by look-up before trusting the name
  bool owner_online = false;
  std::vector<PresentPeer> providers;
};

struct SharePage {
  std::vector<FoundShare> shares;
  std::size_t refused = 0;  // entries that did not verify
  std::string next;         // empty: no more
  std::uint64_t total = 0;
  bool total_is_exact = true;
};

struct PeerPage {
  std::vector<PresentPeer> peers;
  std::string next;
};

struct ReceivedMessage {
  std::uint64_t id = 0;
  identity::PeerId from;  // the tracker's word: what is in it must prove itself
  std::string kind;
  Bytes body;
  WallTime sent_at;
};

/// kMalformed when it is not what the API says; kVerificationFailed when a record does not prove itself.
Result<Bytes> read_challenge(std::string_view json);
Result<LoginAnswer> read_login(std::string_view json);
Result<OwnMembership> read_own_membership(std::string_view json, const crypto::PublicKey& network,
                                          WallTime now);
Result<FoundPeer> read_peer(std::string_view json, const crypto::PublicKey& network, WallTime now);
Result<PeerPage> read_peers(std::string_view json);
Result<FoundShare> read_share(std::string_view json, const crypto::PublicKey& network, WallTime now);
/// Entries that do not verify are left out and counted.
Result<SharePage> read_shares(std::string_view json, const crypto::PublicKey& network, WallTime now);
Result<ReceivedMessage> read_message(std::string_view line);
/// How long a presence or a service lasts.
Result<std::chrono::seconds> read_lease(std::string_view json);
/// The error in an answer with this status; a fitting one where there is none.
Error read_error(std::string_view json, long status);

}  // namespace covey::discovery
