#pragma once
// The routes of docs/spec/api-tracker.yaml: which request needs what and is answered by whom. Every request
// passes the limits and, where the route says so, the check of its token here. Knows nothing of sockets.
// Network thread.

#include <optional>
#include <string>
#include <vector>

#include "http/message.hpp"
#include "io/coroutine.hpp"
#include "tracker/tracker.hpp"

namespace covey::tracker {

/// A request that was let in, taken apart.
struct Call {
  std::string id;     // what stood for {…} in the path, decoded
  std::string query;  // still encoded
  std::string body;
  asio::ip::address client;
  /// Who calls; nobody on routes that need no token.
  identity::PeerId peer;
  std::optional<identity::PeerName> name;  // of a member
};

/// Answers; errors are answers too.
io::Awaitable<void> serve(Tracker& tracker, http::Request request, std::unique_ptr<http::Exchange> exchange);

/// "GET /api/v1/network" and so on, all of them.
std::vector<std::string> all_routes();

}  // namespace covey::tracker
