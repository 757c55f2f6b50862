#pragma once
// The routes of docs/spec/api.yaml: which request calls which function of the Service, and what its answer is
// as HTTP. Knows nothing of sockets or of the HTTP library, so that every listener serves the same.
// Network thread.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <asio/awaitable.hpp>

#include "api/service.hpp"
#include "http/message.hpp"

namespace covey::api {

inline constexpr std::size_t kMaxBodyBytes = 1024 * 1024;
/// Of a part of an uploaded file.
inline constexpr std::size_t kMaxPartBytes = 4 * 1024 * 1024;
/// Larger bodies are not even read.
inline constexpr std::size_t kMaxReadBytes = kMaxPartBytes + kMaxBodyBytes;
/// A path of 4096 bytes, of which each may be percent-encoded, and what stands around it.
inline constexpr std::size_t kMaxTargetBytes = 16 * 1024;

/// Where a request came in: some routes are for the commands of this user alone.
enum class From : std::uint8_t { kSocket, kBrowser };

/// The answer to any request but the event stream's; errors are answers too.
asio::awaitable<http::Response> answer(Service& service, http::Request request, From from = From::kSocket);

/// What a reader of the event stream wants to hear of.
struct EventFilter {
  std::string transfer;  // only of this one; empty: of everything
  [[nodiscard]] bool wants(const Event& event) const;
};

/// Set if this is GET /api/v1/events, which the listener serves itself.
std::optional<EventFilter> event_stream_wanted(const http::Request& request);

/// Whether this is POST /api/v1/stop: once it is answered with 202, the listener has the Service stop.
bool ends_daemon(const http::Request& request);

/// An error as its status and JSON body.
http::Response error_response(const Error& error);
http::Response error_response(int status, const Error& error);

/// "GET /status" and so on, all of them; paths are below /api/v1.
std::vector<std::string> all_routes();

}  // namespace covey::api
