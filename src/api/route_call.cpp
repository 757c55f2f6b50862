#include "api/route_call.hpp"

#include <algorithm>
#include <charconv>

#include "base/encoding.hpp"

namespace covey::api {

HttpResponse json_response(int status, std::string body) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

std::string_view body_or_empty_object(const Call& call) {
  return call.body.empty() ? std::string_view("{}") : std::string_view(call.body);
}

Result<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const Result<Bytes> byte = from_hex(text.substr(i + 1, 2));
    if (!byte || byte->size() != 1) return fail(ErrorCode::kMalformed, "a stray '%' in the path");
    out += as_text(*byte);
    i += 2;
  }
  return out;
}

Result<std::string> query_value(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::string_view field = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), field.size() + 1));
    const std::size_t equals = field.find('=');
    if (equals == std::string_view::npos || field.substr(0, equals) != name) continue;
    std::string value(field.substr(equals + 1));
    std::replace(value.begin(), value.end(), '+', ' ');
    return percent_decoded(value);
  }
  return std::string();
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
