#include "http/target.hpp"

#include <algorithm>
#include <charconv>

#include "base/encoding.hpp"

namespace covey::http {
namespace {

/// The part of a path up to its next '/', taken off its front.
std::string_view take_segment(std::string_view& path) {
  if (!path.empty()) path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

bool is_placeholder(std::string_view segment) {
  return segment.starts_with('{');
}

}  // namespace

Result<std::string> percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const Result<Bytes> byte = from_hex(text.substr(i + 1, 2));
    if (!byte || byte->size() != 1) return fail(ErrorCode::kMalformed, "a stray '%' in the URL");
    out += as_text(*byte);
    i += 2;
  }
  return out;
}

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find('?'));
}

std::string_view query_of(std::string_view target) {
  const auto mark = target.find('?');
  return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
}

std::optional<Named> match(std::string_view pattern, std::string_view path) {
  Named named;
  while (!pattern.empty() && !path.empty()) {
    const std::string_view wanted = take_segment(pattern);
    const std::string_view found = take_segment(path);
    if (is_placeholder(wanted) && !found.empty()) {
      (named.id.empty() ? named.id : named.item) = found;
    } else if (wanted != found) {
      return std::nullopt;
    }
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return named;
}

Result<std::optional<std::string>> parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const std::string_view key = pair.substr(0, pair.find('='));
    if (key != name) continue;
    std::string value(pair.substr(std::min(pair.size(), key.size() + 1)));
    std::replace(value.begin(), value.end(), '+', ' ');
    TRY(auto decoded, percent_decoded(value));
    return std::optional(std::move(decoded));
  }
  return std::nullopt;
}

Result<std::size_t> number_parameter(std::string_view query, std::string_view name, std::size_t max,
                                     std::size_t otherwise) {
  TRY(const auto text, parameter(query, name));
  if (!text) return otherwise;
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size() || value == 0 || value > max)
    return fail(ErrorCode::kInvalidArgument, "'{}' is a number from 1 to {}", name, max);
  return value;
}

}  // namespace covey::http
