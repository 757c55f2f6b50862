#include "api/consent_routes.hpp"

#include <charconv>
#include <limits>
#include <utility>

namespace covey::api {
namespace {

Result<std::optional<UnixMs>> query_moment(std::string_view query, std::string_view name) {
  TRY(const auto number, query_number(query, name));
  if (!number) return std::optional<UnixMs>();
  if (*number > static_cast<std::uint64_t>(std::numeric_limits<UnixMs>::max()))
    return fail(ErrorCode::kInvalidArgument, "'{}' is too large", name);
  return std::optional(static_cast<UnixMs>(*number));
}

Result<AuditQuery> audit_query(std::string_view query) {
  AuditQuery out;
  TRY(out.since, query_moment(query, "since"));
  TRY(out.until, query_moment(query, "until"));
  TRY(out.peer, query_value(query, "peer"));
  TRY(out.share, query_value(query, "share"));
  TRY(out.action, query_value(query, "action"));
  TRY(out.outcome, query_value(query, "outcome"));
  TRY(out.code, query_value(query, "code"));
  TRY(out.before, query_number(query, "before"));
  TRY(const auto limit, query_number(query, "limit"));
  out.limit = limit.value_or(out.limit);
  if (out.limit == 0 || out.limit > kMaxAuditPage)
    return fail(ErrorCode::kInvalidArgument, "a page has 1 to {} lines", kMaxAuditPage);
  return out;
}

Result<std::uint64_t> alert_number(const std::string& id) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
  if (error == std::errc() && end == id.data() + id.size()) return number;
  return fail(ErrorCode::kNotFound, "there is no alert '{}'", id);
}

}  // namespace

Answer get_tickets(Service& service, Call call) {
  co_return view_response(200, service.tickets(call.id));
}

Answer get_holders(Service& service, Call call) {
  const Result<std::vector<HolderView>> holders = co_await service.holders(std::move(call.id));
  co_return view_response(200, holders);
}

Answer delete_ticket(Service& service, Call call) {
  const Result<> revoked = co_await service.revoke_ticket(std::move(call.id));
  if (!revoked) co_return error_response(revoked.error());
  co_return json_response(204, "");
}

Answer post_rules(Service& service, Call call) {
  Result<ShareRulesRequest> request = from_json<ShareRulesRequest>(call.body);
  if (!request) co_return error_response(request.error());
  ShareRulesRequest wanted = std::move(*request);
  const Result<ShareView> share = co_await service.set_rules(std::move(call.id), std::move(wanted));
  co_return view_response(200, share);
}

Answer get_requests(Service& service, Call /*call*/) {
  co_return json_response(200, to_json(service.requests()));
}

Answer post_approve(Service& service, Call call) {
  const Result<ApprovalRequest> terms = from_json<ApprovalRequest>(body_or_empty_object(call));
  if (!terms) co_return error_response(terms.error());
  const Result<RequestView> request = co_await service.approve(std::move(call.id), *terms);
  co_return view_response(200, request);
}

Answer post_deny(Service& service, Call call) {
  Result<std::string> reason = denial_from_json(body_or_empty_object(call));
  if (!reason) co_return error_response(reason.error());
  std::string wanted = std::move(*reason);
  const Result<RequestView> request = co_await service.deny(std::move(call.id), std::move(wanted));
  co_return view_response(200, request);
}

Answer post_withdraw(Service& service, Call call) {
  const Result<RequestView> request = co_await service.withdraw(std::move(call.id));
  co_return view_response(200, request);
}

Answer get_grants(Service& service, Call /*call*/) {
  co_return json_response(200, to_json(service.grants()));
}

Answer delete_grant(Service& service, Call call) {
  const Result<GrantView> grant = co_await service.revoke(std::move(call.id));
  co_return view_response(200, grant);
}

Answer get_people(Service& service, Call /*call*/) {
  const Result<std::vector<PersonView>> people = co_await service.people();
  co_return view_response(200, people);
}

Answer post_block(Service& service, Call call) {
  Result<BlockRequest> request = from_json<BlockRequest>(body_or_empty_object(call));
  if (!request) co_return error_response(request.error());
  BlockRequest wanted = std::move(*request);
  const Result<PersonView> person = co_await service.block(std::move(call.id), std::move(wanted));
  co_return view_response(200, person);
}

Answer post_unblock(Service& service, Call call) {
  const Result<PersonView> person = co_await service.unblock(std::move(call.id));
  co_return view_response(200, person);
}

Answer post_trust(Service& service, Call call) {
  Result<TrustRequest> request = from_json<TrustRequest>(body_or_empty_object(call));
  if (!request) co_return error_response(request.error());
  TrustRequest wanted = std::move(*request);
  const Result<PersonView> person = co_await service.trust(std::move(call.id), std::move(wanted));
  co_return view_response(200, person);
}

Answer post_untrust(Service& service, Call call) {
  const Result<PersonView> person = co_await service.untrust(std::move(call.id));
  co_return view_response(200, person);
}

Answer get_audit(Service& service, Call call) {
  Result<AuditQuery> query = audit_query(call.query);
  if (!query) co_return error_response(query.error());
  AuditQuery wanted = std::move(*query);
  const Result<AuditPageView> page = co_await service.audit(std::move(wanted));
  co_return view_response(200, page);
}

Answer post_audit_verify(Service& service, Call /*call*/) {
  const Result<AuditCheckView> check = co_await service.verify_audit();
  co_return view_response(200, check);
}

Answer post_audit_export(Service& service, Call call) {
  Result<AuditExportRequest> request = from_json<AuditExportRequest>(call.body);
  if (!request) co_return error_response(request.error());
  AuditExportRequest wanted = std::move(*request);
  const Result<std::uint64_t> lines = co_await service.export_audit(std::move(wanted));
  if (!lines) co_return error_response(lines.error());
  co_return json_response(201, exported_to_json(*lines));
}

Answer get_alerts(Service& service, Call /*call*/) {
  const Result<std::vector<AlertView>> alerts = co_await service.alerts();
  co_return view_response(200, alerts);
}

Answer post_undo_alert(Service& service, Call call) {
  const Result<std::uint64_t> number = alert_number(call.id);
  if (!number) co_return error_response(number.error());
  const Result<AlertView> alert = co_await service.undo_alert(*number);
  co_return view_response(200, alert);
}

}  // namespace covey::api
