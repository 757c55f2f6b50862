#include "api/routes.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "api/chat_routes.hpp"
#include "api/consent_routes.hpp"
#include "api/json.hpp"
#include "api/network_routes.hpp"
#include "api/route_call.hpp"
#include "api/transfer_routes.hpp"

namespace covey::api {
namespace {

constexpr std::string_view kPrefix = "/api/v1";
constexpr std::string_view kEvents = "/events";
constexpr std::string_view kJson = "application/json";

std::string_view query_of(std::string_view target) {
  const auto mark = target.find('?');
  return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
}

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
  HttpResponse response = json_response(202, "{}");
  response.stop_afterwards = true;
  co_return response;
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
    Route{"POST", "/stop", &post_stop},
};

/// The part of a path up to its next '/', taken off its front.
std::string_view take_segment(std::string_view& path) {
  if (!path.empty()) path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

/// What stands for {id} and {item} in a path, still encoded.
struct Named {
  std::string_view id;
  std::string_view item;
};

/// Nothing if the path does not match.
std::optional<Named> match(std::string_view pattern, std::string_view path) {
  Named out;
  while (!pattern.empty() && !path.empty()) {
    const std::string_view wanted = take_segment(pattern);
    const std::string_view found = take_segment(path);
    if (wanted == "{id}" && !found.empty()) {
      out.id = found;
    } else if (wanted == "{item}" && !found.empty()) {
      out.item = found;
    } else if (wanted != found) {
      return std::nullopt;
    }
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return out;
}

/// The path below /api/v1, without the query; empty if it is elsewhere.
std::string_view api_path(std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  return path.starts_with(kPrefix) ? path.substr(kPrefix.size()) : std::string_view();
}

std::string allowed_methods(std::string_view path) {
  std::string allowed = path == kEvents ? "GET" : "";
  for (const Route& route : kRoutes) {
    if (!match(route.path, path)) continue;
    if (!allowed.empty()) allowed += ", ";
    allowed += route.method;
  }
  return allowed;
}

HttpResponse no_such_route(const HttpRequest& request, std::string_view path) {
  std::string allowed = allowed_methods(path);
  if (allowed.empty()) {
    return error_response({ErrorCode::kNotFound, fmt::format("there is no {} in this API", request.target)});
  }
  HttpResponse response = error_response(
      405, {ErrorCode::kUnsupported, fmt::format("{} takes {}, not {}", path, allowed, request.method)});
  response.allow = std::move(allowed);
  return response;
}

/// What is wrong with the request as such, whatever its route.
std::optional<HttpResponse> objection(const HttpRequest& request) {
  if (request.body.size() > kMaxBodyBytes) {
    return error_response(
        413, {ErrorCode::kLimitExceeded, fmt::format("a request of {} bytes, at most {} are taken",
                                                     request.body.size(), kMaxBodyBytes)});
  }
  // A web page of another site can send forms without asking, but not JSON.
  const std::string_view type =
      std::string_view(request.content_type).substr(0, request.content_type.find(';'));
  if (!request.body.empty() && type != kJson) {
    return error_response(
        415, {ErrorCode::kUnsupported, fmt::format("the body must be sent with Content-Type: {}", kJson)});
  }
  return std::nullopt;
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

Answer answer(Service& service, HttpRequest request) {
  if (std::optional<HttpResponse> refused = objection(request)) co_return std::move(*refused);
  const std::string_view path = api_path(request.target);
  for (const Route& route : kRoutes) {
    const auto named = match(route.path, path);
    if (!named || route.method != request.method) continue;
    Result<std::string> id = percent_decoded(named->id);
    if (!id) co_return error_response(id.error());
    Result<std::string> item = percent_decoded(named->item);
    if (!item) co_return error_response(item.error());
    Call call;
    call.id = std::move(*id);
    call.item = std::move(*item);
    call.query = query_of(request.target);
    call.body = std::move(request.body);
    co_return co_await route.handler(service, std::move(call));
  }
  co_return no_such_route(request, path);
}

bool EventFilter::wants(const Event& event) const {
  return transfer.empty() || (event.transfer && event.transfer->id == transfer) ||
         event.removed_transfer == transfer || (event.request && event.request->transfer_id == transfer);
}

std::optional<EventFilter> event_stream_wanted(const HttpRequest& request) {
  if (request.method != "GET" || api_path(request.target) != kEvents) return std::nullopt;
  return EventFilter{.transfer = query_value(query_of(request.target), "transfer").value_or("")};
}

HttpResponse error_response(int status, const Error& error) {
  return json_response(status, to_json(error));
}

HttpResponse error_response(const Error& error) {
  return error_response(status_of(error.code), error);
}

std::vector<std::string> all_routes() {
  std::vector<std::string> routes{fmt::format("GET {}", kEvents)};
  for (const Route& route : kRoutes) routes.push_back(fmt::format("{} {}", route.method, route.path));
  std::sort(routes.begin(), routes.end());
  return routes;
}

}  // namespace covey::api
