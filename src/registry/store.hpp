#pragma once
// Store: one connection to the database of a network: members, invites, presence, shares, messages.
//
// Two backends keep it, SQLite and PostgreSQL; one conformance suite (store_conformance_test.cpp) holds both
// to what is said here. Calls block. One thread at a time for each Store; several Stores, also of several
// processes, may work on one database. What a call outside in_transaction() acknowledged is durable; a call
// that failed has changed nothing. Times are passed in; nothing reads a clock. Whoever is no active member
// sees no share and holds nothing. Spec: docs/spec/network.md, docs/spec/api-tracker.yaml.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/endpoint.hpp"
#include "access/share_listing.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/hash.hpp"
#include "identity/membership.hpp"
#include "registry/search_words.hpp"

namespace covey::registry {

enum class Registration : std::uint8_t { kOpen = 1, kInvite = 2, kApproval = 3 };
enum class MemberState : std::uint8_t { kActive = 1, kWaiting = 2, kBanned = 3 };

struct Member {
  identity::PeerId peer;
  identity::PeerName name;
  std::uint64_t serial = 1;
  MemberState state = MemberState::kActive;
  Bytes claim;  // as the peer signed it
  crypto::Signature claim_signature;
  WallTime registered_at;
};

struct NewMember {
  Bytes claim;
  crypto::Signature claim_signature;
  identity::PeerId peer;
  identity::PeerName name;
  std::string lookalike;  // lookalike_of(name), name_rules.hpp: unique as well
  MemberState state = MemberState::kActive;
  std::optional<crypto::Hash>
      invite;  // the BLAKE3 of the code: one use of it is spent in the same transaction
};

struct Invite {
  crypto::Hash code_hash;
  std::string note;  // clean text, at most kMaxInviteNoteBytes
  std::uint64_t uses_left = 1;
  std::optional<WallTime> expires_at;
};
inline constexpr std::size_t kMaxInviteNoteBytes = 255;
inline constexpr std::uint64_t kMaxInviteUses = 1'000'000;

/// Where a peer is, while its lease lasts.
struct Presence {
  identity::PeerId peer;
  identity::PeerName name;
  std::vector<access::Endpoint> addresses;  // at most kMaxAddresses
  WallTime expires_at;
};
inline constexpr std::size_t kMaxAddresses = 8;

struct Announcement {
  access::VerifiedListing listing;
  access::SignedShareListing signed_listing;
  std::vector<identity::PeerId> audience;  // to whom a `listed` share is visible, its owner aside
  SearchWords words;                       // what search finds it by
};
inline constexpr std::size_t kMaxAudience = 1000;

/// A peer that serves a share now.
struct Provider {
  identity::PeerId peer;
  identity::PeerName name;
  std::vector<access::Endpoint> addresses;  // empty while it is not present
};

struct ListedShare {
  access::SignedShareListing signed_listing;
  identity::PeerName owner_name;
  bool owner_online = false;
};

struct SearchQuery {
  SearchWords words;  // each must occur as the beginning of a word; none: every share
  identity::PeerId viewer;
  std::optional<identity::PeerId> owner;  // only this owner's
  std::string after;                      // cursor of the page before, empty for the first
  std::size_t limit = 50;
};

inline constexpr std::size_t kMaxQueryWords = 16;

struct SearchPage {
  std::vector<ListedShare> shares;  // newest sequence first; of one sequence in an order that stays
  std::string next;                 // cursor; empty: no more
  std::uint64_t total = 0;          // of what this viewer may see; counted up to kMaxCounted
};
inline constexpr std::uint64_t kMaxCounted = 1000;
/// No page of anything is longer, whatever limit is asked for.
inline constexpr std::size_t kMaxPage = 1000;

struct Message {
  std::uint64_t id = 0;  // grows within a receiver's mailbox
  identity::PeerId from;
  identity::PeerId to;
  std::string kind;  // "signal", "request", "chat" …: clean text, at most kMaxMessageKindBytes
  Bytes body;        // sealed to the receiver, or of no interest to others
  WallTime sent_at;
  WallTime expires_at;
};

inline constexpr std::size_t kMaxMessageKindBytes = 32;

struct MailboxLimits {
  std::size_t messages = 1000;  // waiting for one receiver
  std::size_t bytes = std::size_t{4} << 20;
  std::size_t messages_of_one_sender = 100;
};

inline constexpr std::size_t kMaxChallengeBytes = 64;

struct Counts {
  std::uint64_t members = 0, present = 0, shares = 0, messages = 0;
};

class Store {
 public:
  virtual ~Store() = default;

  /// Runs `work` in one transaction: committed when it succeeds, otherwise undone as a whole. Nested calls
  /// are savepoints.
  virtual Result<> in_transaction(const std::function<Result<>()>& work) = 0;

  /// The first call on a fresh database makes it this network's; later ones must name the same key. kRefused
  /// otherwise.
  virtual Result<> bind_network(const crypto::PublicKey& network) = 0;
  virtual Result<Registration> registration() = 0;
  virtual Result<> set_registration(Registration how) = 0;

  /// Remembers until `expires_at` that a challenge of at most kMaxChallengeBytes was answered. kAlreadyExists
  /// when it had been.
  virtual Result<> use_challenge(ByteView challenge, WallTime expires_at) = 0;

  /// kAlreadyExists when the name, a look-alike of it, or the peer (under another name) is registered: the
  /// context says which. kRefused when the invite is unknown, used up or expired. The same peer with the same
  /// name again: its Member.
  virtual Result<Member> add_member(const NewMember& member, WallTime now) = 0;
  virtual Result<std::optional<Member>> member(const identity::PeerId& peer) = 0;
  virtual Result<std::optional<Member>> member(const identity::PeerName& name) = 0;
  /// By name; `after` is the last name of the page before.
  virtual Result<std::vector<Member>> members(std::string_view after, std::size_t limit) = 0;
  /// Any state but kActive ends its presence and shares, and the messages that wait for it or came from it.
  /// kNotFound.
  virtual Result<> set_member_state(const identity::PeerId& peer, MemberState state) = 0;
  /// As a ban, and frees its name; who registers it next gets the next serial. kNotFound.
  virtual Result<> remove_member(const identity::PeerId& peer) = 0;

  /// kAlreadyExists for a code that is held; kInvalidArgument beyond the limits.
  virtual Result<> add_invite(const Invite& invite) = 0;
  virtual Result<std::vector<Invite>> invites() = 0;
  /// kNotFound.
  virtual Result<> remove_invite(const crypto::Hash& code_hash) = 0;

  /// Present until `expires_at`; with the addresses told last when `addresses` is nothing. kNotFound when it
  /// is no active member; kLimitExceeded above kMaxAddresses.
  virtual Result<> renew_presence(const identity::PeerId& peer,
                                  const std::optional<std::vector<access::Endpoint>>& addresses,
                                  WallTime expires_at) = 0;
  virtual Result<> end_presence(const identity::PeerId& peer) = 0;
  virtual Result<std::optional<Presence>> presence(const identity::PeerId& peer, WallTime now) = 0;
  /// By name.
  virtual Result<std::vector<Presence>> present(std::string_view after, std::size_t limit, WallTime now) = 0;

  /// Adds or replaces. kAlreadyExists when a listing with the same or a larger sequence is held, or the share
  /// id is another owner's; kNotFound when the owner is no active member; kLimitExceeded above
  /// `max_shares_of_owner` (expired ones count until purge()) or kMaxAudience.
  virtual Result<> announce(const Announcement& announcement, std::size_t max_shares_of_owner) = 0;
  /// kNotFound when this owner has no such share.
  virtual Result<> withdraw(const access::ShareId& share, const identity::PeerId& owner) = 0;
  /// Nothing also when `viewer` may not see it or it has expired.
  virtual Result<std::optional<ListedShare>> share(const access::ShareId& share,
                                                   const identity::PeerId& viewer, WallTime now) = 0;
  /// kInvalidArgument for a cursor that no page gave; kLimitExceeded above kMaxQueryWords.
  virtual Result<SearchPage> search(const SearchQuery& query, WallTime now) = 0;

  /// `peer` serves the share too, until `expires_at`. kNotFound when it may not see the share.
  virtual Result<> add_provider(const access::ShareId& share, const identity::PeerId& peer,
                                WallTime expires_at, WallTime now) = 0;
  virtual Result<> remove_provider(const access::ShareId& share, const identity::PeerId& peer) = 0;
  /// The owner while present, then other present providers; empty when `viewer` may not see it.
  virtual Result<std::vector<Provider>> providers(const access::ShareId& share,
                                                  const identity::PeerId& viewer, std::size_t limit,
                                                  WallTime now) = 0;

  /// Gives it its id, and overlooks the one in it. kLimitExceeded when the mailbox is full, kNotFound when
  /// the receiver is no active member.
  virtual Result<std::uint64_t> post(const Message& message, const MailboxLimits& limits, WallTime now) = 0;
  /// Waiting for `peer`, with ids above `after`, oldest first.
  virtual Result<std::vector<Message>> messages(const identity::PeerId& peer, std::uint64_t after,
                                                std::size_t limit, WallTime now) = 0;
  /// Removes them; unknown ones are passed over.
  virtual Result<> acknowledge(const identity::PeerId& peer, const std::vector<std::uint64_t>& ids) = 0;

  /// Removes what has expired: challenges, invites, presences, providers, messages, and at most
  /// kMaxPurgedShares shares a call. No other call lets see what has expired, purged or not.
  virtual Result<> purge(WallTime now) = 0;
  virtual Result<Counts> counts(WallTime now) = 0;

  /// Calls back, from a thread of the store's and until this Store goes, with each peer for whom a message
  /// was committed by any process (SQLite: by any Store of this StoreSource). One at a time; several messages
  /// may be one call. Call it once.
  virtual Result<> watch_messages(std::function<void(const identity::PeerId&)> on_message) = 0;
};

inline constexpr std::size_t kMaxPurgedShares = 1000;

/// Opens connections to one database and brings its schema up to date once. Any thread may call; it outlives
/// its Stores.
class StoreSource {
 public:
  virtual ~StoreSource() = default;
  virtual Result<std::unique_ptr<Store>> open() = 0;
  /// How many Stores can write at once with profit.
  [[nodiscard]] virtual std::size_t useful_writers() const = 0;
};

/// "sqlite:PATH" or a plain path; "postgresql://…" or "postgres://…". kInvalidArgument for another.
Result<std::unique_ptr<StoreSource>> open_store_source(std::string_view where);

}  // namespace covey::registry
