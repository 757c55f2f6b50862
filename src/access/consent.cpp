#include "access/consent.hpp"

#include <array>

namespace covey::access {
namespace {

bool is_member_who_sees(const ShareRules& rules, const Asker& asker) {
  switch (rules.visibility) {
    case Visibility::kNetwork:
      return asker.member;
    case Visibility::kListed:
      return asker.member && asker.named;
    case Visibility::kUnlisted:
      return false;
  }
  return false;
}

/// Whether the owner signed it for this peer and this share, so that both know of each other.
bool is_authentic(GrantStanding grant) {
  switch (grant) {
    case GrantStanding::kHolds:
    case GrantStanding::kNotYet:
    case GrantStanding::kExpired:
    case GrantStanding::kRevoked:
    case GrantStanding::kUsedUp:
      return true;
    default:
      return false;
  }
}

Judgement refused(Reason reason, bool shown) {
  return {.right = Right::kNone, .reason = reason, .shown = shown};
}

Judgement allowed(Right right) {
  return {.right = right, .reason = Reason::kNone, .shown = true};
}

Judgement judge_ticket(ShareAge age, TicketStanding ticket) {
  switch (ticket) {
    case TicketStanding::kHolds:
      return age == ShareAge::kExpired ? refused(Reason::kShareExpired, true) : allowed(Right::kTicket);
    case TicketStanding::kRevoked:
      return refused(Reason::kTicketRevoked, true);
    case TicketStanding::kExpired:
      return refused(Reason::kTicketExpired, true);
    case TicketStanding::kUsedUp:
      return refused(Reason::kTicketUsedUp, true);
    default:
      return refused(Reason::kWrongProof, false);
  }
}

Reason reason_of(GrantStanding grant) {
  switch (grant) {
    case GrantStanding::kMalformed:
      return Reason::kGrantMalformed;
    case GrantStanding::kForged:
      return Reason::kGrantForged;
    case GrantStanding::kOtherShare:
      return Reason::kGrantOfOtherShare;
    case GrantStanding::kForeign:
      return Reason::kGrantForeign;
    case GrantStanding::kNotYet:
      return Reason::kGrantNotYet;
    case GrantStanding::kExpired:
      return Reason::kGrantExpired;
    case GrantStanding::kRevoked:
      return Reason::kGrantRevoked;
    case GrantStanding::kUsedUp:
      return Reason::kByteLimit;
    default:
      return Reason::kNone;
  }
}

}  // namespace

GrantStanding standing_of(GrantFlaw flaw) {
  switch (flaw) {
    case GrantFlaw::kMalformed:
      return GrantStanding::kMalformed;
    case GrantFlaw::kForged:
      return GrantStanding::kForged;
    case GrantFlaw::kOtherShare:
      return GrantStanding::kOtherShare;
    case GrantFlaw::kForeign:
      return GrantStanding::kForeign;
    case GrantFlaw::kNotYet:
      return GrantStanding::kNotYet;
    case GrantFlaw::kExpired:
      return GrantStanding::kExpired;
  }
  return GrantStanding::kMalformed;
}

bool may_see(const ShareRules& rules, ShareAge age, const Asker& asker) {
  if (asker.owner) return true;
  if (asker.blocked) return false;
  if (is_authentic(asker.grant)) return true;
  return age == ShareAge::kCurrent && is_member_who_sees(rules, asker);
}

Judgement judge(const ShareRules& rules, ShareAge age, const Asker& asker) {
  if (asker.owner) return allowed(Right::kOwner);
  if (asker.blocked) return refused(Reason::kBlocked, false);
  if (asker.ticket != TicketStanding::kNone) return judge_ticket(age, asker.ticket);
  const bool shown = may_see(rules, age, asker);
  if (age == ShareAge::kExpired) return refused(Reason::kShareExpired, shown);
  if (asker.grant == GrantStanding::kHolds) return allowed(Right::kGrant);
  if (is_member_who_sees(rules, asker)) {
    if (rules.access == Access::kOpen) return allowed(Right::kOpen);
    if (rules.access == Access::kListed && asker.named) return allowed(Right::kNamed);
  }
  if (asker.grant != GrantStanding::kNone) return refused(reason_of(asker.grant), shown);
  if (!shown) return refused(asker.member ? Reason::kHidden : Reason::kNotMember, false);
  return refused(rules.access == Access::kListed ? Reason::kNotNamed : Reason::kMustAsk, true);
}

Error answer(const Judgement& refused, AskedBy asked_by) {
  if (!refused.shown) {
    return {ErrorCode::kNotFound,
            asked_by == AskedBy::kTicket
                ? "the sender does not know this ticket; it may have been closed: ask for a fresh one"
                : "its owner shows you no such share; search again, or ask for a ticket"};
  }
  switch (refused.reason) {
    case Reason::kTicketRevoked:
      return {ErrorCode::kRefused, "the sender has taken this ticket back; ask for a fresh one"};
    case Reason::kTicketExpired:
      return {ErrorCode::kExpired, "this ticket has expired; ask the sender for a fresh one"};
    case Reason::kTicketUsedUp:
      return {ErrorCode::kRefused, "this ticket has been used up; ask the sender for a fresh one"};
    case Reason::kShareExpired:
      return {ErrorCode::kExpired, "this share has expired; ask its owner to share it again"};
    case Reason::kGrantNotYet:
      return {ErrorCode::kRefused, "its owner's approval does not hold yet; it is tried again"};
    case Reason::kGrantExpired:
      return {ErrorCode::kExpired, "its owner's approval has run out; ask again"};
    case Reason::kGrantRevoked:
      return {ErrorCode::kRefused, "its owner has taken the approval back; ask again"};
    case Reason::kByteLimit:
      return {ErrorCode::kRefused, "as many bytes were fetched as its owner approved; ask again"};
    case Reason::kNotNamed:
      return {ErrorCode::kMustAsk,
              "its owner lets in only peers that were named or approved; ask first, or ask for a ticket"};
    default:
      return {ErrorCode::kMustAsk,
              "its owner approves each peer that fetches it; ask first, or ask for a ticket"};
  }
}

std::string_view to_text(Reason reason) {
  static constexpr std::array<std::string_view, 20> kWords = {"none",
                                                              "unknown_share",
                                                              "blocked",
                                                              "share_expired",
                                                              "not_member",
                                                              "hidden",
                                                              "must_ask",
                                                              "not_named",
                                                              "wrong_ticket_proof",
                                                              "ticket_revoked",
                                                              "ticket_expired",
                                                              "ticket_used_up",
                                                              "grant_malformed",
                                                              "grant_forged",
                                                              "grant_of_other_share",
                                                              "grant_foreign",
                                                              "grant_not_yet_valid",
                                                              "grant_expired",
                                                              "grant_revoked",
                                                              "byte_limit_reached"};
  return kWords.at(static_cast<std::size_t>(reason));
}

std::string_view to_text(Right right) {
  static constexpr std::array<std::string_view, 6> kWords = {"none",  "owner",  "open",
                                                             "named", "ticket", "grant"};
  return kWords.at(static_cast<std::size_t>(right));
}

}  // namespace covey::access
