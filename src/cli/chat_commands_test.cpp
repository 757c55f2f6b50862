// covey chat, against the real API server and a peer made up in memory.

#include <gmock/gmock.h>

#include "cli/consent_fixture.hpp"

namespace covey::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class ChatCommands : public ConsentFixture {
 protected:
  static api::ChatMessageView said(const std::string& id, const std::string& text) {
    api::ChatMessageView view;
    view.id = id;
    view.peer_id = kBob;
    view.at = 5000;
    view.text = text;
    return view;
  }
  static api::ChatView with_bob() {
    api::ChatView view;
    view.peer_id = kBob;
    view.peer_name = "bob";
    view.online = true;
    view.unread = 2;
    view.last = said("m2", "hello\nthere");
    return view;
  }
};

TEST_F(ChatCommands, say_how_to_start_a_daemon_where_none_runs) {
  for (const std::vector<std::string>& command : {std::vector<std::string>{"chat"},
                                                  {"chat", "bob"},
                                                  {"chat", "bob", "hello"},
                                                  {"chat", "bob", "--follow"}}) {
    EXPECT_EQ(covey(command), 4);
    EXPECT_THAT(err(), HasSubstr("covey daemon"));
  }
}

TEST_F(ChatCommands, lists_conversations) {
  service_.kept_chats = {with_bob()};
  start_daemon();
  EXPECT_EQ(covey({"chat"}), 0);
  EXPECT_THAT(out(), StartsWith(kBob + "\tbob\tonline\t2\t5\tin\tdelivered\thello"));
  EXPECT_EQ(covey({"chat", "--json"}), 0);
  EXPECT_THAT(out(), StartsWith(R"({"peer_id":")" + kBob));
  is_terminal_ = true;
  EXPECT_EQ(covey({"chat"}), 0);
  EXPECT_THAT(out(), HasSubstr("bob"));
  EXPECT_THAT(out(), HasSubstr("hello"));
}

TEST_F(ChatCommands, says_when_nothing_was_said) {
  service_.kept_messages["bob"] = {};
  start_daemon();
  EXPECT_EQ(covey({"chat"}), 0);
  EXPECT_THAT(err(), HasSubstr("nothing was said yet"));
  EXPECT_EQ(covey({"chat", "bob"}), 0);
  EXPECT_THAT(out(), IsEmpty());
}

TEST_F(ChatCommands, shows_a_conversation_and_marks_it_read) {
  service_.kept_chats = {with_bob()};
  auto mine = said("m1", "mine");
  mine.direction = api::ChatDirection::kOut;
  mine.state = api::ChatState::kFailed;
  mine.problem = "nobody was there";
  auto theirs = said("m2", "look");
  theirs.attachment = api::ChatAttachmentView{"Holiday", api::ShareKind::kFolder, 2048, 3, "covey:x", "s1"};
  service_.kept_messages["bob"] = {theirs, mine};
  start_daemon();
  EXPECT_EQ(covey({"chat", "bob"}), 0);
  EXPECT_EQ(out(),
            "m1\t5\tout\tfailed\tmine\t\t\t\tnobody was there\n"
            "m2\t5\tin\tdelivered\tlook\tHoliday\t2048\tcovey:x\t\n");
  EXPECT_THAT(service_.asked, ElementsAre("read bob m2"));
  EXPECT_EQ(covey({"chat", "bob", "-n", "1", "--json"}), 0);
  EXPECT_THAT(out(), StartsWith(R"({"id":"m2")"));
  is_terminal_ = true;
  EXPECT_EQ(covey({"chat", "bob"}), 0);
  EXPECT_THAT(out(), HasSubstr("  [folder Holiday, 2 KiB, 3 files]\n  covey get covey:x\n"));
  EXPECT_THAT(out(), HasSubstr("not delivered\n  mine\n  nobody was there\n  covey chat PEER --retry m1\n"));
}

TEST_F(ChatCommands, writes_words_and_standard_input) {
  service_.kept_messages["bob"] = {};
  start_daemon();
  EXPECT_EQ(covey({"chat", "bob", "hello"}), 0);
  EXPECT_THAT(err(), HasSubstr("on its way to bob"));
  in_.str("two\nlines\n");
  EXPECT_EQ(covey({"chat", "bob", "-", "--json"}), 0);
  EXPECT_THAT(out(), HasSubstr(R"("text":"two\nlines","state":"waiting")"));
  EXPECT_THAT(service_.asked,
              ElementsAre(R"(send bob {"text":"hello"})", R"(send bob {"text":"two\nlines"})"));
  EXPECT_EQ(covey({"chat", "nobody", "hello"}), 4);
}

TEST_F(ChatCommands, attaches_a_path_that_there_is_and_else_a_share) {
  service_.kept_messages["bob"] = {};
  start_daemon();
  EXPECT_EQ(covey({"chat", "bob", "--attach", folder_.string()}), 0);
  EXPECT_EQ(covey({"chat", "bob", "look", "--attach", "s1"}), 0);
  EXPECT_THAT(service_.asked,
              ElementsAre(R"(send bob {"text":"","attach":{"path":")" + folder_.string() + R"("}})",
                          R"(send bob {"text":"look","attach":{"share":"s1"}})"));
}

TEST_F(ChatCommands, waits_until_a_message_has_arrived) {
  service_.kept_messages["bob"] = {};
  service_.on_sent = [&](const api::ChatMessageView& message) {
    api::Event event;
    event.chat_message = message;
    event.chat_message->state = api::ChatState::kDelivered;
    when_watched([this, event] { service_.emit(event); });
  };
  start_daemon();
  EXPECT_EQ(covey({"chat", "bob", "hello", "--wait"}), 0);
  EXPECT_THAT(err(), HasSubstr("delivered to bob"));
}

TEST_F(ChatCommands, notice_what_became_of_a_message_before_they_watched) {
  service_.kept_messages["bob"] = {};
  service_.on_sent = [&](const api::ChatMessageView& /*message*/) {
    service_.kept_messages["bob"].front().state = api::ChatState::kFailed;
    service_.kept_messages["bob"].front().problem = "it is away";
  };
  start_daemon();
  EXPECT_EQ(covey({"chat", "bob", "hello", "--wait"}), 1);
  EXPECT_THAT(err(), HasSubstr("it is away"));
}

TEST_F(ChatCommands, retry_and_forget) {
  service_.kept_messages["bob"] = {said("m1", "x")};
  start_daemon();
  EXPECT_EQ(covey({"chat", "bob", "--retry", "m1"}), 0);
  EXPECT_EQ(covey({"chat", "bob", "--forget"}), 0);
  EXPECT_EQ(covey({"chat", "bob", "--forget"}), 4);
  EXPECT_THAT(service_.asked, ElementsAre("retry bob m1", "forget bob", "forget bob"));
  EXPECT_EQ(covey({"chat", "bob", "text", "--forget"}), 2);
  EXPECT_EQ(covey({"chat", "bob", "text", "--follow"}), 2);
}

TEST_F(ChatCommands, nothing_that_peers_wrote_moves_the_cursor) {
  auto chat = with_bob();
  chat.peer_name = kHostile;
  chat.last = said("m1", "a\x1b[2J\x07");
  service_.kept_chats = {chat};
  auto hostile = said("m1", "a\x1b[2J\x07\xe2\x80\xae");
  hostile.attachment = api::ChatAttachmentView{kHostile, api::ShareKind::kFile, 1, 1, kHostile, "s"};
  hostile.problem = kHostile;
  service_.kept_messages["bob"] = {hostile};
  start_daemon();
  for (const bool terminal : {false, true}) {
    is_terminal_ = terminal;
    EXPECT_EQ(covey({"chat"}), 0);
    expect_harmless();
    EXPECT_EQ(covey({"chat", "bob"}), 0);
    expect_harmless();
  }
}

}  // namespace
}  // namespace covey::cli
