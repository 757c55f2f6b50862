#pragma once
// The handlers of tickets and rules of shares, /requests, /grants, /people, /audit and /alerts; routes.cpp
// says which path calls which. Network thread.

#include "api/route_call.hpp"
#include "api/service.hpp"

namespace covey::api {

/// Lines of the audit log in one answer.
inline constexpr std::uint64_t kMaxAuditPage = 1000;

Answer get_tickets(Service& service, Call call);
Answer get_holders(Service& service, Call call);
Answer delete_ticket(Service& service, Call call);
Answer post_rules(Service& service, Call call);

Answer get_requests(Service& service, Call call);
Answer post_approve(Service& service, Call call);
Answer post_deny(Service& service, Call call);
Answer post_withdraw(Service& service, Call call);
Answer get_grants(Service& service, Call call);
/// Revokes it, and shows it as it is then.
Answer delete_grant(Service& service, Call call);

Answer get_people(Service& service, Call call);
Answer post_block(Service& service, Call call);
Answer post_unblock(Service& service, Call call);
Answer post_trust(Service& service, Call call);
Answer post_untrust(Service& service, Call call);

/// ?since, until, peer, share, action, outcome, code, before, limit
Answer get_audit(Service& service, Call call);
Answer post_audit_verify(Service& service, Call call);
Answer post_audit_export(Service& service, Call call);
Answer get_alerts(Service& service, Call call);
Answer post_undo_alert(Service& service, Call call);

}  // namespace covey::api
