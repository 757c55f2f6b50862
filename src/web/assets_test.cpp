// The files of the UI: what is found, in which form, and that nothing else is.

#include "web/assets.hpp"

#include <gmock/gmock.h>

namespace covey::web {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::array kAssets{
    Asset{"assets/index-4f2a.js", "text/javascript; charset=utf-8", "\"e1\"", "plain script", "zipped"},
    Asset{"icon.png", "image/png", "\"e2\"", "picture", ""},
    Asset{"index.html", "text/html; charset=utf-8", "\"e3\"", "<meta content=\"__CSP_NONCE__\">__CSP_NONCE__",
          ""},
};

http::Response got(std::string target, std::vector<http::Field> fields = {}) {
  return answer_asset(
      {.method = "GET", .target = std::move(target), .fields = std::move(fields), .body = {}, .client = {}},
      kAssets, "n0nce");
}

std::string field(const http::Response& response, std::string_view name) {
  for (const auto& one : response.fields) {
    if (one.name == name) return one.value;
  }
  return {};
}

TEST(Assets, a_file_with_a_hash_in_its_name_is_kept_for_good) {
  const auto response = got("/assets/index-4f2a.js");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "plain script");
  EXPECT_THAT(response.cache_control, HasSubstr("immutable"));
  EXPECT_THAT(got("/icon.png").cache_control, Not(HasSubstr("immutable")));
}

TEST(Assets, are_compressed_for_whoever_reads_that) {
  for (const char* accepts : {"gzip", "br, gzip", "gzip;q=0.5", "deflate,gzip, br"}) {
    const auto response = got("/assets/index-4f2a.js", {{"Accept-Encoding", accepts}});
    EXPECT_EQ(response.body, "zipped") << accepts;
    EXPECT_EQ(field(response, "Content-Encoding"), "gzip") << accepts;
    EXPECT_EQ(field(response, "Vary"), "Accept-Encoding");
  }
  for (const char* accepts : {"", "br", "gzip;q=0", "gzip; q=0.0", "identity"})
    EXPECT_EQ(got("/assets/index-4f2a.js", {{"Accept-Encoding", accepts}}).body, "plain script") << accepts;
  EXPECT_EQ(got("/icon.png", {{"Accept-Encoding", "gzip"}}).body, "picture") << "compressed already";
}

TEST(Assets, what_the_browser_has_is_not_sent_again) {
  EXPECT_EQ(got("/icon.png", {{"If-None-Match", "\"e2\""}}).status, 304);
  EXPECT_EQ(got("/icon.png", {{"If-None-Match", "\"e1\", \"e2\""}}).status, 304);
  EXPECT_EQ(got("/icon.png", {{"If-None-Match", "\"e1\""}}).status, 200);
}

TEST(Assets, the_index_has_a_nonce_of_its_own_each_time_and_is_not_kept) {
  for (const char* path : {"/", "/index.html", "/transfers", "/chats/otter?x=1", "/a/b/c"}) {
    const auto response = got(path);
    EXPECT_EQ(response.body, "<meta content=\"n0nce\">n0nce") << path;
    EXPECT_EQ(response.cache_control, "no-store") << path;
    EXPECT_EQ(response.content_type, "text/html; charset=utf-8");
  }
}

TEST(Assets, no_path_leads_out_of_them) {
  for (const char* path : {"/../secret.txt", "/assets/../../etc/passwd.x", "/%2e%2e/%2e%2e/etc/x.y",
                           "/..%2fx.y", "//etc/x.y", "/assets/index-4f2a.js/x.y", "/assets/Index-4f2a.js"})
    EXPECT_EQ(got(path).status, 404) << path;
  for (const char* path : {"/%00", "/icon.png%00", "/%", "/%zz", "/%2"})
    EXPECT_EQ(got(path).status, 400) << path;
}

TEST(Assets, without_the_ui_a_page_says_how_to_build_it) {
  const auto response =
      answer_asset({.method = "GET", .target = "/", .fields = {}, .body = {}, .client = {}}, {}, "n");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr("COVEY_WEB_UI=ON"));
  EXPECT_THAT(response.body, Not(HasSubstr("<style")));
}

TEST(SecurityFields, allow_no_script_but_our_own) {
  std::string all;
  for (const auto& one : security_fields("n0nce")) all += one.name + ": " + one.value + "\n";
  for (const char* wanted :
       {"default-src 'none'", "script-src 'self';", "style-src 'self' 'nonce-n0nce'",
        "frame-ancestors 'none'", "X-Frame-Options: DENY", "Referrer-Policy: no-referrer",
        "Cross-Origin-Opener-Policy: same-origin", "Cross-Origin-Resource-Policy: same-origin"})
    EXPECT_THAT(all, HasSubstr(wanted));
  EXPECT_THAT(all, Not(HasSubstr("unsafe")));
}

}  // namespace
}  // namespace covey::web
