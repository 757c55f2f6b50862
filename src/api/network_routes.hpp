#pragma once
// The handlers of /networks, /search and /peers; routes.cpp says which path calls which. Network thread.

#include "api/route_call.hpp"
#include "api/service.hpp"

namespace covey::api {

Answer get_networks(Service& service, Call call);
Answer post_network(Service& service, Call call);
Answer delete_network(Service& service, Call call);
/// ?q, owner, after, limit
Answer get_search(Service& service, Call call);
Answer get_peers(Service& service, Call call);

}  // namespace covey::api
