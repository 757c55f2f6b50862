#include "audit/audit_event.hpp"

#include <algorithm>
#include <array>

#include "audit/visible_text.hpp"
#include "base/record_time.hpp"

namespace covey::audit {
namespace {

/// The one table of an enumeration's names, in its order.
template <typename Enum>
struct Names;

template <>
struct Names<AuditAction> {
  static constexpr auto kAll = std::to_array<std::string_view>(
      {"share_created",      "share_changed",    "share_closed",   "ticket_issued",
       "ticket_revoked",     "opened",           "served",         "request_received",
       "request_withdrawn",  "request_approved", "request_denied", "request_expired",
       "grant_issued",       "grant_renewed",    "grant_revoked",  "revocations_published",
       "peer_blocked",       "peer_unblocked",   "peer_trusted",   "peer_untrusted",
       "connection_refused", "bad_piece",        "name_changed",   "alert_raised",
       "alert_undone",       "daemon_started",   "daemon_stopped", "log_rotated",
       "log_recovered",      "log_damaged"});
  static constexpr AuditAction kLast = AuditAction::kLogDamaged;
};

template <>
struct Names<Outcome> {
  static constexpr auto kAll = std::to_array<std::string_view>({"allowed", "refused", "noted"});
  static constexpr Outcome kLast = Outcome::kNoted;
};

template <>
struct Names<ReasonCode> {
  static constexpr auto kAll = std::to_array<std::string_view>({"none",
                                                                "unknown_share",
                                                                "hidden",
                                                                "wrong_ticket_proof",
                                                                "ticket_expired",
                                                                "ticket_used_up",
                                                                "ticket_revoked",
                                                                "not_member",
                                                                "membership_expired",
                                                                "must_ask",
                                                                "not_named",
                                                                "grant_expired",
                                                                "grant_not_yet_valid",
                                                                "grant_revoked",
                                                                "grant_foreign",
                                                                "grant_forged",
                                                                "grant_of_other_share",
                                                                "byte_limit_reached",
                                                                "share_expired",
                                                                "share_closed",
                                                                "blocked",
                                                                "too_many_requests",
                                                                "malformed",
                                                                "date_in_future",
                                                                "not_authenticated"});
  static constexpr ReasonCode kLast = ReasonCode::kNotAuthenticated;
};

template <>
struct Names<Right> {
  static constexpr auto kAll = std::to_array<std::string_view>(
      {"none", "owner", "open", "member", "named", "ticket", "grant", "trust"});
  static constexpr Right kLast = Right::kTrust;
};

template <typename Enum>
std::string_view name_in_table(Enum value) {
  static_assert(Names<Enum>::kAll.size() == static_cast<std::size_t>(Names<Enum>::kLast) + 1);
  return Names<Enum>::kAll.at(static_cast<std::size_t>(value));
}

template <typename Enum>
std::optional<Enum> value_named(std::string_view name) {
  const auto& all = Names<Enum>::kAll;
  const auto* const found = std::find(all.begin(), all.end(), name);
  if (found == all.end()) return std::nullopt;
  return static_cast<Enum>(found - all.begin());
}

}  // namespace

std::string_view name_of(AuditAction action) {
  return name_in_table(action);
}
std::string_view name_of(Outcome outcome) {
  return name_in_table(outcome);
}
std::string_view name_of(ReasonCode code) {
  return name_in_table(code);
}
std::string_view name_of(Right right) {
  return name_in_table(right);
}
std::optional<AuditAction> audit_action_named(std::string_view name) {
  return value_named<AuditAction>(name);
}
std::optional<Outcome> outcome_named(std::string_view name) {
  return value_named<Outcome>(name);
}
std::optional<ReasonCode> reason_code_named(std::string_view name) {
  return value_named<ReasonCode>(name);
}
std::optional<Right> right_named(std::string_view name) {
  return value_named<Right>(name);
}

AuditEvent cleaned(AuditEvent event) {
  event.at = std::clamp(event.at, from_unix_ms(0), from_unix_ms(static_cast<std::int64_t>(kMaxUnixMs)));
  event.address = valid_text(event.address, kMaxAddressBytes);
  event.share = valid_text(event.share, kMaxShareBytes);
  event.subject = valid_text(event.subject, kMaxSubjectBytes);
  event.note = valid_text(event.note, kMaxNoteBytes);
  return event;
}

}  // namespace covey::audit
