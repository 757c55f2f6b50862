#include "tracker/json_line.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "crypto/base64.hpp"

namespace covey::tracker {

JsonLine& JsonLine::text(std::string_view value) {
  separate();
  const bool plain = std::all_of(value.begin(), value.end(),
                                 [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
  if (plain) {
    out_ += '"';
    out_ += value;
    out_ += '"';
  } else {
    // Bytes that are not UTF-8 become U+FFFD.
    out_ += nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
  return *this;
}

JsonLine& JsonLine::bytes(ByteView value) {
  separate();
  out_ += '"';
  out_ += crypto::to_base64url(value);
  out_ += '"';
  return *this;
}

std::string to_json(const Error& error) {
  JsonLine line;
  line.open('{').key("error").open('{').key("code").text(name_of(error.code));
  line.key("message").text(error.context).close('}').close('}');
  return line.take();
}

}  // namespace covey::tracker
