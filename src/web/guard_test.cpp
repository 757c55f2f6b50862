// Every way to come in from where one must not, and the few that lead in.

#include "web/guard.hpp"

#include <gmock/gmock.h>

#include "crypto/base64.hpp"

namespace covey::web {
namespace {

using ::testing::HasSubstr;

constexpr WallTime kNow{std::chrono::milliseconds(1'800'000'000'000)};

class Guard : public ::testing::Test {
 protected:
  Verdict judged(http::Request request, WallTime now = kNow) {
    return judge(request, place_, visitors_, now);
  }
  http::Request request(std::string method, std::string target, std::vector<http::Field> fields = {}) {
    fields.insert(fields.begin(), {"Host", "127.0.0.1:7442"});
    return {.method = std::move(method),
            .target = std::move(target),
            .fields = std::move(fields),
            .body = {},
            .client = {}};
  }
  [[nodiscard]] http::Field cookie() const { return {"Cookie", "covey_session_abc=" + cookie_}; }
  [[nodiscard]] http::Field token() const { return {"X-Covey-CSRF", csrf_token(cookie_)}; }

  crypto::SeededRandom random_{7};
  Visitors visitors_{random_,
                     {.session = [](const auto&, const auto&) {},
                      .key = [](const auto&, const auto&) {},
                      .password = [](const auto&) {}}};
  Place place_ = place_of("http", 7442, {"Nas.example"}, "abc-def");
  std::string cookie_ = visitors_.enter(kNow, "browser");
};

TEST_F(Guard, lets_in_what_comes_from_its_own_page) {
  EXPECT_EQ(judged(request("GET", "/")).way, Way::kPage);
  EXPECT_EQ(judged(request("HEAD", "/assets/x.js?y")).way, Way::kPage);
  EXPECT_EQ(judged(request("GET", "/api/v1/status", {cookie()})).way, Way::kApi);
  EXPECT_EQ(judged(request("GET", "/api/v1/status", {cookie(), {"Sec-Fetch-Site", "none"}})).way, Way::kApi);
  const http::Field origin{"Origin", "http://127.0.0.1:7442"};
  const http::Field site{"Sec-Fetch-Site", "same-origin"};
  EXPECT_EQ(judged(request("POST", "/api/v1/shares", {cookie(), token(), origin, site})).way, Way::kApi);
  EXPECT_EQ(judged(request("POST", "/api/v1/session", {origin, site})).way, Way::kSession);
  EXPECT_EQ(judged(request("GET", "/api/v1/session")).way, Way::kSession);
  EXPECT_EQ(judged(request("DELETE", "/api/v1/session", {cookie(), token()})).way, Way::kSession);
  EXPECT_EQ(judged(request("POST", "/api/v1/csp-report", {origin})).way, Way::kReport);
}

TEST_F(Guard, knows_its_names_and_no_other) {
  for (const char* host : {"127.0.0.1:7442", "LOCALHOST:7442", "[::1]:7442", "nas.example:7442"}) {
    http::Request asked = request("GET", "/");
    asked.fields = {{"Host", host}};
    EXPECT_EQ(judged(asked).way, Way::kPage) << host;
  }
  for (const char* host : {"", "evil.example", "evil.example:7442", "127.0.0.1", "127.0.0.1:80",
                           "127.0.0.1:7442.evil", "127.0.0.2:7442", "nas.example", "user@127.0.0.1:7442"}) {
    http::Request asked = request("GET", "/");
    asked.fields = {{"Host", host}};
    EXPECT_EQ(judged(asked).status, 403) << host;
  }
  EXPECT_EQ(judged(request("GET", "/", {{"HOST", "127.0.0.1:7442"}})).status, 403) << "given twice";
}

struct Refused {
  std::string what;
  std::string method, target;
  std::vector<http::Field> fields;
  bool with_cookie, with_token;
  int status;
};

TEST_F(Guard, refuses) {
  const std::vector<Refused> all{
      {"no session", "GET", "/api/v1/status", {}, false, false, 401},
      {"another peer's session",
       "GET",
       "/api/v1/status",
       {{"Cookie", "covey_session_xyz=" + cookie_}},
       false,
       false,
       401},
      {"a made-up session",
       "GET",
       "/api/v1/status",
       {{"Cookie", "covey_session_abc=abc"}},
       false,
       false,
       401},
      {"two cookies of the name",
       "GET",
       "/api/v1/status",
       {{"Cookie", "covey_session_abc=" + cookie_ + "; covey_session_abc=x"}},
       false,
       false,
       401},
      {"two cookie fields", "GET", "/api/v1/status", {{"Cookie", "a=b"}}, true, false, 401},
      {"no token", "POST", "/api/v1/shares", {}, true, false, 403},
      {"a wrong token", "POST", "/api/v1/shares", {{"X-Covey-CSRF", "wrong"}}, true, false, 403},
      {"two tokens", "POST", "/api/v1/shares", {{"X-Covey-CSRF", "wrong"}}, true, true, 403},
      {"signing out without a token", "DELETE", "/api/v1/session", {}, true, false, 403},
      {"another origin", "GET", "/api/v1/status", {{"Origin", "http://evil.example"}}, true, true, 403},
      {"another port", "GET", "/api/v1/status", {{"Origin", "http://127.0.0.1:3000"}}, true, true, 403},
      {"another name of ours",
       "POST",
       "/api/v1/shares",
       {{"Origin", "http://localhost:7442"}},
       true,
       true,
       403},
      {"another scheme", "POST", "/api/v1/shares", {{"Origin", "https://127.0.0.1:7442"}}, true, true, 403},
      {"no origin to tell", "POST", "/api/v1/shares", {{"Origin", "null"}}, true, true, 403},
      {"two origins",
       "POST",
       "/api/v1/shares",
       {{"Origin", "http://127.0.0.1:7442"}, {"Origin", "http://evil.example"}},
       true,
       true,
       403},
      {"another site", "GET", "/api/v1/status", {{"Sec-Fetch-Site", "cross-site"}}, true, true, 403},
      {"a neighbour", "GET", "/api/v1/events", {{"Sec-Fetch-Site", "same-site"}}, true, true, 403},
      {"a change from nowhere", "POST", "/api/v1/shares", {{"Sec-Fetch-Site", "none"}}, true, true, 403},
      {"signing in from elsewhere",
       "POST",
       "/api/v1/session",
       {{"Origin", "http://evil.example"}},
       false,
       false,
       403},
      {"a report from elsewhere",
       "POST",
       "/api/v1/csp-report",
       {{"Sec-Fetch-Site", "cross-site"}},
       false,
       false,
       403},
      {"a page that is changed", "POST", "/", {}, true, true, 405},
      {"a report that is read", "GET", "/api/v1/csp-report", {}, true, true, 405},
      {"a proxy's form", "GET", "http://127.0.0.1:7442/api/v1/status", {}, true, true, 400},
      {"no path", "OPTIONS", "*", {}, true, true, 400},
      {"an unknown key", "GET", "/api/v1/status", {{"Authorization", "Bearer covey-key-x"}}, true, true, 401},
      {"another scheme of rights",
       "GET",
       "/api/v1/status",
       {{"Authorization", "Basic abc"}},
       true,
       true,
       401},
      {"an empty key", "GET", "/api/v1/status", {{"Authorization", "Bearer "}}, true, true, 401},
      {"two keys",
       "GET",
       "/api/v1/status",
       {{"Authorization", "Bearer a"}, {"Authorization", "Bearer b"}},
       true,
       true,
       400},
  };
  for (const Refused& one : all) {
    http::Request asked = request(one.method, one.target, one.fields);
    if (one.with_cookie) asked.fields.push_back(cookie());
    if (one.with_token) asked.fields.push_back(token());
    const Verdict verdict = judged(asked);
    EXPECT_EQ(verdict.way, Way::kRefused) << one.what;
    EXPECT_EQ(verdict.status, one.status) << one.what;
    EXPECT_NE(verdict.words, "") << one.what;
  }
}

TEST_F(Guard, a_session_ends_thirty_days_after_its_last_use) {
  const WallTime later = kNow + kSessionLife - std::chrono::hours(1);
  EXPECT_EQ(judged(request("GET", "/api/v1/status", {cookie()}), later).way, Way::kApi);
  EXPECT_EQ(judged(request("GET", "/api/v1/status", {cookie()}), kNow + kSessionLife).status, 401);
  visitors_.touch(visitors_.session(cookie_, later)->id, later);
  EXPECT_EQ(judged(request("GET", "/api/v1/status", {cookie()}), kNow + kSessionLife).way, Way::kApi);
}

TEST_F(Guard, a_key_needs_no_cookie_and_may_do_what_it_says) {
  const auto full = visitors_.add_key("backup", KeyKind::kFull, kNow).value();
  const auto look = visitors_.add_key("monitor", KeyKind::kReadOnly, kNow).value();
  const auto with = [&](const std::string& method, const std::string& target, const std::string& key) {
    return judged(request(method, target, {{"Authorization", "Bearer " + key}}));
  };
  EXPECT_EQ(with("POST", "/api/v1/shares", full.text).way, Way::kApi);
  EXPECT_EQ(with("GET", "/api/v1/folders?path=/", full.text).way, Way::kApi);
  EXPECT_EQ(with("GET", "/api/v1/status", look.text).way, Way::kApi);
  EXPECT_EQ(with("POST", "/api/v1/shares", look.text).status, 403);
  EXPECT_EQ(with("GET", "/api/v1/folders?path=/", look.text).status, 403);
  EXPECT_EQ(with("GET", "/api/v1/session", full.text).status, 403);
  ASSERT_TRUE(visitors_.remove_key("backup"));
  EXPECT_EQ(with("GET", "/api/v1/status", full.text).status, 401);
}

TEST(SessionCookie, is_found_among_others) {
  EXPECT_EQ(session_cookie("covey_session_abc=a", "covey_session_abc"), "a");
  EXPECT_EQ(session_cookie("x=1; covey_session_abc=a; y=2", "covey_session_abc"), "a");
  EXPECT_EQ(session_cookie("x=1;covey_session_abc=a", "covey_session_abc"), "a");
  for (const std::string field :
       {"", ";", "=", "covey_session_abc", "covey_session_abc=", "Covey_Session_abc=a",
        "xcovey_session_abc=a", "covey_session_abc=a; covey_session_abc=a"})
    EXPECT_EQ(session_cookie(field, "covey_session_abc"), "") << field;
  EXPECT_EQ(session_cookie("covey_session_abc=" + std::string(4000, 'a'), "covey_session_abc"), "");
}

}  // namespace
}  // namespace covey::web
