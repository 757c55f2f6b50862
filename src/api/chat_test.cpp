// Conversations over the API: JSON of their views, and their routes from the client to the service and back.

#include <gmock/gmock.h>

#include "api/json_round_trip.hpp"
#include "api/routes.hpp"
#include "api/server_fixture.hpp"

namespace covey::api {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

ChatMessageView full_message(const std::string& id) {
  ChatMessageView view;
  view.id = id;
  view.peer_id = "abcdefg-hijklmn";
  view.direction = ChatDirection::kOut;
  view.at = 5;
  view.text = "two\nlines \"\xe2\x80\xae\"";
  view.state = ChatState::kFailed;
  view.problem = "nobody was there";
  view.attachment = ChatAttachmentView{"Holiday", ShareKind::kFolder, 6, 7, "covey:x", "s1"};
  view.read = true;
  return view;
}

ChatView full_chat() {
  ChatView view;
  view.peer_id = "abcdefg-hijklmn";
  view.peer_name = "bob";
  view.safety_words = {"one", "two"};
  view.online = true;
  view.blocked = true;
  view.unread = 3;
  view.last = full_message("m1");
  return view;
}

TEST(ChatJson, every_view_comes_back_as_it_was) {
  expect_round_trip(full_message("m1"));
  expect_round_trip(full_chat());
  expect_round_trip(ChatPageView{{full_message("m2"), full_message("m1")}, true});
  expect_round_trip(ChatMessageRequest{"hello", ChatAttachRequest{"s1", {}}});
  expect_round_trip(ChatMessageRequest{"", ChatAttachRequest{{}, "/a"}});
  expect_round_trip(ChatReadRequest{"m1"});
  expect_round_trip(std::vector{full_chat()});
  Event event;
  event.chat = full_chat();
  expect_round_trip(event);
  event = {};
  event.chat_message = full_message("m1");
  expect_round_trip(event);
  event = {};
  event.removed_chat = "abcdefg-hijklmn";
  expect_round_trip(event);
}

TEST(ChatJson, has_the_names_of_the_contract) {
  EXPECT_THAT(to_json(full_message("m1")),
              StartsWith(R"({"id":"m1","peer_id":"abcdefg-hijklmn","direction":"out","at":5,"text":)"));
  EXPECT_THAT(
      to_json(full_message("m1")),
      HasSubstr(R"("attachment":{"title":"Holiday","kind":"folder","bytes":6,"files":7,"ticket":"covey:x",)"
                R"("share_id":"s1"},"read":true})"));
  ChatMessageView plain;
  EXPECT_THAT(to_json(plain), HasSubstr(R"("state":"delivered","problem":"","read":false})"));
}

TEST_F(ApiServer, serves_conversations_to_the_client) {
  service_.kept_chats = {full_chat()};
  service_.kept_messages["bob & co"] = {full_message("m3"), full_message("m2"), full_message("m1")};
  start();
  Client client = this->client();
  EXPECT_EQ(client.chats()->front().unread, 3U);
  const auto page = client.messages("bob & co", "m3", 1);
  ASSERT_TRUE(page) << to_string(page.error());
  EXPECT_EQ(page->messages.front().id, "m2");
  EXPECT_TRUE(page->more);
  EXPECT_EQ(client.messages("bob & co", "", 50)->messages.size(), 3U);
  EXPECT_EQ(client.send_message("bob & co", {"hello", ChatAttachRequest{{}, "/a"}})->text, "hello");
  EXPECT_EQ(client.retry_message("bob & co", "m1")->state, ChatState::kWaiting);
  EXPECT_EQ(client.retry_message("bob & co", "m9").error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(client.read_chat("bob & co", "m3"));
  EXPECT_TRUE(client.forget_chat("bob & co"));
  EXPECT_EQ(client.forget_chat("bob & co").error().code, ErrorCode::kNotFound);
  EXPECT_THAT(service_.asked,
              ElementsAre(R"(send bob & co {"text":"hello","attach":{"path":"/a"}})", "retry bob & co m1",
                          "retry bob & co m9", "read bob & co m3", "forget bob & co", "forget bob & co"));
}

TEST_F(ApiServer, bad_words_about_conversations_are_refused_with_a_reason) {
  service_.kept_messages["bob"] = {};
  start();
  const auto get = [this](std::string_view query) {
    return exchange(fmt::format("GET /api/v1/chats/bob/messages?{} HTTP/1.1\r\nHost: x\r\n\r\n", query));
  };
  for (const char* limit : {"0", "501", "18446744073709551615"}) {
    EXPECT_THAT(get(fmt::format("limit={}", limit)),
                ::testing::AllOf(StartsWith("HTTP/1.1 400"), HasSubstr("1 to 500")));
  }
  EXPECT_THAT(get("limit=x"), StartsWith("HTTP/1.1 400"));
  const auto post = [this](std::string_view path, std::string_view body) {
    return exchange(
        fmt::format("POST /api/v1/chats{} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                    "Content-Length: {}\r\n\r\n{}",
                    path, body.size(), body));
  };
  EXPECT_THAT(post("/bob/messages", R"({"text":1})"), HasSubstr("'text'"));
  EXPECT_THAT(post("/bob/messages", R"({"text":"x","attach":"y"})"), HasSubstr("'attach'"));
  EXPECT_THAT(post("/bob/read", "{}"), HasSubstr("'up_to' is missing"));
  EXPECT_THAT(post("/bob/messages/%zz/retry", ""), StartsWith("HTTP/1.1 400"));
  EXPECT_TRUE(on_network([&] { return service_.asked.empty(); }));
}

TEST_F(ApiServer, a_watcher_is_told_of_conversations_from_the_beginning) {
  service_.kept_chats = {full_chat()};
  start();
  std::optional<ChatView> seen;
  const auto watched = client().events([&](const Event& event) {
    if (event.chat) seen = event.chat;
    return event.chat ? Watch::kEnough : Watch::kGoOn;
  });
  ASSERT_TRUE(watched) << to_string(watched.error());
  EXPECT_EQ(seen->peer_name, "bob");
}

}  // namespace
}  // namespace covey::api
