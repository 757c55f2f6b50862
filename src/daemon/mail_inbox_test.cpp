// What a peer does with letters that others, good and bad, bring to it.

#include "daemon/mail_inbox.hpp"

#include <gmock/gmock.h>

#include "daemon/mail_town.hpp"

namespace covey::daemon {
namespace {

using mail::LetterOutcome;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Kept = MailNetworks::Kept;

/// Bob, whose program runs, and others who only write.
struct Door {
  explicit Door(const io::Executor& executor)
      : town(executor),
        bob(std::make_unique<MailPerson>(town, 2, "bob.db")),
        alice(town, 1, "alice.db"),
        mallory(town, 3, "mallory.db") {}

  io::Awaitable<void> end() {
    co_await bob->stop();
    co_await alice.stop();
    co_await mallory.stop();
    co_await town.tasks.join();
  }
  io::Awaitable<void> restart_bob() {
    co_await bob->stop();
    bob.reset();
    bob = std::make_unique<MailPerson>(town, 2, "bob.db");
    const auto started = co_await bob->start();
    CO_REQUIRE(started);
  }
  io::Awaitable<LetterOutcome> over_a_link(const MailPerson& from, mail::SealedLetter letter) {
    return bob->book.sink().take(from.id(), std::move(letter));
  }
  io::Awaitable<Kept> out_of_a_mailbox(const MailPerson& from, Bytes sealed) {
    return bob->networks.letter(from.id(), std::move(sealed));
  }

  /// Until Mallory has been told of a letter that comes now: so has been told whoever was to be told before.
  io::Awaitable<void> wait_for_a_later_receipt() {
    auto later = mallory.sealed(mallory.letter(bob->id(), "later"));
    EXPECT_EQ(co_await out_of_a_mailbox(mallory, std::move(later.sealed)), Kept::kYes);
    co_await until([&] { return town.waiting_for(mallory.id()) == 1; });
  }

  MailTown town;
  std::unique_ptr<MailPerson> bob;
  MailPerson alice, mallory;
};

void run_door(const std::function<io::Awaitable<void>(Door&)>& body) {
  test::run_in_loop([&]() -> io::Awaitable<void> {
    const io::Executor executor = co_await asio::this_coro::executor;
    Door door(executor);
    const auto started = co_await door.bob->start();
    CO_REQUIRE(started);
    co_await body(door);
    co_await door.end();
  });
}

TEST(MailInbox, takes_a_letter_once_however_often_it_comes) {
  run_door([](Door& d) -> io::Awaitable<void> {
    const auto letter = d.alice.letter(d.bob->id(), "hello");
    const auto sealed = d.alice.sealed(letter);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(co_await d.over_a_link(d.alice, sealed), LetterOutcome::kTaken);
    EXPECT_EQ(co_await d.out_of_a_mailbox(d.alice, sealed.sealed), Kept::kYes);
    const auto once_more = d.alice.sealed(letter);  // another seal around the same letter
    EXPECT_EQ(co_await d.over_a_link(d.alice, once_more), LetterOutcome::kTaken);
    EXPECT_THAT(d.bob->heard, ElementsAre("hello"));
  });
}

TEST(MailInbox, knows_a_letter_again_after_a_restart) {
  run_door([](Door& d) -> io::Awaitable<void> {
    const auto sealed = d.alice.sealed(d.alice.letter(d.bob->id(), "hello"));
    EXPECT_EQ(co_await d.over_a_link(d.alice, sealed), LetterOutcome::kTaken);
    co_await d.restart_bob();
    EXPECT_EQ(co_await d.over_a_link(d.alice, sealed), LetterOutcome::kTaken);
    EXPECT_THAT(d.bob->heard, IsEmpty());
  });
}

TEST(MailInbox, refuses_an_old_letter_whose_id_it_has_forgotten) {
  run_door([](Door& d) -> io::Awaitable<void> {
    const auto sealed = d.alice.sealed(d.alice.letter(d.bob->id(), "hello"));
    EXPECT_EQ(co_await d.over_a_link(d.alice, sealed), LetterOutcome::kTaken);
    d.town.clock.advance(48h);
    co_await d.restart_bob();  // which forgets what has ended
    EXPECT_EQ(co_await d.over_a_link(d.alice, sealed), LetterOutcome::kExpired);
    EXPECT_THAT(d.bob->heard, IsEmpty());
  });
}

TEST(MailInbox, keeps_an_id_as_long_as_its_letter_could_come) {
  run_door([](Door& d) -> io::Awaitable<void> {
    const auto sealed = d.alice.sealed(d.alice.letter(d.bob->id(), "hello"));
    EXPECT_EQ(co_await d.over_a_link(d.alice, sealed), LetterOutcome::kTaken);
    d.town.clock.advance(24h - 1ms);
    co_await d.restart_bob();
    EXPECT_EQ(co_await d.over_a_link(d.alice, sealed), LetterOutcome::kTaken);
    EXPECT_THAT(d.bob->heard, IsEmpty());
  });
}

TEST(MailInbox, takes_twins_that_come_at_once_for_one) {
  run_door([](Door& d) -> io::Awaitable<void> {
    const auto sealed = d.alice.sealed(d.alice.letter(d.bob->id(), "hello"));
    const auto outcomes = co_await test::both(d.over_a_link(d.alice, sealed), d.over_a_link(d.alice, sealed));
    EXPECT_NE(outcomes.first, outcomes.second);
    EXPECT_THAT(d.bob->heard, ElementsAre("hello"));
  });
}

// Between the handler's work and the remembering; so a handler has to know a letter by its id.
TEST(MailInbox, hands_a_letter_over_again_after_a_crash_before_it_was_remembered) {
  run_door([](Door& d) -> io::Awaitable<void> {
    d.bob->on_hear = [&] {
      std::filesystem::copy_file(d.town.folder / "bob.db", d.town.folder / "crash.db");
      std::filesystem::copy_file(d.town.folder / "bob.db-wal", d.town.folder / "crash.db-wal");
    };
    const auto sealed = d.alice.sealed(d.alice.letter(d.bob->id(), "hello"));
    EXPECT_EQ(co_await d.over_a_link(d.alice, sealed), LetterOutcome::kTaken);
    co_await d.bob->stop();
    d.bob.reset();
    d.bob = std::make_unique<MailPerson>(d.town, 2, "crash.db");
    (void)co_await d.bob->start();
    EXPECT_EQ(co_await d.over_a_link(d.alice, sealed), LetterOutcome::kTaken);
    EXPECT_THAT(d.bob->heard, ElementsAre("hello"));
  });
}

TEST(MailInbox, refuses_what_its_writer_did_not_sign) {
  run_door([](Door& d) -> io::Awaitable<void> {
    auto forged = d.alice.letter(d.bob->id(), "pay mallory");
    const auto sealed = d.mallory.sealed(forged);  // by Mallory, as from Alice
    EXPECT_EQ(co_await d.over_a_link(d.alice, sealed), LetterOutcome::kRefused);
    EXPECT_EQ(co_await d.out_of_a_mailbox(d.alice, sealed.sealed), Kept::kYes);
    EXPECT_THAT(d.bob->heard, IsEmpty());
    EXPECT_EQ(d.town.waiting_for(d.alice.id()), 0U) << "nobody is told";
  });
}

TEST(MailInbox, refuses_a_letter_that_another_brings) {
  run_door([](Door& d) -> io::Awaitable<void> {
    auto sealed = d.alice.sealed(d.alice.letter(d.bob->id(), "hello"));
    const auto record = d.mallory.id().bytes();
    sealed.membership.assign(record.begin(), record.end());
    EXPECT_EQ(co_await d.over_a_link(d.mallory, sealed), LetterOutcome::kRefused);
    EXPECT_EQ(co_await d.out_of_a_mailbox(d.mallory, sealed.sealed), Kept::kYes);
    EXPECT_THAT(d.bob->heard, IsEmpty());
  });
}

TEST(MailInbox, refuses_a_letter_to_somebody_else) {
  run_door([](Door& d) -> io::Awaitable<void> {
    const auto sealed = d.alice.sealed(d.alice.letter(d.mallory.id(), "hello"));
    EXPECT_EQ(co_await d.over_a_link(d.alice, sealed), LetterOutcome::kRefused);
    EXPECT_THAT(d.bob->heard, IsEmpty());
  });
}

TEST(MailInbox, refuses_a_letter_that_is_another_than_it_was_called) {
  run_door([](Door& d) -> io::Awaitable<void> {
    auto sealed = d.alice.sealed(d.alice.letter(d.bob->id(), "hello"));
    sealed.id = d.alice.random.fixed<mail::LetterId>();
    EXPECT_EQ(co_await d.over_a_link(d.alice, sealed), LetterOutcome::kRefused);
    EXPECT_THAT(d.bob->heard, IsEmpty());
  });
}

TEST(MailInbox, tells_a_wrong_clock_from_other_faults) {
  run_door([](Door& d) -> io::Awaitable<void> {
    auto letter = d.alice.letter(d.bob->id(), "hello");
    letter.sent_at += 11min;
    const auto sealed = d.alice.sealed(letter);
    EXPECT_EQ(co_await d.over_a_link(d.alice, sealed), LetterOutcome::kWrongClock);
    d.town.clock.advance(1min);
    EXPECT_EQ(co_await d.over_a_link(d.alice, sealed), LetterOutcome::kTaken);
  });
}

TEST(MailInbox, refuses_strangers_and_lets_members_in) {
  run_door([](Door& d) -> io::Awaitable<void> {
    auto sealed = d.alice.sealed(d.alice.letter(d.bob->id(), "hello"));
    const Bytes record = std::exchange(sealed.membership, {});
    EXPECT_EQ(co_await d.over_a_link(d.alice, sealed), LetterOutcome::kRefused);
    sealed.membership = Bytes(33, 7);
    EXPECT_EQ(co_await d.over_a_link(d.alice, sealed), LetterOutcome::kRefused);
    d.bob->members.error = ErrorCode::kExpired;
    EXPECT_EQ(co_await d.over_a_link(d.alice, sealed), LetterOutcome::kNotNow);
    EXPECT_THAT(d.bob->heard, IsEmpty());
    sealed.membership = record;
    EXPECT_EQ(co_await d.over_a_link(d.alice, sealed), LetterOutcome::kTaken);
  });
}

TEST(MailInbox, lets_in_who_is_known_and_who_is_written_to) {
  run_door([](Door& d) -> io::Awaitable<void> {
    auto first = d.alice.sealed(d.alice.letter(d.bob->id(), "known"));
    first.membership.clear();
    d.bob->book.set_may_write([&](const identity::PeerId& peer) {
      return peer == d.alice.id() ? WriterStanding::kKnown : WriterStanding::kUnknown;
    });
    EXPECT_EQ(co_await d.over_a_link(d.alice, first), LetterOutcome::kTaken);
    auto second = d.mallory.sealed(d.mallory.letter(d.bob->id(), "written to"));
    second.membership.clear();
    EXPECT_EQ(co_await d.over_a_link(d.mallory, second), LetterOutcome::kRefused);
    d.bob->networks.online = false;
    (void)co_await d.bob->write(d.mallory.id(), "a question");
    EXPECT_EQ(co_await d.over_a_link(d.mallory, second), LetterOutcome::kTaken);
  });
}

TEST(MailInbox, lets_nobody_notice_that_he_is_blocked) {
  run_door([](Door& d) -> io::Awaitable<void> {
    d.bob->book.set_may_write([&](const identity::PeerId& peer) {
      return peer == d.alice.id() ? WriterStanding::kBlocked : WriterStanding::kKnown;
    });
    const auto sealed = d.alice.sealed(d.alice.letter(d.bob->id(), "hello"));
    EXPECT_EQ(co_await d.over_a_link(d.alice, sealed), LetterOutcome::kNotNow);
    EXPECT_EQ(co_await d.out_of_a_mailbox(d.alice, sealed.sealed), Kept::kYes);
    co_await d.wait_for_a_later_receipt();
    EXPECT_THAT(d.bob->heard, ElementsAre("later"));
    EXPECT_EQ(d.town.waiting_for(d.alice.id()), 0U);
  });
}

TEST(MailInbox, takes_so_many_letters_a_minute_over_links) {
  run_door([](Door& d) -> io::Awaitable<void> {
    std::map<LetterOutcome, int> outcomes;
    for (int i = 0; i < 100; ++i) {
      auto sealed = d.alice.sealed(d.alice.letter(d.bob->id(), "flood"));
      ++outcomes[co_await d.over_a_link(d.alice, std::move(sealed))];
    }
    EXPECT_EQ(outcomes[LetterOutcome::kTaken], 30);
    EXPECT_EQ(outcomes[LetterOutcome::kTooMany], 70);
    const auto other = d.mallory.sealed(d.mallory.letter(d.bob->id(), "another's"));
    EXPECT_EQ(co_await d.over_a_link(d.mallory, other), LetterOutcome::kTaken);
    EXPECT_THAT(d.bob->heard, SizeIs(31));
  });
}

TEST(MailInbox, holds_back_what_a_mailbox_brings_too_much_of) {
  run_door([](Door& d) -> io::Awaitable<void> {
    for (int i = 0; i < 40; ++i) {
      auto sealed = d.alice.sealed(d.alice.letter(d.bob->id(), "flood"));
      (void)co_await d.alice.networks.deposit(d.bob->id(), std::move(sealed.sealed), 1h, 0);
    }
    co_await until([&] { return d.town.waiting_for(d.bob->id()) == 10; });
    EXPECT_THAT(d.bob->heard, SizeIs(30));
    d.town.clock.advance(1min);
    d.bob->book.look_again();
    co_await until([&] { return d.town.waiting_for(d.bob->id()) == 0; });
    EXPECT_THAT(d.bob->heard, SizeIs(40));
  });
}

TEST(MailInbox, leaves_at_the_rendezvous_what_does_not_fit) {
  run_door([](Door& d) -> io::Awaitable<void> {
    d.town.mailbox_size = 1000;
    for (int i = 0; i < 300; ++i) {
      auto sealed = d.alice.sealed(d.alice.letter(d.bob->id(), "flood"));
      (void)co_await d.alice.networks.deposit(d.bob->id(), std::move(sealed.sealed), 1h, 0);
    }
    co_await until([&] { return d.bob->heard.size() == 30; });
    co_await d.restart_bob();  // what waited in memory is there again
    EXPECT_EQ(d.town.waiting_for(d.bob->id()), 270U);
  });
}

TEST(MailInbox, sees_a_letter_again_that_was_for_later) {
  run_door([](Door& d) -> io::Awaitable<void> {
    d.bob->not_now = 1;
    const auto sealed = d.alice.sealed(d.alice.letter(d.bob->id(), "hello"));
    EXPECT_EQ(co_await d.over_a_link(d.alice, sealed), LetterOutcome::kNotNow);
    EXPECT_EQ(co_await d.over_a_link(d.alice, sealed), LetterOutcome::kTaken);
    d.bob->not_now = 1;
    auto held = d.alice.sealed(d.alice.letter(d.bob->id(), "held"));
    (void)co_await d.alice.networks.deposit(d.bob->id(), std::move(held.sealed), 1h, 0);
    co_await until([&] { return d.bob->not_now == 0; });
    d.bob->book.look_again();
    co_await until([&] { return d.town.waiting_for(d.bob->id()) == 0; });
    EXPECT_THAT(d.bob->heard, ElementsAre("hello", "held"));
  });
}

TEST(MailInbox, acknowledges_and_drops_what_nobody_reads) {
  run_door([](Door& d) -> io::Awaitable<void> {
    auto letter = d.alice.letter(d.bob->id(), "hello");
    letter.kind = "of-a-later-version";
    EXPECT_EQ(co_await d.over_a_link(d.alice, d.alice.sealed(letter)), LetterOutcome::kTaken);
    EXPECT_THAT(d.bob->heard, IsEmpty());
  });
}

TEST(MailInbox, tells_in_one_receipt_what_a_mailbox_brought) {
  run_door([](Door& d) -> io::Awaitable<void> {
    for (int i = 0; i < 20; ++i) {
      auto sealed = d.alice.sealed(d.alice.letter(d.bob->id(), "hello"));
      (void)co_await d.alice.networks.deposit(d.bob->id(), std::move(sealed.sealed), 1h, 0);
    }
    co_await until([&] { return d.town.waiting_for(d.alice.id()) > 0; });
    co_await until([&] { return d.town.waiting_for(d.bob->id()) == 0; });
    EXPECT_LE(d.town.waiting_for(d.alice.id()), 2U);
  });
}

TEST(MailInbox, answers_no_receipt_with_a_receipt) {
  run_door([](Door& d) -> io::Awaitable<void> {
    auto receipt = d.alice.letter(d.bob->id(), "");
    receipt.kind = "receipt";
    const std::vector<mail::LetterId> ids{receipt.id};
    receipt.body = mail::write_receipt(ids);
    EXPECT_EQ(co_await d.out_of_a_mailbox(d.alice, d.alice.sealed(receipt).sealed), Kept::kYes);
    receipt.body = to_bytes("nonsense");
    EXPECT_EQ(co_await d.out_of_a_mailbox(d.alice, d.alice.sealed(receipt).sealed), Kept::kYes);
    co_await d.wait_for_a_later_receipt();
    EXPECT_EQ(d.town.waiting_for(d.alice.id()), 0U);
  });
}

}  // namespace
}  // namespace covey::daemon
