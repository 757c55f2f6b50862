// The web UI's address over real TCP sockets, and whoever should not get in there.

#include "web/web_server.hpp"

#include <future>
#include <thread>

#include <gmock/gmock.h>
#include <asio/co_spawn.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/post.hpp>
#include <asio/read.hpp>
#include <asio/read_until.hpp>
#include <asio/use_future.hpp>
#include <asio/write.hpp>

#include "http/tls_certificate.hpp"
#include "web/sign_in.hpp"

namespace covey::web {
namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::array kServed{Asset{"a.js", "text/javascript; charset=utf-8", "\"e1\"", "script", ""}};

class WebServerTest : public ::testing::Test {
 protected:
  WebServerTest() { options_.address = {asio::ip::address_v4::loopback(), 0}; }
  ~WebServerTest() override {
    if (server_) asio::co_spawn(io_, server_->close(), asio::use_future).get();
    work_.reset();
    if (thread_.joinable()) thread_.join();  // nothing is left that keeps the loop running
  }
  Result<> start() {
    options_.assets = kServed;
    options_.peer_id = "abc-def";
    options_.version = "1.2";
    TRY(server_,
        WebServer::listen(
            io_, {.visitors = &visitors_, .clock = &clock_, .random = &random_, .offload = &offload_},
            options_, [this](http::Request request, std::unique_ptr<http::Exchange> exchange) {
              reached_.push_back(request.method + " " + request.target);
              http::Response response;
              response.body = R"({"reached":true})";
              exchange->respond(std::move(response), {});
            }));
    thread_ = std::thread([this] { io_.run(); });
    return {};
  }
  template <typename F>
  auto on_network(F function) {
    std::packaged_task<std::invoke_result_t<F>()> task(std::move(function));
    auto result = task.get_future();
    asio::post(io_, [&task] { task(); });
    return result.get();
  }
  [[nodiscard]] std::string host() const {
    return fmt::format("127.0.0.1:{}", server_->local_endpoint().port());
  }
  tcp::socket connect() {
    tcp::socket socket(client_);
    socket.connect(server_->local_endpoint());
    return socket;
  }
  std::string answer(const std::string& request) {
    tcp::socket socket = connect();
    std::error_code cut;
    asio::write(socket, asio::buffer(request), cut);
    std::string all;
    asio::read(socket, asio::dynamic_buffer(all), cut);
    return all;
  }
  std::string asked(std::string_view method, std::string_view target, std::string_view fields = {},
                    std::string_view body = {}) {
    return answer(
        fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n{}\r\n{}",
                    method, target, host(), body.size(), fields, body));
  }
  std::string sign_in(std::string_view json) {
    return asked("POST", kSessionPath, "Content-Type: application/json\r\n", json);
  }
  std::string once() {
    return on_network([this] { return visitors_.make_once(clock_.wall()); });
  }
  std::vector<std::string> reached() {
    return on_network([this] { return reached_; });
  }
  /// The cookie's value of an answer.
  static std::string cookie_in(const std::string& answer) {
    const std::string before = "covey_session_abc=";
    const auto begin = answer.find(before) + before.size();
    return answer.substr(begin, answer.find(';', begin) - begin);
  }
  std::string signed_in() { return cookie_in(sign_in(fmt::format(R"({{"once":"{}"}})", once()))); }

  asio::io_context io_, client_;
  asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(io_);
  crypto::SystemRandom random_;
  ManualClock clock_;
  io::Offload offload_{1};
  Visitors visitors_{random_,
                     {.session = [](const auto&, const auto&) {},
                      .key = [](const auto&, const auto&) {},
                      .password = [](const auto&) {}}};
  WebOptions options_;
  std::unique_ptr<WebServer> server_;
  std::vector<std::string> reached_;
  std::thread thread_;
};

TEST_F(WebServerTest, a_link_leads_to_a_session_and_that_to_the_api) {
  ASSERT_TRUE(start());
  const std::string token = once();
  const std::string in = sign_in(fmt::format(R"({{"once":"{}"}})", token));
  EXPECT_THAT(in, AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("HttpOnly; SameSite=Strict"),
                        HasSubstr(R"("peer_id":"abc-def")"), Not(HasSubstr("Secure"))));
  const std::string cookie = cookie_in(in);
  const std::string with = fmt::format("Cookie: covey_session_abc={}\r\n", cookie);
  EXPECT_THAT(asked("GET", kSessionPath, with), HasSubstr(csrf_token(cookie)));
  EXPECT_THAT(asked("GET", "/api/v1/status", with), AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("reached")));
  EXPECT_THAT(asked("POST", "/api/v1/shares", with), StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(asked("POST", "/api/v1/shares", with + fmt::format("X-Covey-CSRF: {}\r\n", csrf_token(cookie))),
              StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(reached(), ::testing::ElementsAre("GET /api/v1/status", "POST /api/v1/shares"));
  EXPECT_THAT(sign_in(fmt::format(R"({{"once":"{}"}})", token)),
              AllOf(StartsWith("HTTP/1.1 401"), HasSubstr("used")));
}

TEST_F(WebServerTest, signing_out_ends_the_session) {
  ASSERT_TRUE(start());
  const std::string cookie = signed_in();
  const std::string with =
      fmt::format("Cookie: covey_session_abc={}\r\nX-Covey-CSRF: {}\r\n", cookie, csrf_token(cookie));
  EXPECT_THAT(asked("DELETE", kSessionPath, with), AllOf(StartsWith("HTTP/1.1 204"), HasSubstr("Max-Age=0")));
  EXPECT_THAT(asked("GET", kSessionPath, with),
              AllOf(StartsWith("HTTP/1.1 401"), HasSubstr(R"("password":false)")));
}

TEST_F(WebServerTest, refuses_whoever_does_not_come_from_its_own_page) {
  ASSERT_TRUE(start());
  const std::string with = fmt::format("Cookie: covey_session_abc={}\r\n", signed_in());
  EXPECT_THAT(asked("GET", "/api/v1/status"), StartsWith("HTTP/1.1 401"));
  EXPECT_THAT(asked("GET", "/api/v1/status", with + "Origin: http://evil.example\r\n"),
              StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(asked("GET", "/api/v1/status", with + "Sec-Fetch-Site: same-site\r\n"),
              StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(answer("GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"),
              StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(answer("GET / HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.1 403")) << "without a host";
  EXPECT_THAT(asked("POST", "/"), AllOf(StartsWith("HTTP/1.1 405"), HasSubstr("Allow: GET, HEAD")));
  EXPECT_THAT(asked("PUT", kSessionPath, with), StartsWith("HTTP/1.1 403"));
  EXPECT_TRUE(reached().empty());
}

TEST_F(WebServerTest, bad_ways_of_signing_in_are_told_apart) {
  ASSERT_TRUE(start());
  const std::string old = once();
  clock_.advance(kOnceLife);
  EXPECT_THAT(sign_in(fmt::format(R"({{"once":"{}"}})", old)), StartsWith("HTTP/1.1 410"));
  EXPECT_THAT(sign_in(R"({"once":"made up"})"), StartsWith("HTTP/1.1 401"));
  for (const char* body : {"", "{", "[]", "{}", R"({"once":5})", R"({"once":"a","password":"b"})"})
    EXPECT_THAT(sign_in(body), StartsWith("HTTP/1.1 400")) << body;
  EXPECT_THAT(asked("POST", kSessionPath, "Content-Type: text/plain\r\n", R"({"once":"a"})"),
              StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(sign_in(fmt::format(R"({{"once":"{}"}})", std::string(5000, 'x'))), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(sign_in(R"({"password":"guess"})"),
              AllOf(StartsWith("HTTP/1.1 401"), HasSubstr("no password is set")));
}

TEST_F(WebServerTest, guessing_the_password_is_slowed_down) {
  const crypto::PasswordCost cheap{.memory_bytes = crypto::kMinPasswordMemory, .passes = 1};
  const auto right = crypto::SecretBytes::copy_of(as_bytes("correct horse"));
  visitors_.set_password(make_password(right, random_, cheap).value());
  ASSERT_TRUE(start());
  for (int i = 0; i < 3; ++i) EXPECT_THAT(sign_in(R"({"password":"wrong"})"), StartsWith("HTTP/1.1 401"));
  EXPECT_THAT(sign_in(R"({"password":"correct horse"})"),
              AllOf(StartsWith("HTTP/1.1 429"), HasSubstr("Retry-After: 2")));
  EXPECT_THAT(sign_in(fmt::format(R"({{"once":"{}"}})", once())), StartsWith("HTTP/1.1 200"))
      << "the owner gets in";
  clock_.advance(2s);
  EXPECT_THAT(sign_in(R"({"password":"correct horse"})"), StartsWith("HTTP/1.1 200"));
}

TEST_F(WebServerTest, files_come_with_what_protects_the_browser) {
  ASSERT_TRUE(start());
  const std::string script = asked("GET", "/a.js");
  EXPECT_THAT(script, AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("script-src 'self'"), HasSubstr("nosniff"),
                            HasSubstr("X-Frame-Options: DENY"), HasSubstr("\r\n\r\nscript")));
  const std::string head = asked("HEAD", "/a.js");
  EXPECT_THAT(head, AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("Content-Length: 6"),
                          ::testing::EndsWith("\r\n\r\n")));
  EXPECT_THAT(asked("GET", "/a.js", "If-None-Match: \"e1\"\r\n"),
              AllOf(StartsWith("HTTP/1.1 304"), ::testing::EndsWith("\r\n\r\n")));
  for (const char* path : {"/../a.txt", "/%2e%2e/%2e%2e/etc/pass.wd"})
    EXPECT_THAT(asked("GET", path), StartsWith("HTTP/1.1 404")) << path;
  EXPECT_THAT(asked("GET", "/%00"), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(asked("GET", "/api/v1/status"), HasSubstr("default-src 'none'")) << "refusals too";
}

TEST_F(WebServerTest, a_report_of_a_broken_policy_is_counted) {
  ASSERT_TRUE(start());
  EXPECT_THAT(asked("POST", kReportPath, "", R"({"csp-report":{}})"), StartsWith("HTTP/1.1 204"));
  EXPECT_THAT(sign_in(fmt::format(R"({{"once":"{}"}})", once())), HasSubstr(R"("csp_reports":1)"));
}

TEST_F(WebServerTest, what_is_too_large_or_too_slow_is_cut_off) {
  options_.request_timeout = 100ms;
  ASSERT_TRUE(start());
  EXPECT_EQ(
      answer("GET / HTTP/1.1\r\nHost: " + host() + "\r\nX-Large: " + std::string(9000, 'x') + "\r\n\r\n"),
      "");
  EXPECT_EQ(answer("GET /" + std::string(20'000, 'x') + " HTTP/1.1\r\n\r\n"), "");
  EXPECT_EQ(answer("POST /api/v1/session HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n"), "");
  EXPECT_EQ(answer("GET / HTTP/1.1\r\nHo"), "") << "nothing more comes";
  EXPECT_THAT(asked("GET", "/a.js"), StartsWith("HTTP/1.1 200"));
}

TEST_F(WebServerTest, beyond_this_machine_it_needs_tls_and_a_password) {
  options_.address = {asio::ip::address_v4::any(), 0};
  EXPECT_EQ(start().error().code, ErrorCode::kInvalidArgument);
  const auto key = http::make_tls_key().value();
  const Bytes chain = http::make_self_signed(key.view(), clock_.wall(), "covey").value();
  options_.tls = http::make_server_tls(chain, key.view()).value().context;
  EXPECT_EQ(start().error().code, ErrorCode::kInvalidArgument) << "and a password";
  const crypto::PasswordCost cheap{.memory_bytes = crypto::kMinPasswordMemory, .passes = 1};
  visitors_.set_password(
      make_password(crypto::SecretBytes::copy_of(as_bytes("correct horse")), random_, cheap).value());
  options_.tls = nullptr;
  EXPECT_EQ(start().error().code, ErrorCode::kInvalidArgument) << "and TLS";
}

TEST_F(WebServerTest, speaks_tls_with_its_certificate) {
  const auto key = http::make_tls_key().value();
  const Bytes chain = http::make_self_signed(key.view(), clock_.wall(), "covey").value();
  options_.tls = http::make_server_tls(chain, key.view()).value().context;
  ASSERT_TRUE(start());
  EXPECT_THAT(server_->url(), StartsWith("https://127.0.0.1:"));
  asio::ssl::context context(asio::ssl::context::tls_client);
  asio::ssl::stream<tcp::socket> stream(client_, context);
  stream.lowest_layer().connect(server_->local_endpoint());
  stream.handshake(asio::ssl::stream_base::client);
  asio::write(stream, asio::buffer(fmt::format("GET /a.js HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
                                               host())));
  std::string all;
  std::error_code end;
  asio::read(stream, asio::dynamic_buffer(all), end);
  EXPECT_THAT(all, AllOf(StartsWith("HTTP/1.1 200"), ::testing::EndsWith("script")));
  EXPECT_EQ(http::fingerprint_of(chain).value().size(), 95U);
}

TEST_F(WebServerTest, connections_stay_open_between_requests) {
  ASSERT_TRUE(start());
  tcp::socket socket = connect();
  for (int i = 0; i < 3; ++i) {
    asio::write(socket, asio::buffer(fmt::format("GET /a.js HTTP/1.1\r\nHost: {}\r\n\r\n", host())));
    std::string all;
    asio::read_until(socket, asio::dynamic_buffer(all), "\r\n\r\nscript");
    EXPECT_THAT(all, StartsWith("HTTP/1.1 200"));
  }
}

}  // namespace
}  // namespace covey::web
