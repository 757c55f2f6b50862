#include "http/message.hpp"

#include <algorithm>

namespace covey::http {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

std::string_view Request::field(std::string_view name) const {
  const auto found = std::ranges::find_if(fields, [&](const Field& f) { return same_name(f.name, name); });
  return found == fields.end() ? std::string_view() : std::string_view(found->value);
}

std::optional<std::string_view> Request::only_field(std::string_view name) const {
  if (std::ranges::count_if(fields, [&](const Field& f) { return same_name(f.name, name); }) > 1)
    return std::nullopt;
  return field(name);
}

std::size_t Request::head_bytes() const {
  std::size_t bytes = target.size();
  for (const Field& field : fields) bytes += field.name.size() + field.value.size();
  return bytes;
}

ResponseHead event_stream_head() {
  return {.status = 200,
          .fields = {{"Content-Type", "application/x-ndjson"},
                     {"Cache-Control", "no-store"},
                     {"X-Content-Type-Options", "nosniff"}}};
}

}  // namespace covey::http
