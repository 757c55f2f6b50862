#include "api/route_call.hpp"

#include <charconv>

#include "http/target.hpp"

namespace covey::api {

http::Response json_response(int status, std::string body) {
  http::Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

std::string_view body_or_empty_object(const Call& call) {
  return call.body.empty() ? std::string_view("{}") : std::string_view(call.body);
}

Result<std::string> query_value(std::string_view query, std::string_view name) {
  TRY(auto value, http::parameter(query, name));
  return std::move(value).value_or("");
}

Result<std::optional<std::uint64_t>> query_number(std::string_view query, std::string_view name) {
  TRY(const auto text, query_value(query, name));
  if (text.empty()) return std::optional<std::uint64_t>();
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size())
    return fail(ErrorCode::kInvalidArgument, "'{}' is no whole number", name);
  return std::optional(number);
}

}  // namespace covey::api
