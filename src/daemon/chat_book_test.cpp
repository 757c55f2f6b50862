// Conversations between two people over mail that is made up: how messages fare, and who is heard.

#include <gmock/gmock.h>

#include "base/encoding.hpp"
#include "daemon/chat_town.hpp"

namespace covey::daemon {
namespace {

using api::ChatState;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(ChatBook, hands_a_message_over_and_ticks_it) {
  run_chat([](ChatPair& p) -> io::Awaitable<void> {
    co_await p.start(*p.bob);
    const auto sent = co_await p.alice->say(*p.bob, "hello\r\nthere");
    CO_REQUIRE(sent);
    EXPECT_EQ(sent->text, "hello\nthere");
    co_await p.alice->reaches(*p.bob, ChatState::kDelivered);
    const auto heard = co_await p.bob->last(*p.alice);
    EXPECT_EQ(heard.text, "hello\nthere");
    EXPECT_EQ(heard.id, sent->id);
    EXPECT_EQ(heard.direction, api::ChatDirection::kIn);
    EXPECT_EQ(heard.state, ChatState::kDelivered);
    EXPECT_FALSE(heard.read);
    EXPECT_EQ(p.bob->chats.views().front().unread, 1U);
    EXPECT_TRUE(p.bob->chats.views().front().online);
  });
}

TEST(ChatBook, shows_what_somebody_calls_itself_whom_no_network_knows) {
  run_chat([](ChatPair& p) -> io::Awaitable<void> {
    co_await p.start(*p.bob);
    p.alice->own_name = "otter";
    const auto sent = co_await p.alice->say(*p.bob, "hello");
    CO_REQUIRE(sent);
    co_await p.alice->reaches(*p.bob, ChatState::kDelivered);
    EXPECT_EQ(p.bob->chats.views().front().peer_name, "~otter");
    p.bob->names[p.alice->id()] = "anna";
    EXPECT_EQ(p.bob->chats.views().front().peer_name, "anna") << "a network's word goes first";
    p.alice->names[p.bob->id()] = "bob";
    p.alice->own_name = "beaver";
    const auto later = co_await p.alice->say(*p.bob, "again");
    CO_REQUIRE(later);
    co_await p.alice->reaches(*p.bob, ChatState::kDelivered);
    p.bob->names.clear();
    EXPECT_EQ(p.bob->chats.views().front().peer_name, "~otter")
        << "nothing is told to who is known by a network";
  });
}

TEST(ChatBook, tells_of_a_message_that_waits_lies_in_a_mailbox_and_arrives) {
  run_chat([](ChatPair& p) -> io::Awaitable<void> {
    p.alice->mail.networks.set_online(false);
    const auto sent = co_await p.alice->say(*p.bob, "hello");
    CO_REQUIRE(sent);
    EXPECT_EQ(sent->state, ChatState::kWaiting);
    p.alice->mail.networks.set_online(true);
    p.pass(10s);
    co_await p.alice->reaches(*p.bob, ChatState::kInMailbox);
    EXPECT_FALSE(p.alice->chats.views().front().online);
    co_await p.start(*p.bob);
    co_await p.alice->reaches(*p.bob, ChatState::kDelivered);
    EXPECT_THAT(co_await p.bob->texts(*p.alice), ElementsAre("hello"));
  });
}

TEST(ChatBook, goes_on_after_a_restart_of_the_sender) {
  run_chat([](ChatPair& p) -> io::Awaitable<void> {
    p.alice->mail.networks.set_online(false);
    const auto sent = co_await p.alice->say(*p.bob, "hello");
    CO_REQUIRE(sent);
    co_await p.restart(p.alice, 1, "alice.db");
    EXPECT_EQ(p.alice->chats.views().front().last->text, "hello");
    EXPECT_TRUE(p.alice->chats.has_written_to(p.bob->id()));
    co_await p.start(*p.bob);
    co_await p.alice->reaches(*p.bob, ChatState::kDelivered);
  });
}

TEST(ChatBook, posts_after_a_crash_what_was_kept_and_not_posted) {
  run_chat([](ChatPair& p) -> io::Awaitable<void> {
    co_await p.start(*p.bob);
    StoredMessage kept;
    kept.id = p.alice->mail.random.fixed<mail::LetterId>();
    kept.peer = p.bob->id();
    kept.way = MessageWay::kOut;
    kept.number = 1;
    kept.at = p.town.clock.wall();
    kept.text = "nearly lost";
    kept.state = MessageState::kWaiting;
    auto add = [&](DaemonStore& s) { return s.add(kept, {}); };
    const auto added = co_await p.alice->mail.store.run(add);
    CO_REQUIRE(added);
    co_await p.restart(p.alice, 1, "alice.db");
    co_await p.alice->reaches(*p.bob, ChatState::kDelivered);
    EXPECT_THAT(co_await p.bob->texts(*p.alice), ElementsAre("nearly lost"));
  });
}

TEST(ChatBook, shows_a_letter_once_also_after_a_crash_before_it_was_remembered) {
  run_chat([](ChatPair& p) -> io::Awaitable<void> {
    co_await p.start(*p.bob);
    const auto sent = co_await p.alice->say(*p.bob, "once");
    CO_REQUIRE(sent);
    co_await p.alice->reaches(*p.bob, ChatState::kDelivered);
    auto forget = [&](DaemonStore& s) { return s.forget_taken(p.town.clock.wall() + 1000h); };
    const auto forgotten = co_await p.bob->mail.store.run(forget);
    CO_REQUIRE(forgotten);
    mail::Letter again = p.alice->mail.letter(p.bob->id(), "");
    again.id = mail::LetterId::from(*from_base32(sent->id));
    again.kind = chat::kMessageLetter;
    again.body = Bytes{1, 0, 0, 0, 0, 0, 0, 0, 9, 0, 1, 'x', 0, 0};
    auto sealed = p.alice->mail.sealed(again);
    EXPECT_EQ(co_await p.bob->mail.book.sink().take(p.alice->id(), std::move(sealed)),
              mail::LetterOutcome::kTaken);
    EXPECT_THAT(co_await p.bob->texts(*p.alice), ElementsAre("once"));
  });
}

TEST(ChatBook, drops_what_is_no_message) {
  run_chat([](ChatPair& p) -> io::Awaitable<void> {
    co_await p.start(*p.bob);
    mail::Letter bad = p.alice->mail.letter(p.bob->id(), "rubbish");
    bad.kind = chat::kMessageLetter;
    auto sealed = p.alice->mail.sealed(bad);
    EXPECT_EQ(co_await p.bob->mail.book.sink().take(p.alice->id(), std::move(sealed)),
              mail::LetterOutcome::kTaken);
    EXPECT_THAT(p.bob->chats.views(), IsEmpty());
  });
}

TEST(ChatBook, hears_nothing_of_who_is_blocked_and_tells_it_nothing) {
  run_chat([](ChatPair& p) -> io::Awaitable<void> {
    co_await p.start(*p.bob);
    p.bob->block(*p.alice);
    const auto sent = co_await p.alice->say(*p.bob, "hello?");
    CO_REQUIRE(sent);
    co_await until([&] { return p.alice->mail.carrier.carried > 0; });
    EXPECT_EQ((co_await p.alice->last(*p.bob)).state, ChatState::kWaiting);
    EXPECT_THAT(p.bob->chats.views(), IsEmpty());
    const auto back = co_await p.bob->say(*p.alice, "no");
    EXPECT_EQ(back.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(back.error().context, HasSubstr("unblock"));
    EXPECT_THAT(p.bob->chats.views(), IsEmpty());
  });
}

TEST(ChatBook, takes_back_what_a_blocked_peer_has_not_got) {
  run_chat([](ChatPair& p) -> io::Awaitable<void> {
    p.alice->mail.networks.set_online(false);
    const auto sent = co_await p.alice->say(*p.bob, "a secret");
    CO_REQUIRE(sent);
    p.alice->block(*p.bob);
    co_await p.alice->reaches(*p.bob, ChatState::kFailed);
    co_await until([&] { return p.alice->mail.book.waiting() == 0; });
    EXPECT_TRUE(p.alice->chats.views().front().blocked);
    // Once the block is lifted it can be meant again.
    p.alice->mail.networks.set_online(true);
    EXPECT_EQ((co_await p.alice->chats.retry(p.bob->id(), sent->id)).error().code,
              ErrorCode::kInvalidArgument);
    (void)p.alice->people.unblock(p.bob->id());
    co_await p.start(*p.bob);
    const auto again = co_await p.alice->chats.retry(p.bob->id(), sent->id);
    CO_REQUIRE(again);
    co_await p.alice->reaches(*p.bob, ChatState::kDelivered);
    EXPECT_THAT(co_await p.bob->texts(*p.alice), ElementsAre("a secret"));
  });
}

TEST(ChatBook, says_why_a_message_was_refused_and_sends_it_again) {
  run_chat([](ChatPair& p) -> io::Awaitable<void> {
    co_await p.start(*p.bob);
    p.bob->mail.book.set_members(nullptr);
    const auto sent = co_await p.alice->say(*p.bob, "we have not met");
    CO_REQUIRE(sent);
    co_await p.alice->reaches(*p.bob, ChatState::kFailed);
    EXPECT_THAT((co_await p.alice->last(*p.bob)).problem, HasSubstr("Send it a ticket"));
    p.bob->people.met(p.alice->id());
    const auto again = co_await p.alice->chats.retry(p.bob->id(), sent->id);
    CO_REQUIRE(again);
    co_await p.alice->reaches(*p.bob, ChatState::kDelivered);
    EXPECT_THAT((co_await p.alice->last(*p.bob)).problem, IsEmpty());
    EXPECT_FALSE(co_await p.alice->chats.retry(p.bob->id(), sent->id));
  });
}

TEST(ChatBook, gives_a_message_up_after_a_month_until_it_is_sent_again) {
  run_chat([](ChatPair& p) -> io::Awaitable<void> {
    p.alice->names[p.bob->id()] = "bob";
    const auto sent = co_await p.alice->say(*p.bob, "hello");
    CO_REQUIRE(sent);
    co_await p.alice->reaches(*p.bob, ChatState::kInMailbox);
    p.town.mailboxes.clear();
    p.pass(31 * 24h);
    co_await p.alice->reaches(*p.bob, ChatState::kFailed);
    EXPECT_THAT((co_await p.alice->last(*p.bob)).problem, HasSubstr("bob could not be reached in 30 days"));
    co_await p.start(*p.bob);
    // At once, while the mail is still putting the old letter away.
    const auto again = co_await p.alice->chats.retry(p.bob->id(), sent->id);
    CO_REQUIRE(again);
    co_await p.alice->reaches(*p.bob, ChatState::kDelivered);
    EXPECT_THAT(co_await p.bob->texts(*p.alice), ElementsAre("hello"));
  });
}

TEST(ChatBook, lets_those_answer_who_were_written_to) {
  run_chat([](ChatPair& p) -> io::Awaitable<void> {
    co_await p.start(*p.bob);
    p.alice->mail.book.set_members(nullptr);
    (void)co_await p.alice->say(*p.bob, "hello");
    co_await p.alice->reaches(*p.bob, ChatState::kDelivered);
    (void)co_await p.bob->say(*p.alice, "hello yourself");
    co_await p.bob->reaches(*p.alice, ChatState::kDelivered);
    EXPECT_THAT(co_await p.alice->texts(*p.bob), ElementsAre("hello", "hello yourself"));
  });
}

TEST(ChatBook, answers_where_the_other_has_said_that_it_is) {
  run_chat([](ChatPair& p) -> io::Awaitable<void> {
    co_await p.start(*p.bob);
    (void)co_await p.alice->say(*p.bob, "hello");
    co_await p.alice->reaches(*p.bob, ChatState::kDelivered);
    p.alice->mail.networks.listed = false;
    (void)co_await p.bob->say(*p.alice, "I know where you are");
    co_await p.bob->reaches(*p.alice, ChatState::kDelivered);
    EXPECT_THAT(p.bob->mail.carrier.dialled, ElementsAre(p.alice->addresses.front()));
  });
}

TEST(ChatBook, marks_messages_as_read_up_to_one) {
  run_chat([](ChatPair& p) -> io::Awaitable<void> {
    co_await p.start(*p.bob);
    for (const char* text : {"one", "two", "three"}) {
      (void)co_await p.alice->say(*p.bob, text);
      co_await p.alice->reaches(*p.bob, ChatState::kDelivered);
    }
    const auto heard = co_await p.bob->heard(*p.alice);
    EXPECT_THAT(heard, SizeIs(3));
    const auto read = co_await p.bob->chats.read(p.alice->id(), heard[1].id);
    CO_REQUIRE(read);
    EXPECT_EQ(p.bob->chats.views().front().unread, 1U);
    EXPECT_FALSE((co_await p.bob->last(*p.alice)).read);
    EXPECT_EQ((co_await p.bob->chats.read(p.alice->id(), "nonsense")).error().code, ErrorCode::kNotFound);
    co_await p.restart(p.bob, 2, "bob.db");
    EXPECT_EQ(p.bob->chats.views().front().unread, 1U);
  });
}

TEST(ChatBook, pages_through_a_conversation) {
  run_chat([](ChatPair& p) -> io::Awaitable<void> {
    for (const char* text : {"one", "two", "three"}) (void)co_await p.alice->say(*p.bob, text);
    const auto last = co_await p.alice->chats.messages(p.bob->id(), std::string(), 2);
    CO_REQUIRE(last);
    EXPECT_TRUE(last->more);
    EXPECT_EQ(last->messages[0].text, "three");
    const auto first = co_await p.alice->chats.messages(p.bob->id(), last->messages[1].id, 2);
    CO_REQUIRE(first);
    EXPECT_FALSE(first->more);
    EXPECT_THAT(first->messages, SizeIs(1));
    EXPECT_EQ(first->messages[0].text, "one");
  });
}

TEST(ChatBook, forgets_a_conversation_with_what_waits_in_it) {
  run_chat([](ChatPair& p) -> io::Awaitable<void> {
    p.alice->mail.networks.set_online(false);
    (void)co_await p.alice->say(*p.bob, "never mind");
    const auto forgotten = co_await p.alice->chats.forget(p.bob->id());
    CO_REQUIRE(forgotten);
    EXPECT_THAT(p.alice->chats.views(), IsEmpty());
    EXPECT_EQ(p.alice->mail.book.waiting(), 0U);
    EXPECT_EQ(p.alice->events.back().removed_chat, p.bob->id().to_text());
    EXPECT_EQ((co_await p.alice->chats.forget(p.bob->id())).error().code, ErrorCode::kNotFound);
    co_await p.restart(p.alice, 1, "alice.db");
    EXPECT_THAT(p.alice->chats.views(), IsEmpty());
  });
}

TEST(ChatBook, leaves_nothing_of_a_message_that_cannot_be_posted) {
  run_chat([](ChatPair& p) -> io::Awaitable<void> {
    p.alice->mail.networks.set_online(false);
    for (int i = 0; i < 100; ++i) (void)co_await p.alice->say(*p.bob, "one of many");
    const auto sent = co_await p.alice->say(*p.bob, "one too many");
    EXPECT_EQ(sent.error().code, ErrorCode::kLimitExceeded);
    EXPECT_THAT(co_await p.alice->heard(*p.bob), SizeIs(100));
    const auto to_itself = co_await p.alice->say(*p.alice, "me");
    EXPECT_EQ(to_itself.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(p.alice->chats.views(), SizeIs(1));
  });
}

/// Somebody with little room.
io::Awaitable<void> make_small(ChatPair& p, const ChatLimits& limits) {
  co_await p.bob->stop();
  p.bob.reset();
  p.bob = std::make_unique<ChatPerson>(p.town, 2, "bob.db", limits);
  co_await p.start(*p.bob);
}

TEST(ChatBook, keeps_only_a_little_of_who_was_never_answered) {
  run_chat([](ChatPair& p) -> io::Awaitable<void> {
    const ChatLimits limits{.room = {.of_chat = 4, .of_all = 100}, .unanswered = 2, .chats = 10};
    co_await make_small(p, limits);
    for (const char* text : {"1", "2", "3"}) {
      (void)co_await p.alice->say(*p.bob, text);
      co_await p.alice->reaches(*p.bob, ChatState::kDelivered);
    }
    EXPECT_THAT(co_await p.bob->texts(*p.alice), ElementsAre("2", "3"));
    EXPECT_EQ(p.bob->chats.views().front().unread, 2U);
    (void)co_await p.bob->say(*p.alice, "yes?");
    for (const char* text : {"4", "5"}) {
      (void)co_await p.alice->say(*p.bob, text);
      co_await p.alice->reaches(*p.bob, ChatState::kDelivered);
    }
    EXPECT_THAT(co_await p.bob->texts(*p.alice), ElementsAre("3", "yes?", "4", "5"));
  });
}

TEST(ChatBook, lets_the_silent_and_unanswered_give_way_to_new_people) {
  run_chat([](ChatPair& p) -> io::Awaitable<void> {
    const ChatLimits limits{.room = {}, .unanswered = 10, .chats = 1};
    co_await make_small(p, limits);
    ChatPerson carol(p.town, 3, "carol.db");
    co_await p.start(carol);
    (void)co_await p.alice->say(*p.bob, "it is me");
    co_await p.alice->reaches(*p.bob, ChatState::kDelivered);
    (void)co_await carol.say(*p.bob, "and me");
    co_await carol.reaches(*p.bob, ChatState::kDelivered);
    EXPECT_THAT(p.bob->chats.views(), SizeIs(1));
    EXPECT_EQ(p.bob->chats.views().front().peer_id, carol.id().to_text());
    // Who was answered stays.
    (void)co_await p.bob->say(carol, "hello");
    p.pass(1min);
    (void)co_await p.alice->say(*p.bob, "me again");
    co_await until([&] { return p.alice->mail.carrier.carried > 1; });
    EXPECT_EQ(p.bob->chats.views().front().peer_id, carol.id().to_text());
    co_await carol.stop();
  });
}

TEST(ChatBook, finds_a_peer_by_the_beginning_of_its_id) {
  run_chat([](ChatPair& p) -> io::Awaitable<void> {
    (void)co_await p.alice->say(*p.bob, "hello");
    const std::string id = p.bob->id().to_text();
    EXPECT_EQ(p.alice->chats.find(id.substr(0, 7)), p.bob->id());
    EXPECT_FALSE(p.alice->chats.find(id.substr(0, 6)));
    EXPECT_FALSE(p.alice->chats.find("nobody at all"));
  });
}

}  // namespace
}  // namespace covey::daemon
