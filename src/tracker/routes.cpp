#include "tracker/routes.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

#include "base/log.hpp"
#include "http/target.hpp"
#include "tracker/answers.hpp"
#include "tracker/handlers.hpp"

namespace covey::tracker {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kBearer = "Bearer ";

/// Who may call, and whose bucket pays: a login is asked for by anybody, and costs a signature.
enum class Needs : std::uint8_t { kNothing, kLoginBudget, kToken, kMember };

struct Route {
  std::string_view method;
  std::string_view path;
  Needs needs;
  double cost;
  Handler handler;  // null: the event stream, which is no answer
};

// Those asked for most come first. Fixed words before {…} of the same place.
constexpr std::array kRoutes{
    Route{"GET", "/api/v1/shares/{id}", Needs::kMember, 1, &get_share},
    Route{"GET", "/api/v1/shares", Needs::kMember, 5, &get_shares},
    Route{"PUT", "/api/v1/presence", Needs::kMember, 1, &put_presence},
    Route{"DELETE", "/api/v1/presence", Needs::kMember, 1, &delete_presence},
    Route{"GET", "/api/v1/events", Needs::kMember, 5, nullptr},
    Route{"POST", "/api/v1/messages", Needs::kMember, 2, &post_message},
    Route{"POST", "/api/v1/messages/acknowledge", Needs::kMember, 1, &post_acknowledge},
    Route{"PUT", "/api/v1/shares/{id}", Needs::kMember, 2, &put_share},
    Route{"DELETE", "/api/v1/shares/{id}", Needs::kMember, 1, &delete_share},
    Route{"PUT", "/api/v1/shares/{id}/provider", Needs::kMember, 1, &put_provider},
    Route{"DELETE", "/api/v1/shares/{id}/provider", Needs::kMember, 1, &delete_provider},
    Route{"GET", "/api/v1/peers", Needs::kMember, 5, &get_peers},
    Route{"GET", "/api/v1/members/me", Needs::kToken, 1, &get_own_member},
    Route{"GET", "/api/v1/members/{member}", Needs::kMember, 1, &get_member},
    Route{"POST", "/api/v1/members", Needs::kToken, 10, &post_members},
    Route{"GET", "/api/v1/network", Needs::kNothing, 1, &get_network},
    Route{"POST", "/api/v1/login/challenge", Needs::kLoginBudget, 1, &post_login_challenge},
    Route{"POST", "/api/v1/login", Needs::kLoginBudget, 2, &post_login},
    Route{"GET", "/health", Needs::kNothing, 1, &get_health},
    Route{"GET", "/metrics", Needs::kNothing, 1, &get_metrics},
};

/// What a request without a route counts as: the client's words are no labels.
constexpr Route kNoRoute{"any", "none", Needs::kNothing, 1, nullptr};

struct Chosen {
  const Route* route = nullptr;
  std::string_view encoded_id;
};

Chosen choose(const http::Request& request) {
  const std::string_view path = http::path_of(request.target);
  for (const Route& route : kRoutes) {
    if (route.method != request.method) continue;
    if (const auto id = http::match(route.path, path)) return {&route, id->id};
  }
  return {};
}

http::Response no_such_route(const http::Request& request) {
  const std::string_view path = http::path_of(request.target);
  std::string allowed;
  for (const Route& route : kRoutes) {
    if (!http::match(route.path, path)) continue;
    if (!allowed.empty()) allowed += ", ";
    allowed += route.method;
  }
  if (allowed.empty())
    return error_response({ErrorCode::kNotFound, fmt::format("there is no {} in this API", path)});
  http::Response response = error_response(
      405, {ErrorCode::kUnsupported, fmt::format("{} takes {}, not {}", path, allowed, request.method)});
  response.fields = {{"Allow", std::move(allowed)}};
  return response;
}

/// What is wrong with the request as such, whatever its route.
std::optional<http::Response> objection(const http::Request& request) {
  if (request.body.size() > kMaxBodyBytes) {
    return error_response(
        413, {ErrorCode::kLimitExceeded,
              fmt::format("a body of {} bytes, at most {} are taken", request.body.size(), kMaxBodyBytes)});
  }
  if (request.head_bytes() > kMaxHeadBytes)
    return error_response(431,
                          {ErrorCode::kLimitExceeded, fmt::format("a head above {} bytes", kMaxHeadBytes)});
  const std::string_view given = request.field("Content-Type");
  const auto type = given.substr(0, given.find(';'));
  if (!request.body.empty() && type != kJson) {
    return error_response(
        415, {ErrorCode::kUnsupported, fmt::format("the body must be sent with Content-Type: {}", kJson)});
  }
  return std::nullopt;
}

std::optional<http::Response> over_budget(Tracker& tracker, const http::Request& request,
                                          const Route* route) {
  const SteadyTime now = tracker.clock.steady();
  const ClientKey client = client_key(request.client);
  const double cost = route == nullptr ? 1 : route->cost;
  auto wait = tracker.requests_of_address.take(client, cost, now);
  if (!wait && route != nullptr && route->needs == Needs::kLoginBudget)
    wait = tracker.logins_of_address.take(client, cost, now);
  if (!wait) return std::nullopt;
  ++tracker.metrics.rate_limited;
  return too_fast(*wait);
}

Result<identity::PeerId> peer_of(Tracker& tracker, const http::Request& request) {
  const std::string_view field = request.field("Authorization");
  if (!field.starts_with(kBearer))
    return fail(ErrorCode::kRefused, "this needs a token; log in, and send Authorization: Bearer TOKEN");
  return tracker.callers.check_token(field.substr(kBearer.size()));
}

http::Response not_a_member(const std::optional<CallingMember>& member) {
  if (!member)
    return error_response(
        {ErrorCode::kRefused, "this peer is not registered in this network; register a name"});
  if (member->state == registry::MemberState::kWaiting) {
    return error_response(
        {ErrorCode::kRefused, "the registration of this peer waits for the network's administrator"});
  }
  return error_response({ErrorCode::kRefused, "this peer is banned from this network"});
}

/// Fills in who calls, or says why not.
io::Awaitable<std::optional<http::Response>> refusal(Tracker& tracker, const http::Request& request,
                                                     const Route& route, Call& call) {
  if (route.needs != Needs::kToken && route.needs != Needs::kMember) co_return std::nullopt;
  const auto peer = peer_of(tracker, request);
  if (!peer) co_return error_response(401, peer.error());
  call.peer = *peer;
  if (const auto wait = tracker.requests_of_peer.take(*peer, route.cost, tracker.clock.steady())) {
    ++tracker.metrics.rate_limited;
    co_return too_fast(*wait);
  }
  const auto member = co_await tracker.callers.member(*peer);
  if (!member) co_return error_response(member.error());
  if (*member && (*member)->state == registry::MemberState::kActive) {
    call.name = (*member)->name;
  } else if (route.needs == Needs::kMember ||
             (*member && (*member)->state == registry::MemberState::kBanned)) {
    co_return not_a_member(*member);
  }
  co_return std::nullopt;
}

Result<Call> call_of(http::Request& request, const Chosen& chosen) {
  Call call;
  TRY(call.id, http::percent_decoded(chosen.encoded_id));
  call.query = http::query_of(request.target);
  call.body = std::move(request.body);
  call.client = request.client;
  return call;
}

/// The answer; nothing when the exchange has become an event stream.
io::Awaitable<std::optional<http::Response>> answer(Tracker& tracker, http::Request& request,
                                                    const Chosen& chosen,
                                                    std::unique_ptr<http::Exchange>& exchange) {
  if (auto refused = over_budget(tracker, request, chosen.route)) co_return refused;
  if (chosen.route == nullptr) co_return no_such_route(request);
  if (auto refused = objection(request)) co_return refused;
  auto call = call_of(request, chosen);
  if (!call) co_return error_response(call.error());
  auto refused = co_await refusal(tracker, request, *chosen.route, *call);
  if (refused) co_return refused;
  if (chosen.route->handler == nullptr) {
    tracker.streams.start(call->peer, exchange->respond_in_parts(http::event_stream_head()));
    co_return std::nullopt;
  }
  co_return co_await chosen.route->handler(tracker, std::move(*call));
}

}  // namespace

io::Awaitable<void> serve(Tracker& tracker, http::Request request, std::unique_ptr<http::Exchange> exchange) {
  const SteadyTime began = tracker.clock.steady();
  const Chosen chosen = choose(request);
  std::optional<http::Response> response;
  try {
    response = co_await answer(tracker, request, chosen, exchange);
  } catch (const std::exception& thrown) {
    log::error("a request failed: {}", thrown.what());
    response =
        error_response(500, {ErrorCode::kInternal, "the tracker failed on this request; its log says more"});
  }
  const Route& counted = chosen.route == nullptr ? kNoRoute : *chosen.route;
  tracker.metrics.count(counted.method, counted.path, response ? response->status : 200,
                        tracker.clock.steady() - began);
  if (response) exchange->respond(std::move(*response), {});
}

std::vector<std::string> all_routes() {
  std::vector<std::string> routes;
  for (const Route& route : kRoutes) routes.push_back(fmt::format("{} {}", route.method, route.path));
  std::sort(routes.begin(), routes.end());
  return routes;
}

}  // namespace covey::tracker
