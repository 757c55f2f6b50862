#pragma once
// Consent: whether a peer may fetch a share, by which right, and what it may learn when it may not. The one
// place where this is decided, for the owner and for everybody who serves the share in its stead; what goes
// in has been checked already (signatures, proofs, dates). Pure; any thread. Spec: docs/spec/consent.md, "The
// rules".

#include <set>

#include "access/grant.hpp"
#include "access/share_listing.hpp"

namespace covey::access {

/// Who can find a share, and who may fetch it without a ticket.
struct ShareRules {
  Visibility visibility = Visibility::kUnlisted;
  Access access = Access::kAsk;
  std::set<identity::PeerId> named;  // those that `listed` means

  bool operator==(const ShareRules&) const = default;
};

enum class TicketStanding : std::uint8_t { kNone, kHolds, kWrongProof, kRevoked, kExpired, kUsedUp };

enum class GrantStanding : std::uint8_t {
  kNone,
  kHolds,
  kMalformed,
  kForged,
  kOtherShare,
  kForeign,
  kNotYet,
  kExpired,
  kRevoked,
  kUsedUp,  // its byte limit is reached
};

[[nodiscard]] GrantStanding standing_of(GrantFlaw flaw);

/// What is known of whoever asks, all of it checked.
struct Asker {
  bool owner = false;
  bool blocked = false;
  bool member = false;  // of a network in which the share is published
  bool named = false;
  TicketStanding ticket = TicketStanding::kNone;
  GrantStanding grant = GrantStanding::kNone;
};

/// By which right somebody is let in.
enum class Right : std::uint8_t { kNone, kOwner, kOpen, kNamed, kTicket, kGrant };

enum class Reason : std::uint8_t {
  kNone,  // let in
  kUnknownShare,
  kBlocked,
  kShareExpired,
  kNotMember,
  kHidden,
  kMustAsk,
  kNotNamed,
  kWrongProof,
  kTicketRevoked,
  kTicketExpired,
  kTicketUsedUp,
  kGrantMalformed,
  kGrantForged,
  kGrantOfOtherShare,
  kGrantForeign,
  kGrantNotYet,
  kGrantExpired,
  kGrantRevoked,
  kByteLimit,
};

struct Judgement {
  Right right = Right::kNone;
  Reason reason = Reason::kNone;
  /// Whether the asker may learn that there is such a share; else it is answered as for one that does not
  /// exist.
  bool shown = false;

  [[nodiscard]] bool allowed() const { return right != Right::kNone; }
  bool operator==(const Judgement&) const = default;
};

enum class ShareAge : std::uint8_t { kCurrent, kExpired };

[[nodiscard]] Judgement judge(const ShareRules& rules, ShareAge age, const Asker& asker);

/// Whether this peer may find the share, and so ask for it.
[[nodiscard]] bool may_see(const ShareRules& rules, ShareAge age, const Asker& asker);

/// By what a share was asked for; that much its asker knows anyway.
enum class AskedBy : std::uint8_t { kTicket, kShareId };

/// What a peer is told that is not let in: what happened and what it can do. kNotFound, in the same words,
/// for everything that it must not learn; kMustAsk where a request to the owner is the way.
[[nodiscard]] Error answer(const Judgement& refused, AskedBy asked_by);

/// A stable lower-case word, e.g. "must_ask".
[[nodiscard]] std::string_view to_text(Reason reason);
[[nodiscard]] std::string_view to_text(Right right);

}  // namespace covey::access
