#pragma once
// The routes of docs/spec/api.yaml: which request calls which function of the Service, and what its answer is
// as HTTP. Knows nothing of sockets or of the HTTP library, so that every listener serves the same.
// Network thread.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <asio/awaitable.hpp>

#include "api/http.hpp"
#include "api/service.hpp"

namespace covey::api {

inline constexpr std::size_t kMaxBodyBytes = 1024 * 1024;

/// The answer to any request but the event stream's; errors are answers too.
asio::awaitable<HttpResponse> answer(Service& service, HttpRequest request);

/// What a reader of the event stream wants to hear of.
struct EventFilter {
  std::string transfer;  // only of this one; empty: of everything
  [[nodiscard]] bool wants(const Event& event) const;
};

/// Set if this is GET /api/v1/events, which the listener serves itself.
std::optional<EventFilter> event_stream_wanted(const HttpRequest& request);

/// An error as its status and JSON body.
HttpResponse error_response(const Error& error);
HttpResponse error_response(int status, const Error& error);

/// "GET /status" and so on, all of them; paths are below /api/v1.
std::vector<std::string> all_routes();

}  // namespace covey::api
