#pragma once
// AuditEvent: one access or change: who did what, by which right, how it ended and why.
//
// The texts in it may come from other peers; cleaned() makes of them what the log takes: UTF-8 of bounded
// length. The names of actions, outcomes, reasons and rights are stored, so they keep their meaning for ever.
// Values; any thread. Spec: docs/spec/audit.md, "Events".

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "identity/peer_id.hpp"

namespace covey::audit {

enum class AuditAction : std::uint8_t {
  kShareCreated,
  kShareChanged,
  kShareClosed,
  kTicketIssued,
  kTicketRevoked,
  kOpened,  // somebody opened a share to fetch from it
  kServed,  // an upload ended; `bytes` went out
  kRequestReceived,
  kRequestWithdrawn,
  kRequestApproved,
  kRequestDenied,
  kRequestExpired,
  kGrantIssued,
  kGrantRenewed,
  kGrantRevoked,
  kRevocationsPublished,
  kPeerBlocked,
  kPeerUnblocked,
  kPeerTrusted,
  kPeerUntrusted,
  kConnectionRefused,
  kBadPiece,     // a peer sent a piece that is provably not of the content
  kNameChanged,  // a known name came with another peer id
  kAlertRaised,
  kAlertUndone,
  kDaemonStarted,
  kDaemonStopped,
  kLogRotated,
  kLogRecovered,  // what a crash left at the end of the log was cut off or kept
  kLogDamaged,    // the log was not as it was left
};

enum class Outcome : std::uint8_t { kAllowed, kRefused, kNoted };

enum class ReasonCode : std::uint8_t {
  kNone,
  kUnknownShare,
  kHidden,  // it exists, but not for this peer
  kWrongTicketProof,
  kTicketExpired,
  kTicketUsedUp,
  kTicketRevoked,
  kNotMember,
  kMembershipExpired,
  kMustAsk,
  kNotNamed,
  kGrantExpired,
  kGrantNotYetValid,
  kGrantRevoked,
  kGrantForeign,  // bound to another peer
  kGrantForged,   // its signature does not hold
  kGrantOfOtherShare,
  kByteLimitReached,
  kShareExpired,
  kShareClosed,
  kBlocked,
  kTooManyRequests,
  kMalformed,
  kDateInFuture,      // a record dated further ahead than clocks differ
  kNotAuthenticated,  // a connection whose other end has not proved who it is
};

/// By which right somebody was let in.
enum class Right : std::uint8_t { kNone, kOwner, kOpen, kMember, kNamed, kTicket, kGrant, kTrust };

/// The names that stand in the log.
[[nodiscard]] std::string_view name_of(AuditAction action);
[[nodiscard]] std::string_view name_of(Outcome outcome);
[[nodiscard]] std::string_view name_of(ReasonCode code);
[[nodiscard]] std::string_view name_of(Right right);
[[nodiscard]] std::optional<AuditAction> audit_action_named(std::string_view name);
[[nodiscard]] std::optional<Outcome> outcome_named(std::string_view name);
[[nodiscard]] std::optional<ReasonCode> reason_code_named(std::string_view name);
[[nodiscard]] std::optional<Right> right_named(std::string_view name);

// Bytes of the texts of an event; what is longer is cut.
inline constexpr std::size_t kMaxAddressBytes = 64;
inline constexpr std::size_t kMaxShareBytes = 64;
inline constexpr std::size_t kMaxSubjectBytes = 128;
inline constexpr std::size_t kMaxNoteBytes = 256;

struct AuditEvent {
  WallTime at{};
  AuditAction action = AuditAction::kOpened;
  Outcome outcome = Outcome::kNoted;
  ReasonCode code = ReasonCode::kNone;
  std::optional<identity::PeerId> peer = std::nullopt;
  std::string address = {};  // of the link, "192.0.2.7:50123"; may be empty
  std::string share = {};    // its id as text; may be empty
  Right right = Right::kNone;
  std::string subject = {};  // id of the ticket, grant, request, message or alert; may be empty
  std::uint64_t bytes = 0;
  std::string note = {};

  bool operator==(const AuditEvent&) const = default;
};

/// The event as the log takes it: valid UTF-8 within the limits, a time from 1970 to 9999.
[[nodiscard]] AuditEvent cleaned(AuditEvent event);

}  // namespace covey::audit
