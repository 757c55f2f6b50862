// What a tracker reads of strangers before it knows them: the JSON of a body, field by field, and the target
// of a request; and that what it writes about them is JSON.

#include <nlohmann/json.hpp>

#include "crypto/sign.hpp"
#include "fuzz/promise.hpp"
#include "http/target.hpp"
#include "tracker/json_body.hpp"
#include "tracker/json_line.hpp"

namespace covey::fuzz {
namespace {

template <typename T>
void expect_total(const Result<T>& result) {
  if (result) return;
  require(result.error().code == ErrorCode::kMalformed, "what cannot be read is malformed");
  const auto told = nlohmann::json::parse(tracker::to_json(result.error()), nullptr, false);
  require(told.is_object() && told["error"]["code"] == "malformed", "an error is told in JSON");
}

void check_body(std::string_view text) {
  const auto body = tracker::JsonBody::parse(text);
  expect_total(body);
  if (!body) return;
  for (const char* name : {"a", "peer_id", "ids", "addresses", "body"}) {
    expect_total(body->text(name));
    expect_total(body->optional_text(name));
    expect_total(body->number(name, 1000));
    expect_total(body->bytes(name, 100));
    expect_total(body->fixed<crypto::Signature>(name));
    expect_total(body->optional_texts(name, 8));
    expect_total(body->numbers(name, 8));
  }
  if (const auto number = body->number("a", 1000)) require(*number <= 1000, "numbers lie in their bounds");
  if (const auto bytes = body->bytes("a", 100)) require(bytes->size() <= 100, "bytes lie in their bounds");
}

void check_target(std::string_view text) {
  (void)http::match("/api/v1/shares/{id}/provider", http::path_of(text));
  (void)http::percent_decoded(text);
  (void)http::parameter(http::query_of(text), "q");
  const auto number = http::number_parameter(http::query_of(text), "limit", 100, 50);
  require(!number || (*number >= 1 && *number <= 100), "a limit lies in its bounds");
}

void check_written(std::string_view text) {
  tracker::JsonLine line;
  line.open('{').key("a").text(text).key("b").bytes(as_bytes(text)).close('}');
  const std::string written = line.take();
  require(written.find('\n') == std::string::npos, "JSON is one line");
  require(nlohmann::json::parse(written, nullptr, false).is_object(), "what is written is JSON");
}

}  // namespace
}  // namespace covey::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = covey::as_text({data, size});
  covey::fuzz::check_body(text);
  covey::fuzz::check_target(text);
  covey::fuzz::check_written(text);
  return 0;
}
