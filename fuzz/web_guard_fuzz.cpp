// The guard of the web UI's address: whatever fields come, nobody without a session, a key or their page
// passes.

#include "web/guard.hpp"

#include "fuzz/promise.hpp"

namespace covey::fuzz {
namespace {

using namespace web;

constexpr WallTime kNow{std::chrono::milliseconds(1'800'000'000'000)};

void check_cookie(std::string_view field) {
  const std::string_view cookie = session_cookie(field, "covey_session_abc");
  require(cookie.size() <= 128, "a cookie is short");
  require(cookie.empty() || field.find(cookie) != field.npos, "a cookie stands in its field");
  require(cookie.find(';') == cookie.npos, "a cookie ends before the next");
}

/// Lines "Name:value" after the method and the target.
http::Request request_in(std::string_view text) {
  http::Request out;
  const auto next = [&] {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    return line;
  };
  out.method = next();
  out.target = next();
  while (!text.empty()) {
    const std::string_view line = next();
    const std::string_view name = line.substr(0, line.find(':'));
    out.fields.push_back(
        {std::string(name), std::string(line.substr(std::min(line.size(), name.size() + 1)))});
  }
  return out;
}

void check_password_record(std::string_view text) {
  const auto record = password_record(text);
  if (record) require(password_record(to_text(*record)) == record, "a kept password survives its text");
}

void run(ByteView input) {
  static crypto::SeededRandom random(1);
  static const Visitors nobody(random, {.session = [](const auto&, const auto&) {},
                                        .key = [](const auto&, const auto&) {},
                                        .password = [](const auto&) {}});
  static const Place place = place_of("http", 7442, {}, "abc-def");
  check_cookie(as_text(input));
  check_password_record(as_text(input));
  const http::Request request = request_in(as_text(input));
  const Verdict verdict = judge(request, place, nobody, kNow);
  require(verdict.way != Way::kApi, "nobody passes to the API");
  require(verdict.cookie.empty(), "there is no session");
  require((verdict.way == Way::kRefused) == (verdict.status != 0), "a refusal has a status");
  if (verdict.way == Way::kPage)
    require(!request.target.starts_with("/api/"), "a page is no part of the API");
  if (verdict.way != Way::kRefused)
    require(request.only_field("Host").has_value(), "whoever passes names one host");
}

}  // namespace
}  // namespace covey::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  covey::fuzz::run({data, size});
  return 0;
}
