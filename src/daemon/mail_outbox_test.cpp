// What a peer keeps of its letters, and when it tries which way.

#include "daemon/mail_outbox.hpp"

#include <gmock/gmock.h>

#include "daemon/mail_town.hpp"

namespace covey::daemon {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

TEST(MailOutbox, does_not_dial_in_vain_for_every_letter) {
  run_pair([](Pair& p) -> io::Awaitable<void> {
    (void)co_await p.alice->start();
    (void)co_await p.bob->start();
    p.bob->carrier.works = false;
    for (std::size_t i = 1; i <= 3; ++i) {
      (void)co_await p.alice->write(p.bob->id(), "hello");
      co_await until([&] { return p.bob->heard.size() == i && p.alice_is_done(); });
    }
    EXPECT_EQ(p.alice->carrier.dials, 1U);
    p.bob->carrier.works = true;
    p.town.clock.advance(10min);
    (void)co_await p.alice->write(p.bob->id(), "hello");
    co_await until([&] { return p.bob->heard.size() == 4 && p.alice_is_done(); });
    EXPECT_EQ(p.alice->carrier.dials, 2U);
  });
}

TEST(MailOutbox, tells_again_how_a_letter_ended_after_a_crash_in_between) {
  run_pair([](Pair& p) -> io::Awaitable<void> {
    (void)co_await p.alice->start();
    (void)co_await p.bob->start();
    // The disk as it is when the end is told.
    p.alice->on_note = [&] {
      for (const char* file : {"alice.db", "alice.db-wal"})
        std::filesystem::copy_file(p.town.folder / file, p.town.folder / (std::string("crash-") + file));
    };
    (void)co_await p.alice->write(p.bob->id(), "hello");
    co_await until([&] { return p.alice_is_done(); });
    co_await p.alice->stop();
    p.alice.reset();
    for (const char* file : {"alice.db", "alice.db-wal"})
      std::filesystem::rename(p.town.folder / (std::string("crash-") + file),
                              p.town.folder / (std::string("again") + (file + 5)));
    p.alice = std::make_unique<MailPerson>(p.town, 1, "again.db");
    (void)co_await p.alice->start();
    co_await until([&] { return p.alice_is_done(); });
    EXPECT_THAT(fates(*p.alice), ElementsAre(LetterFate::kAcknowledged));
    EXPECT_THAT(p.bob->heard, ElementsAre("hello"));
  });
}

TEST(MailOutbox, tries_a_peer_that_stays_away_with_growing_pauses) {
  run_pair([](Pair& p) -> io::Awaitable<void> {
    (void)co_await p.alice->start();
    (void)co_await p.alice->write(p.bob->id(), "hello", 24h * 30);
    co_await until([&] { return p.alice->networks.asked == 1; });
    std::vector<std::size_t> by_hour;
    for (int hour = 0; hour < 3; ++hour) {
      const std::size_t before = p.alice->networks.asked;
      for (int second = 0; second < 3600; second += 10) {
        p.town.clock.advance(10s);
        p.alice->book.look_at_clock();
        for (int turn = 0; turn < 4; ++turn) co_await asio::post(p.town.network, asio::use_awaitable);
        co_await until([&] { return p.alice->book.trying() == 0; });
      }
      by_hour.push_back(p.alice->networks.asked - before);
    }
    EXPECT_LE(by_hour[0], 14U);
    EXPECT_LE(by_hour[2], 6U);
    EXPECT_GE(by_hour[2], 3U);
    EXPECT_LE(p.town.waiting_for(p.bob->id()), 2U);
    EXPECT_EQ(p.alice->networks.holds.front(), 24h * 7);
  });
}

TEST(MailOutbox, brings_many_letters_to_one_peer) {
  run_pair([](Pair& p) -> io::Awaitable<void> {
    (void)co_await p.alice->start();
    std::vector<std::string> texts;
    for (int i = 0; i < 70; ++i) {
      texts.push_back(fmt::format("letter {}", i));
      const auto id = co_await p.alice->write(p.bob->id(), texts.back());
      CO_REQUIRE(id);
    }
    co_await until([&] { return p.town.waiting_for(p.bob->id()) == 70; });
    (void)co_await p.bob->start();
    co_await until([&] { return p.bob->heard.size() >= 30; });
    for (int i = 0; i < 3 && !p.alice_is_done(); ++i) {
      p.pass(1min);
      const auto heard = std::min<std::size_t>(70, 30 * (static_cast<std::size_t>(i) + 2));
      co_await until([&] { return p.bob->heard.size() >= heard; });
    }
    co_await until([&] { return p.alice_is_done(); });
    EXPECT_THAT(p.bob->heard, ::testing::UnorderedElementsAreArray(texts));
    EXPECT_THAT(p.alice->ended, SizeIs(70));
  });
}

TEST(MailOutbox, waits_with_a_letter_for_a_mailbox_that_is_full) {
  run_pair([](Pair& p) -> io::Awaitable<void> {
    p.town.mailbox_size = 0;
    (void)co_await p.alice->start();
    (void)co_await p.alice->write(p.bob->id(), "hello");
    co_await until([&] { return p.alice->networks.asked == 1; });
    p.town.mailbox_size = 1;
    p.pass(10min);
    co_await until([&] { return p.town.waiting_for(p.bob->id()) == 1; });
  });
}

TEST(MailOutbox, posts_a_letter_again_as_the_same_one) {
  run_pair([](Pair& p) -> io::Awaitable<void> {
    (void)co_await p.alice->start();
    const auto id = p.alice->random.fixed<mail::LetterId>();
    for (int i = 0; i < 2; ++i) {
      Posting posting{.to = p.bob->id(), .kind = "chat", .body = to_bytes("x"), .id = id};
      const auto posted = co_await p.alice->book.post(std::move(posting));
      CO_REQUIRE(posted);
      EXPECT_EQ(*posted, id);
    }
    EXPECT_EQ(p.alice->book.waiting(), 1U);
  });
}

TEST(MailOutbox, posts_nothing_that_no_letter_may_be) {
  run_pair([](Pair& p) -> io::Awaitable<void> {
    (void)co_await p.alice->start();
    const auto code = [&](Posting posting) -> io::Awaitable<ErrorCode> {
      const auto posted = co_await p.alice->book.post(std::move(posting));
      co_return posted ? ErrorCode::kInternal : posted.error().code;
    };
    const auto bob = p.bob->id();
    Posting large{.to = bob, .kind = "chat", .body = Bytes(mail::kMaxLetterBodyBytes + 1)};
    EXPECT_EQ(co_await code(std::move(large)), ErrorCode::kLimitExceeded);
    Posting odd{.to = bob, .kind = "Chat"};
    EXPECT_EQ(co_await code(std::move(odd)), ErrorCode::kInvalidArgument);
    Posting receipt{.to = bob, .kind = "receipt"};
    EXPECT_EQ(co_await code(std::move(receipt)), ErrorCode::kInvalidArgument);
    Posting own{.to = p.alice->id(), .kind = "chat"};
    EXPECT_EQ(co_await code(std::move(own)), ErrorCode::kInvalidArgument);
    Posting eternal{.to = bob, .kind = "chat", .life = 24h * 31};
    EXPECT_EQ(co_await code(std::move(eternal)), ErrorCode::kLimitExceeded);
    Posting over{.to = bob, .kind = "chat", .life = 0s};
    EXPECT_EQ(co_await code(std::move(over)), ErrorCode::kLimitExceeded);
    EXPECT_EQ(p.alice->book.waiting(), 0U);
  });
}

TEST(MailOutbox, holds_so_many_letters_and_says_so) {
  test::run_in_loop([]() -> io::Awaitable<void> {
    const io::Executor executor = co_await asio::this_coro::executor;
    MailTown town(executor);
    const MailLimits limits{.outbox = {.letters = 5, .letters_to_one = 3}, .inbox = {}};
    MailPerson alice(town, 1, "alice.db", limits);
    alice.networks.online = false;
    (void)co_await alice.start();
    crypto::SeededRandom random(9);
    const auto first = identity::DeviceKey::ephemeral(random).peer_id();
    const auto second = identity::DeviceKey::ephemeral(random).peer_id();
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(co_await alice.write(first, "x"));
    test::expect_error(test::error_of(co_await alice.write(first, "x")), ErrorCode::kLimitExceeded,
                       "3 letters wait for this peer already");
    for (int i = 0; i < 2; ++i) EXPECT_TRUE(co_await alice.write(second, "x"));
    test::expect_error(test::error_of(co_await alice.write(second, "x")), ErrorCode::kLimitExceeded,
                       "5 letters wait to be delivered");
    co_await alice.stop();
  });
}

TEST(MailOutbox, is_not_told_by_others_that_a_letter_arrived) {
  run_pair([](Pair& p) -> io::Awaitable<void> {
    MailPerson mallory(p.town, 3, "mallory.db");
    (void)co_await p.alice->start();
    const auto id = co_await p.alice->write(p.bob->id(), "hello");
    CO_REQUIRE(id);
    auto receipt = mallory.letter(p.alice->id(), "");
    receipt.kind = "receipt";
    const std::vector<mail::LetterId> ids{*id};
    receipt.body = mail::write_receipt(ids);
    const auto sealed = mallory.sealed(receipt);
    EXPECT_EQ(co_await p.alice->book.sink().take(mallory.id(), sealed), mail::LetterOutcome::kTaken);
    EXPECT_EQ(p.alice->book.waiting(), 1U);
    co_await mallory.stop();
  });
}

}  // namespace
}  // namespace covey::daemon
