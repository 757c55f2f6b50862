// The routes about this machine and its user, and what of them a browser may not reach.

#include <gmock/gmock.h>

#include "api/home_json.hpp"
#include "api/routes.hpp"
#include "api/server_fixture.hpp"

namespace covey::api {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class HomeRoutes : public ::testing::Test {
 protected:
  http::Response answered(std::string method, std::string target, std::string body = {},
                          From from = From::kBrowser, std::string type = "application/json") {
    http::Request request;
    request.method = std::move(method);
    request.target = "/api/v1" + target;
    request.body = std::move(body);
    if (!request.body.empty()) request.fields.push_back({"Content-Type", std::move(type)});
    auto result = asio::co_spawn(io_, answer(service_, std::move(request), from), asio::use_future);
    io_.restart();
    io_.run();
    return result.get();
  }
  asio::io_context io_;
  FakeService service_;
};

TEST_F(HomeRoutes, reach_the_service) {
  EXPECT_THAT(answered("GET", "/identity").body, AllOf(HasSubstr(R"("first_run":true)"), HasSubstr("otter")));
  EXPECT_THAT(answered("POST", "/identity", R"({"name":"otter"})").body, HasSubstr(R"("name":"otter")"));
  EXPECT_THAT(answered("POST", "/identity/done").body, HasSubstr(R"("first_run":false)"));
  EXPECT_EQ(answered("POST", "/identity/passphrase", R"({"current":"wrong","new":"x"})").status, 403);
  EXPECT_EQ(answered("POST", "/identity/passphrase", "{}").status, 400)
      << "what is not said must not remove it";
  EXPECT_THAT(answered("POST", "/settings", R"({"download_directory":"/d"})").body, HasSubstr("/d"));
  EXPECT_EQ(answered("GET", "/folders?path=%2Fa%20b&hidden=true").status, 200);
  EXPECT_EQ(answered("POST", "/uploads", R"({"files":[{"path":"a","bytes":1}]})").status, 201);
  EXPECT_EQ(
      answered("PUT", "/uploads/u1/files/2?offset=7", "bytes", From::kBrowser, "application/octet-stream")
          .status,
      200);
  EXPECT_EQ(answered("POST", "/uploads/u1/share", R"({"title":"t"})").status, 201);
  EXPECT_EQ(answered("DELETE", "/uploads/u1").status, 204);
  EXPECT_THAT(service_.asked,
              ElementsAre(HasSubstr("passphrase"), "folder /a b with hidden ones", HasSubstr("upload {"),
                          "part u1 2 7 5", "share upload u1 t", "drop upload u1"));
}

TEST_F(HomeRoutes, parts_are_bytes_and_bounded) {
  EXPECT_EQ(answered("PUT", "/uploads/u1/files/0", "x").status, 415);
  EXPECT_EQ(answered("PUT", "/uploads/u1/files/x", "x", From::kBrowser, "application/octet-stream").status,
            404);
  EXPECT_EQ(answered("PUT", "/uploads/u1/files/0?offset=-1", "x", From::kBrowser, "application/octet-stream")
                .status,
            400);
  const std::string most(kMaxPartBytes, 'x');
  EXPECT_EQ(answered("PUT", "/uploads/u1/files/0", most, From::kBrowser, "application/octet-stream").status,
            200);
  EXPECT_EQ(
      answered("PUT", "/uploads/u1/files/0", most + "x", From::kBrowser, "application/octet-stream").status,
      413);
}

TEST_F(HomeRoutes, who_may_come_in_is_not_for_those_who_came_in) {
  for (const auto& [method, path] :
       std::vector<std::pair<std::string, std::string>>{{"POST", "/ui/link"},
                                                        {"GET", "/ui/sessions"},
                                                        {"DELETE", "/ui/sessions"},
                                                        {"POST", "/ui/password"},
                                                        {"GET", "/keys"},
                                                        {"POST", "/keys"},
                                                        {"DELETE", "/keys/k"}})
    EXPECT_EQ(answered(method, path).status, 403) << path;
  EXPECT_EQ(answered("POST", "/ui/link", "", From::kSocket).status, 201);
}

class HomeClient : public ApiServer {};

TEST_F(HomeClient, asks_for_ways_in) {
  start();
  Client client = this->client();
  EXPECT_EQ(client.ui_link().value().url, "http://127.0.0.1:7442/#once=token");
  EXPECT_EQ(client.end_ui_sessions().value(), 0U);
  EXPECT_TRUE(client.ui_sessions().value().empty());
  EXPECT_TRUE(client.set_ui_password("pass word"));
  EXPECT_EQ(client.add_api_key({.name = "backup", .kind = KeyKind::kFull}).value().key, "covey-key-secret");
  EXPECT_EQ(client.api_keys().value().front().key, std::nullopt);
  EXPECT_TRUE(client.remove_api_key("backup"));
  EXPECT_EQ(client.remove_api_key("backup").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(client.set_identity({.name = "otter"}).value().name, "otter");
  EXPECT_EQ(client.identity().value().name, "otter");
}

TEST_F(ApiServer, a_beginning_of_ten_thousand_transfers_is_told_whole) {
  for (int i = 0; i < 10'000; ++i) {
    TransferView view = transfer_named("transfer" + std::to_string(i), 1);
    view.title = std::string(200, 't');
    service_.kept_transfers.push_back(std::move(view));
  }
  start();
  std::size_t told = 0;
  const auto ended = client().events([&](const Event& event) {
    if (event.transfer) ++told;
    return told == 10'000 ? Watch::kEnough : Watch::kGoOn;
  });
  EXPECT_TRUE(ended) << to_string(ended.error());
  EXPECT_EQ(told, 10'000U);
}

}  // namespace
}  // namespace covey::api
