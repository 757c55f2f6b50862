// Letters between people whose ways are made up: what arrives, what ends, what survives.

#include "daemon/mail_book.hpp"

#include <gmock/gmock.h>

#include "daemon/mail_town.hpp"

namespace covey::daemon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(MailBook, brings_a_letter_over_a_link) {
  run_pair([](Pair& p) -> io::Awaitable<void> {
    (void)co_await p.alice->start();
    (void)co_await p.bob->start();
    const auto id = co_await p.alice->write(p.bob->id(), "hello");
    CO_REQUIRE(id);
    co_await until([&] { return p.alice_is_done(); });
    EXPECT_THAT(p.bob->heard, ElementsAre("hello"));
    EXPECT_THAT(fates(*p.alice), ElementsAre(LetterFate::kAcknowledged));
    EXPECT_EQ(p.alice->ended.front().id, *id);
    EXPECT_EQ(p.town.waiting_for(p.bob->id()), 0U);
  });
}

TEST(MailBook, leaves_a_letter_for_a_peer_that_is_away) {
  run_pair([](Pair& p) -> io::Awaitable<void> {
    (void)co_await p.alice->start();
    (void)co_await p.alice->write(p.bob->id(), "hello");
    co_await until([&] { return p.town.waiting_for(p.bob->id()) == 1; });
    EXPECT_THAT(p.alice->ended, IsEmpty());
    (void)co_await p.bob->start();
    co_await until([&] { return p.alice_is_done(); });
    EXPECT_THAT(p.bob->heard, ElementsAre("hello"));
    EXPECT_THAT(fates(*p.alice), ElementsAre(LetterFate::kAcknowledged));
    EXPECT_EQ(p.town.waiting_for(p.bob->id()) + p.town.waiting_for(p.alice->id()), 0U);
  });
}

TEST(MailBook, leaves_a_letter_for_a_peer_that_no_link_reaches) {
  run_pair([](Pair& p) -> io::Awaitable<void> {
    (void)co_await p.alice->start();
    (void)co_await p.bob->start();
    p.bob->carrier.works = false;
    (void)co_await p.alice->write(p.bob->id(), "hello");
    co_await until([&] { return p.alice_is_done(); });
    EXPECT_THAT(p.bob->heard, ElementsAre("hello"));
  });
}

TEST(MailBook, writes_when_a_network_comes_online) {
  run_pair([](Pair& p) -> io::Awaitable<void> {
    p.alice->networks.online = false;
    (void)co_await p.alice->start();
    (void)co_await p.bob->start();
    (void)co_await p.alice->write(p.bob->id(), "hello");
    co_await until([&] { return p.alice->networks.asked > 0; });
    EXPECT_THAT(p.bob->heard, IsEmpty());
    p.town.clock.advance(10s);
    p.alice->networks.set_online(true);
    co_await until([&] { return p.alice_is_done(); });
    EXPECT_THAT(p.bob->heard, ElementsAre("hello"));
  });
}

TEST(MailBook, writes_when_the_peer_shows_itself) {
  run_pair([](Pair& p) -> io::Awaitable<void> {
    p.alice->networks.online = false;
    (void)co_await p.alice->start();
    (void)co_await p.bob->start();
    const std::vector<access::Endpoint> addresses{*access::Endpoint::parse("192.0.2.9:1")};
    p.alice->carrier.works = false;
    p.bob->book.set_may_write([](const identity::PeerId&) { return WriterStanding::kKnown; });
    Posting posting{.to = p.bob->id(), .kind = "request", .body = to_bytes("hello"), .addresses = addresses};
    (void)co_await p.alice->book.post(std::move(posting));
    co_await until([&] { return p.alice->networks.asked > 0; });
    p.alice->carrier.works = true;
    p.town.clock.advance(10s);
    const auto letter = p.bob->sealed(p.bob->letter(p.alice->id(), "are you there?"));
    EXPECT_EQ(co_await p.alice->book.sink().take(p.bob->id(), letter), mail::LetterOutcome::kTaken);
    co_await until([&] { return p.alice_is_done(); });
    EXPECT_THAT(p.bob->heard, ElementsAre("hello"));
    EXPECT_EQ(p.alice->carrier.dialled, addresses);
  });
}

TEST(MailBook, keeps_a_letter_through_a_restart_of_its_sender) {
  run_pair([](Pair& p) -> io::Awaitable<void> {
    p.alice->networks.online = false;
    (void)co_await p.alice->start();
    const auto id = co_await p.alice->write(p.bob->id(), "hello");
    CO_REQUIRE(id);
    co_await p.restart(p.alice, 1, "alice.db");
    (void)co_await p.bob->start();
    p.pass(10s);
    co_await until([&] { return p.alice_is_done(); });
    EXPECT_THAT(p.bob->heard, ElementsAre("hello"));
    EXPECT_EQ(p.alice->ended.front().id, *id);
    co_await p.restart(p.alice, 1, "alice.db");
    EXPECT_EQ(p.alice->book.waiting(), 0U);
  });
}

TEST(MailBook, hears_a_letter_once_when_its_receipt_was_lost) {
  run_pair([](Pair& p) -> io::Awaitable<void> {
    (void)co_await p.alice->start();
    (void)co_await p.bob->start();
    p.alice->networks.listed = false;
    p.bob->carrier.works = false;
    p.alice->networks.letter = nullptr;  // what comes to Alice is lost
    (void)co_await p.alice->write(p.bob->id(), "hello", 24h * 7);
    co_await until([&] { return p.town.waiting_for(p.alice->id()) == 1; });
    p.town.mailboxes[p.alice->id()].clear();
    co_await p.restart(p.bob, 2, "bob.db");
    co_await p.restart(p.alice, 1, "alice.db");
    p.bob->carrier.works = false;
    EXPECT_EQ(p.alice->book.waiting(), 1U);
    p.pass(1h);
    co_await until([&] { return p.alice_is_done(); });
    EXPECT_THAT(p.bob->heard, IsEmpty()) << "Bob heard it before his restart";
    EXPECT_THAT(fates(*p.alice), ElementsAre(LetterFate::kAcknowledged));
  });
}

TEST(MailBook, hears_a_letter_once_when_an_answer_was_lost) {
  run_pair([](Pair& p) -> io::Awaitable<void> {
    p.alice->networks.online = false;  // no mailbox
    (void)co_await p.alice->start();
    (void)co_await p.bob->start();
    p.alice->carrier.loses_answers = true;
    Posting posting{.to = p.bob->id(),
                    .kind = "request",
                    .body = to_bytes("hello"),
                    .addresses = {*access::Endpoint::parse("192.0.2.9:1")}};
    p.bob->book.set_may_write([](const identity::PeerId&) { return WriterStanding::kKnown; });
    (void)co_await p.alice->book.post(std::move(posting));
    co_await until([&] { return p.alice->carrier.lost > 0; });
    p.alice->carrier.loses_answers = false;
    co_await until([&] {
      p.pass(10s);
      return p.alice_is_done();
    });
    EXPECT_EQ(p.alice->carrier.carried, 2U);
    EXPECT_THAT(p.bob->heard, ElementsAre("hello"));
  });
}

TEST(MailBook, tells_its_sender_that_a_letter_expired) {
  run_pair([](Pair& p) -> io::Awaitable<void> {
    (void)co_await p.alice->start();
    (void)co_await p.alice->write(p.bob->id(), "hello", 60s);
    co_await until([&] { return p.town.waiting_for(p.bob->id()) == 1; });
    p.pass(59s);
    EXPECT_EQ(p.alice->book.waiting(), 1U);
    p.pass(1s);
    co_await until([&] { return p.alice_is_done(); });
    EXPECT_THAT(fates(*p.alice), ElementsAre(LetterFate::kExpired));
    (void)co_await p.bob->start();
    co_await until([&] { return p.town.waiting_for(p.bob->id()) == 0; });
    EXPECT_THAT(p.bob->heard, IsEmpty());
  });
}

TEST(MailBook, tells_its_sender_that_a_letter_was_refused) {
  run_pair([](Pair& p) -> io::Awaitable<void> {
    (void)co_await p.alice->start();
    (void)co_await p.bob->start();
    p.bob->book.set_members(nullptr);  // no member of any network of Bob's
    (void)co_await p.alice->write(p.bob->id(), "hello");
    co_await until([&] { return p.alice_is_done(); });
    EXPECT_THAT(fates(*p.alice), ElementsAre(LetterFate::kRefused));
    EXPECT_THAT(p.bob->heard, IsEmpty());
  });
}

}  // namespace
}  // namespace covey::daemon
