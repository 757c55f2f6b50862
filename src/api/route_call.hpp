#pragma once
// What the handlers of the routes have in common: a request taken apart, and answers in JSON. Shared by
// routes.cpp and the files that hold handlers; network thread.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <asio/awaitable.hpp>

#include "api/http.hpp"
#include "api/json.hpp"
#include "api/routes.hpp"

namespace covey::api {

/// A request taken apart: what stood for {id} and {item}, what follows the question mark, and the body.
struct Call {
  std::string id;
  std::string item;
  std::string query;
  std::string body;
};

using Answer = asio::awaitable<HttpResponse>;

HttpResponse json_response(int status, std::string body);

template <typename View>
HttpResponse view_response(int status, const Result<View>& view) {
  return view ? json_response(status, to_json(*view)) : error_response(view.error());
}

/// No body means a body without fields.
std::string_view body_or_empty_object(const Call& call);

Result<std::string> percent_decoded(std::string_view text);
/// The value of a field of a query, decoded; empty when it has none. A blank may be written as '+'.
Result<std::string> query_value(std::string_view query, std::string_view name);
/// Nothing when it has none or an empty one; kInvalidArgument for what is no whole number.
Result<std::optional<std::uint64_t>> query_number(std::string_view query, std::string_view name);

}  // namespace covey::api
