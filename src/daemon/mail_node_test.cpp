// Letters between two nodes over real links, without any network: as far as addresses and tickets go.

#include <gmock/gmock.h>

#include "daemon/link_carrier.hpp"
#include "daemon/mail_book.hpp"
#include "daemon/mail_town.hpp"
#include "daemon/network_book.hpp"
#include "daemon/test_node.hpp"

namespace covey::daemon {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

/// A node with what a daemon has of letters around it.
struct Writer {
  Writer(const io::Executor& network, std::uint64_t seed, const std::filesystem::path& file)
      : at(network, seed),
        store(*DaemonStore::open(file, crypto::SecretBytes(32), at.random)),
        networks(*at.node, store, [](const api::Event& /*event*/) {}),
        carrier(*at.node),
        book({.device = &at.node->device(), .clock = &at.clock, .random = &at.random, .network = network},
             store, networks, carrier) {
    at.node->mail_door().lead_to(&book.sink());
    book.set_may_write([this](const identity::PeerId& /*peer*/) { return standing; });
    book.on("chat", [this](const mail::Letter& letter) { return hear(letter); });
    book.on_end("chat", [this](EndedLetter letter) { return note(std::move(letter)); });
  }
  io::Awaitable<MailBook::Verdict> hear(const mail::Letter& letter) {
    heard.push_back(letter);
    co_return MailBook::Verdict::kTaken;
  }
  io::Awaitable<void> note(EndedLetter letter) {
    ended.push_back(letter.fate);
    co_return;
  }
  io::Awaitable<Result<>> begin() {
    CO_TRY_VOID(at.listen());
    CO_TRY_VOID(co_await book.restore());
    co_return Result<>{};
  }
  io::Awaitable<Result<mail::LetterId>> write(const Writer& to, std::string text) {
    Posting posting{.to = to.id(), .kind = "chat", .body = to_bytes(text)};
    posting.addresses = to.at.node->listening();
    co_return co_await book.post(std::move(posting));
  }
  io::Awaitable<void> end() {
    at.node->mail_door().lead_to(nullptr);
    co_await book.stop();
    co_await networks.stop();
    co_await at.node->stop();
    store.join();
  }
  [[nodiscard]] const identity::PeerId& id() const { return at.node->device().peer_id(); }

  TestNode at;
  StoreThread store;
  NetworkBook networks;
  LinkCarrier carrier;
  MailBook book;
  WriterStanding standing = WriterStanding::kKnown;
  std::vector<mail::Letter> heard;
  std::vector<LetterFate> ended;
};

void run_writers(const std::function<io::Awaitable<void>(Writer& alice, Writer& bob)>& body) {
  test::run_in_loop([&]() -> io::Awaitable<void> {
    const io::Executor executor = co_await asio::this_coro::executor;
    content::TestFolder folder;
    Writer alice(executor, 1, folder / "alice.db");
    Writer bob(executor, 2, folder / "bob.db");
    for (Writer* const writer : {&alice, &bob}) {
      const auto begun = co_await writer->begin();
      CO_REQUIRE(begun);
    }
    co_await body(alice, bob);
    co_await alice.end();
    co_await bob.end();
  });
}

TEST(MailNode, exchanges_letters_over_links) {
  run_writers([](Writer& alice, Writer& bob) -> io::Awaitable<void> {
    const auto id = co_await alice.write(bob, "hello");
    CO_REQUIRE(id);
    (void)co_await bob.write(alice, "hello yourself");
    co_await until([&] { return alice.book.waiting() + bob.book.waiting() == 0; });
    EXPECT_THAT(bob.heard, SizeIs(1));
    EXPECT_EQ(bob.heard.front().id, *id);
    EXPECT_EQ(bob.heard.front().from, alice.id());
    EXPECT_EQ(as_text(bob.heard.front().body), "hello");
    EXPECT_THAT(alice.heard, SizeIs(1));
    EXPECT_THAT(alice.ended, ElementsAre(LetterFate::kAcknowledged));
    EXPECT_THAT(bob.ended, ElementsAre(LetterFate::kAcknowledged));
  });
}

TEST(MailNode, exchanges_the_largest_letters_in_batches) {
  run_writers([](Writer& alice, Writer& bob) -> io::Awaitable<void> {
    for (int i = 0; i < 20; ++i) {
      const auto id =
          co_await alice.write(bob, std::string(mail::kMaxLetterBodyBytes, static_cast<char>('a' + i)));
      CO_REQUIRE(id);
    }
    co_await until([&] { return alice.book.waiting() == 0; });
    EXPECT_THAT(bob.heard, SizeIs(20));
  });
}

TEST(MailNode, has_strangers_refused) {
  run_writers([](Writer& alice, Writer& bob) -> io::Awaitable<void> {
    bob.standing = WriterStanding::kUnknown;
    (void)co_await alice.write(bob, "hello");
    co_await until([&] { return alice.book.waiting() == 0; });
    EXPECT_THAT(alice.ended, ElementsAre(LetterFate::kRefused));
    EXPECT_THAT(bob.heard, SizeIs(0));
  });
}

TEST(MailNode, stops_while_letters_are_on_their_way) {
  run_writers([](Writer& alice, Writer& bob) -> io::Awaitable<void> {
    for (int i = 0; i < 20; ++i) {
      (void)co_await alice.write(bob, "one way");
      (void)co_await bob.write(alice, "the other");
    }
    co_await until([&] { return !bob.heard.empty(); });
  });
}

}  // namespace
}  // namespace covey::daemon
