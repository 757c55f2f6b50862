#pragma once
// The JSON names of what people see and say about consent: tickets, rules, requests, grants, people and the
// audit log; the part of json_form.hpp about them. Included by json_visitors.hpp and its test only. Pure; any
// thread.

#include <string>
#include <vector>

#include "api/json_form.hpp"

namespace covey::api::json_form {

template <>
struct Names<RequestDirection> {
  static constexpr std::array<std::string_view, 2> kAll{"incoming", "outgoing"};
};
template <>
struct Names<RequestState> {
  static constexpr std::array<std::string_view, 5> kAll{"waiting", "approved", "denied", "withdrawn",
                                                        "expired"};
};

template <typename Visitor>
void fields(Visitor& visit, IssuedTicketView& v) {
  visit("id", v.id);
  visit("share_id", v.share_id);
  visit("title", v.title);
  visit("ticket", v.ticket);
  visit("expires_at", v.expires_at);
  visit("uses_left", v.uses_left);
  visit("holders", v.holders);
  visit("revoked", v.revoked);
}

template <typename Visitor>
void fields(Visitor& visit, HolderView& v) {
  visit("peer_id", v.peer_id);
  visit("peer_name", v.peer_name);
  visit("bytes", v.bytes);
  visit("complete", v.complete);
  visit("last_at", v.last_at);
}

// To be changed as a whole, so what is not said must not become the default.
template <typename Visitor>
void fields(Visitor& visit, ShareRulesRequest& v) {
  visit("visibility", v.visibility);
  visit("access", v.access);
  visit("named", v.named);
}

template <typename Visitor>
void fields(Visitor& visit, RequestView& v) {
  visit("id", v.id);
  visit("direction", v.direction);
  visit("state", v.state);
  visit("peer_id", v.peer_id);
  visit("peer_name", v.peer_name);
  visit("safety_words", v.safety_words);
  visit("first_seen", v.first_seen);
  visit("share_id", v.share_id);
  visit("title", v.title);
  visit("bytes", v.bytes);
  visit("files", v.files);
  visit("reason", v.reason);
  visit("select", v.select);
  visit("created_at", v.created_at);
  visit("expires_at", v.expires_at);
  visit("answered_at", v.answered_at);
  visit("answer", v.answer);
  visit("ask_again_at", v.ask_again_at);
  visit("transfer_id", v.transfer_id);
  visit("delivered", v.delivered);
}

template <typename Visitor>
void fields(Visitor& visit, ApprovalRequest& v) {
  visit("for_seconds", v.for_seconds);
  visit("bytes", v.bytes);
  visit.defaulted("always", v.always);
}

template <typename Visitor>
void fields(Visitor& visit, GrantView& v) {
  visit("id", v.id);
  visit("share_id", v.share_id);
  visit("title", v.title);
  visit("peer_id", v.peer_id);
  visit("peer_name", v.peer_name);
  visit("given_at", v.given_at);
  visit("until", v.until);
  visit("byte_limit", v.byte_limit);
  visit("bytes_used", v.bytes_used);
  visit("revoked_at", v.revoked_at);
  visit("holds", v.holds);
}

template <typename Visitor>
void fields(Visitor& visit, PersonView& v) {
  visit("peer_id", v.peer_id);
  visit("name", v.name);
  visit("safety_words", v.safety_words);
  visit("first_seen", v.first_seen);
  visit("last_seen", v.last_seen);
  visit("blocked", v.blocked);
  visit("blocked_until", v.blocked_until);
  visit("block_reason", v.block_reason);
  visit("blocked_by_itself", v.blocked_by_itself);
  visit("trusted", v.trusted);
  visit("trusted_shares", v.trusted_shares);
}

template <typename Visitor>
void fields(Visitor& visit, BlockRequest& v) {
  visit("for_seconds", v.for_seconds);
  visit.defaulted("reason", v.reason);
}

template <typename Visitor>
void fields(Visitor& visit, TrustRequest& v) {
  visit.defaulted("shares", v.shares);
}

template <typename Visitor>
void fields(Visitor& visit, AuditLineView& v) {
  visit("number", v.number);
  visit("at", v.at);
  visit("action", v.action);
  visit("outcome", v.outcome);
  visit("code", v.code);
  visit("right", v.right);
  visit("peer_id", v.peer_id);
  visit("peer_name", v.peer_name);
  visit("address", v.address);
  visit("share_id", v.share_id);
  visit("title", v.title);
  visit("subject", v.subject);
  visit("bytes", v.bytes);
  visit("note", v.note);
}

template <typename Visitor>
void fields(Visitor& visit, AuditQuery& v) {
  visit("since", v.since);
  visit("until", v.until);
  visit.defaulted("peer", v.peer);
  visit.defaulted("share", v.share);
  visit.defaulted("action", v.action);
  visit.defaulted("outcome", v.outcome);
  visit.defaulted("code", v.code);
  visit("before", v.before);
  visit.defaulted("limit", v.limit);
}

template <typename Visitor>
void fields(Visitor& visit, AuditPageView& v) {
  visit("lines", v.lines);
  visit("more", v.more);
}

template <typename Visitor>
void fields(Visitor& visit, AuditCheckView& v) {
  visit("intact", v.intact);
  visit("lines", v.lines);
  visit("files", v.files);
  visit("problem", v.problem);
}

template <typename Visitor>
void fields(Visitor& visit, AuditExportRequest& v) {
  visit("path", v.path);
  visit("form", v.form);
  visit.defaulted("query", v.query);
}

struct DenialBody {
  std::string reason;
};
template <typename Visitor>
void fields(Visitor& visit, DenialBody& v) {
  visit.defaulted("reason", v.reason);
}

struct ExportedBody {
  std::uint64_t lines = 0;
};
template <typename Visitor>
void fields(Visitor& visit, ExportedBody& v) {
  visit("lines", v.lines);
}

struct IssuedTicketList {
  std::vector<IssuedTicketView> tickets;
};
template <typename Visitor>
void fields(Visitor& visit, IssuedTicketList& v) {
  visit("tickets", v.tickets);
}

struct HolderList {
  std::vector<HolderView> holders;
};
template <typename Visitor>
void fields(Visitor& visit, HolderList& v) {
  visit("holders", v.holders);
}

struct RequestList {
  std::vector<RequestView> requests;
};
template <typename Visitor>
void fields(Visitor& visit, RequestList& v) {
  visit("requests", v.requests);
}

struct GrantList {
  std::vector<GrantView> grants;
};
template <typename Visitor>
void fields(Visitor& visit, GrantList& v) {
  visit("grants", v.grants);
}

struct PersonList {
  std::vector<PersonView> people;
};
template <typename Visitor>
void fields(Visitor& visit, PersonList& v) {
  visit("people", v.people);
}

}  // namespace covey::api::json_form
