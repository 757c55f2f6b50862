#include "api/routes.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "api/chat_routes.hpp"
#include "api/consent_routes.hpp"
#include "api/home_routes.hpp"
#include "api/json.hpp"
#include "api/network_routes.hpp"
#include "api/route_call.hpp"
#include "api/transfer_routes.hpp"
#include "http/target.hpp"

namespace covey::api {
namespace {

constexpr std::string_view kApiPrefix = "/api/v1";
constexpr std::string_view kEvents = "/events";
constexpr std::string_view kStop = "/stop";
constexpr std::string_view kUploadedPart = "/uploads/{id}/files/{item}";
/// Who may come in is for the commands of this user, not for a browser that has come in.
constexpr std::array<std::string_view, 2> kForCommands{"/ui/", "/keys"};
constexpr std::string_view kJson = "application/json";
constexpr std::string_view kBytes = "application/octet-stream";

Answer get_status(Service& service, Call /*call*/) {
  co_return json_response(200, to_json(service.status()));
}

Answer get_shares(Service& service, Call /*call*/) {
  co_return json_response(200, to_json(service.shares()));
}

Answer post_share(Service& service, Call call) {
  Result<ShareRequest> request = from_json<ShareRequest>(call.body);
  if (!request) co_return error_response(request.error());
  ShareRequest wanted = std::move(*request);
  const Result<ShareView> share = co_await service.share(std::move(wanted));
  co_return view_response(201, share);
}

Answer delete_share(Service& service, Call call) {
  const Result<> removed = co_await service.unshare(std::move(call.id));
  if (!removed) co_return error_response(removed.error());
  co_return json_response(204, "");
}

Answer post_ticket(Service& service, Call call) {
  Result<TicketRequest> request = from_json<TicketRequest>(body_or_empty_object(call));
  if (!request) co_return error_response(request.error());
  TicketRequest wanted = std::move(*request);
  wanted.share_id = std::move(call.id);
  const Result<TicketView> ticket = co_await service.ticket(std::move(wanted));
  co_return view_response(201, ticket);
}

Answer post_stop(Service& /*service*/, Call /*call*/) {
  co_return json_response(202, "{}");
}

struct Route {
  std::string_view method;
  std::string_view path;
  Answer (*handler)(Service&, Call);
};

constexpr std::array kRoutes{
    Route{"GET", "/status", &get_status},
    Route{"GET", "/shares", &get_shares},
    Route{"POST", "/shares", &post_share},
    Route{"DELETE", "/shares/{id}", &delete_share},
    Route{"GET", "/shares/{id}/tickets", &get_tickets},
    Route{"POST", "/shares/{id}/tickets", &post_ticket},
    Route{"POST", "/shares/{id}/rules", &post_rules},
    Route{"GET", "/shares/{id}/holders", &get_holders},
    Route{"DELETE", "/tickets/{id}", &delete_ticket},
    Route{"GET", "/transfers", &get_transfers},
    Route{"POST", "/transfers", &post_transfer},
    Route{"POST", "/transfers/{id}/pause", &post_pause},
    Route{"POST", "/transfers/{id}/resume", &post_resume},
    Route{"POST", "/transfers/{id}/cancel", &post_cancel},
    Route{"DELETE", "/transfers/{id}", &delete_transfer},
    Route{"POST", "/transfers/{id}/settings", &post_transfer_settings},
    Route{"POST", "/transfers/{id}/verify", &post_verify},
    Route{"POST", "/transfers/{id}/move", &post_move},
    Route{"POST", "/transfers/{id}/stream", &post_stream},
    Route{"GET", "/transfers/{id}/pieces", &get_pieces},
    Route{"GET", "/transfers/{id}", &get_transfer},
    Route{"GET", "/limits", &get_limits},
    Route{"POST", "/limits", &post_limits},
    Route{"GET", "/networks", &get_networks},
    Route{"POST", "/networks", &post_network},
    Route{"DELETE", "/networks/{id}", &delete_network},
    Route{"GET", "/search", &get_search},
    Route{"GET", "/peers", &get_peers},
    Route{"GET", "/requests", &get_requests},
    Route{"POST", "/requests/{id}/approve", &post_approve},
    Route{"POST", "/requests/{id}/deny", &post_deny},
    Route{"POST", "/requests/{id}/withdraw", &post_withdraw},
    Route{"GET", "/grants", &get_grants},
    Route{"DELETE", "/grants/{id}", &delete_grant},
    Route{"GET", "/people", &get_people},
    Route{"POST", "/people/{id}/block", &post_block},
    Route{"POST", "/people/{id}/unblock", &post_unblock},
    Route{"POST", "/people/{id}/trust", &post_trust},
    Route{"POST", "/people/{id}/untrust", &post_untrust},
    Route{"GET", "/audit", &get_audit},
    Route{"POST", "/audit/verify", &post_audit_verify},
    Route{"POST", "/audit/export", &post_audit_export},
    Route{"GET", "/alerts", &get_alerts},
    Route{"POST", "/alerts/{id}/undo", &post_undo_alert},
    Route{"GET", "/chats", &get_chats},
    Route{"DELETE", "/chats/{id}", &delete_chat},
    Route{"GET", "/chats/{id}/messages", &get_messages},
    Route{"POST", "/chats/{id}/messages", &post_message},
    Route{"POST", "/chats/{id}/messages/{item}/retry", &post_message_retry},
    Route{"POST", "/chats/{id}/read", &post_chat_read},
    Route{"GET", "/identity", &get_identity},
    Route{"POST", "/identity", &post_identity},
    Route{"POST", "/identity/passphrase", &post_passphrase},
    Route{"POST", "/identity/done", &post_identity_done},
    Route{"GET", "/settings", &get_settings},
    Route{"POST", "/settings", &post_settings},
    Route{"GET", "/folders", &get_folder},
    Route{"POST", "/uploads", &post_upload},
    Route{"PUT", kUploadedPart, &put_part},
    Route{"POST", "/uploads/{id}/share", &post_upload_share},
    Route{"DELETE", "/uploads/{id}", &delete_upload},
    Route{"POST", "/ui/link", &post_ui_link},
    Route{"GET", "/ui/sessions", &get_ui_sessions},
    Route{"DELETE", "/ui/sessions", &delete_ui_sessions},
    Route{"POST", "/ui/password", &post_ui_password},
    Route{"GET", "/keys", &get_keys},
    Route{"POST", "/keys", &post_key},
    Route{"DELETE", "/keys/{id}", &delete_key},
    Route{"POST", kStop, &post_stop},
};

/// The path below /api/v1, without the query; empty if it is elsewhere.
std::string_view api_path(std::string_view target) {
  const std::string_view path = http::path_of(target);
  return path.starts_with(kApiPrefix) ? path.substr(kApiPrefix.size()) : std::string_view();
}

std::string allowed_methods(std::string_view path) {
  std::string allowed = path == kEvents ? "GET" : "";
  for (const Route& route : kRoutes) {
    if (!http::match(route.path, path)) continue;
    if (!allowed.empty()) allowed += ", ";
    allowed += route.method;
  }
  return allowed;
}

http::Response no_such_route(const http::Request& request, std::string_view path) {
  std::string allowed = allowed_methods(path);
  if (allowed.empty()) {
    return error_response({ErrorCode::kNotFound, fmt::format("there is no {} in this API", request.target)});
  }
  http::Response response = error_response(
      405, {ErrorCode::kUnsupported, fmt::format("{} takes {}, not {}", path, allowed, request.method)});
  response.fields = {{"Allow", std::move(allowed)}};
  return response;
}

/// What is wrong with the request as such, whatever its route.
std::optional<http::Response> objection(const http::Request& request, std::string_view path) {
  const bool is_part = http::match(kUploadedPart, path).has_value();
  const std::size_t limit = is_part ? kMaxPartBytes : kMaxBodyBytes;
  if (request.body.size() > limit) {
    return error_response(
        413, {ErrorCode::kLimitExceeded,
              fmt::format("a request of {} bytes, at most {} are taken", request.body.size(), limit)});
  }
  // A web page of another site can send forms without asking, but not JSON.
  const std::string_view given = request.field("Content-Type");
  const std::string_view type = given.substr(0, given.find(';'));
  const std::string_view wanted = is_part ? kBytes : kJson;
  if (!request.body.empty() && type != wanted) {
    return error_response(
        415, {ErrorCode::kUnsupported, fmt::format("the body must be sent with Content-Type: {}", wanted)});
  }
  return std::nullopt;
}

bool is_for_commands(std::string_view path) {
  return std::ranges::any_of(kForCommands,
                             [&](std::string_view beginning) { return path.starts_with(beginning); });
}

http::Response refuse_browser() {
  return error_response(
      403, {ErrorCode::kPermissionDenied, "this is for the commands alone: covey ui, covey keys"});
}

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kMalformed:
      return 400;
    case ErrorCode::kRefused:
    case ErrorCode::kMustAsk:
    case ErrorCode::kPermissionDenied:
      return 403;
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kAlreadyExists:
    case ErrorCode::kCancelled:
    case ErrorCode::kSourceChanged:
      return 409;
    case ErrorCode::kExpired:
      return 410;
    case ErrorCode::kLimitExceeded:
      return 429;
    case ErrorCode::kUnsupported:
      return 501;
    case ErrorCode::kUnreachable:
    case ErrorCode::kConnectionLost:
    case ErrorCode::kVerificationFailed:
    case ErrorCode::kPeerMisbehaved:
      return 502;
    case ErrorCode::kTimedOut:
      return 504;
    case ErrorCode::kDiskFull:
      return 507;
    case ErrorCode::kIo:
    case ErrorCode::kCorrupt:
    case ErrorCode::kInternal:
      break;
  }
  return 500;
}

}  // namespace

Answer answer(Service& service, http::Request request, From from) {
  const std::string_view path = api_path(request.target);
  if (std::optional<http::Response> refused = objection(request, path)) co_return std::move(*refused);
  if (from == From::kBrowser && is_for_commands(path)) co_return refuse_browser();
  for (const Route& route : kRoutes) {
    const auto named = http::match(route.path, path);
    if (!named || route.method != request.method) continue;
    Result<std::string> id = http::percent_decoded(named->id);
    if (!id) co_return error_response(id.error());
    Result<std::string> item = http::percent_decoded(named->item);
    if (!item) co_return error_response(item.error());
    Call call;
    call.id = std::move(*id);
    call.item = std::move(*item);
    call.query = http::query_of(request.target);
    call.body = std::move(request.body);
    co_return co_await route.handler(service, std::move(call));
  }
  co_return no_such_route(request, path);
}

bool EventFilter::wants(const Event& event) const {
  return transfer.empty() || (event.transfer && event.transfer->id == transfer) ||
         event.removed_transfer == transfer || (event.request && event.request->transfer_id == transfer);
}

std::optional<EventFilter> event_stream_wanted(const http::Request& request) {
  if (request.method != "GET" || api_path(request.target) != kEvents) return std::nullopt;
  return EventFilter{.transfer = query_value(http::query_of(request.target), "transfer").value_or("")};
}

bool ends_daemon(const http::Request& request) {
  return request.method == "POST" && api_path(request.target) == kStop;
}

http::Response error_response(int status, const Error& error) {
  return json_response(status, to_json(error));
}

http::Response error_response(const Error& error) {
  return error_response(status_of(error.code), error);
}

std::vector<std::string> all_routes() {
  std::vector<std::string> routes{fmt::format("GET {}", kEvents)};
  for (const Route& route : kRoutes) routes.push_back(fmt::format("{} {}", route.method, route.path));
  std::sort(routes.begin(), routes.end());
  return routes;
}

}  // namespace covey::api
