#include "api/network_routes.hpp"

#include <utility>

namespace covey::api {
namespace {

constexpr std::uint64_t kMaxSearchPage = 200;

Result<SearchRequest> search_request(std::string_view query) {
  SearchRequest out;
  TRY(out.words, query_value(query, "q"));
  TRY(out.owner, query_value(query, "owner"));
  TRY(out.after, query_value(query, "after"));
  TRY(const auto limit, query_number(query, "limit"));
  out.limit = limit.value_or(out.limit);
  if (out.limit == 0 || out.limit > kMaxSearchPage)
    return fail(ErrorCode::kInvalidArgument, "a page has 1 to {} shares", kMaxSearchPage);
  return out;
}

}  // namespace

Answer get_networks(Service& service, Call /*call*/) {
  co_return json_response(200, to_json(service.networks()));
}

Answer post_network(Service& service, Call call) {
  Result<JoinRequest> request = from_json<JoinRequest>(call.body);
  if (!request) co_return error_response(request.error());
  JoinRequest wanted = std::move(*request);
  const Result<NetworkView> network = co_await service.join(std::move(wanted));
  co_return view_response(201, network);
}

Answer delete_network(Service& service, Call call) {
  const Result<> left = co_await service.leave(std::move(call.id));
  if (!left) co_return error_response(left.error());
  co_return json_response(204, "");
}

Answer get_search(Service& service, Call call) {
  Result<SearchRequest> request = search_request(call.query);
  if (!request) co_return error_response(request.error());
  SearchRequest wanted = std::move(*request);
  const Result<SearchView> found = co_await service.search(std::move(wanted));
  co_return view_response(200, found);
}

Answer get_peers(Service& service, Call /*call*/) {
  const Result<std::vector<PeerView>> peers = co_await service.peers();
  co_return view_response(200, peers);
}

}  // namespace covey::api
