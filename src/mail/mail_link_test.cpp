// Letters over real links: MailRun on one side, MailServer on the other.

#include <gtest/gtest.h>

#include <set>

#include "mail/mail_run.hpp"
#include "mail/mail_server.hpp"
#include "transport/listener.hpp"
#include "transport/test_peer.hpp"

namespace covey::mail {
namespace {

using transport::TestPeer;
using namespace std::chrono_literals;

/// Takes what comes, or answers as it is told.
struct Slot final : MailSink {
  io::Awaitable<LetterOutcome> take(identity::PeerId from, SealedLetter letter) override {
    froms.push_back(from);
    letters.push_back(std::move(letter));
    co_return answer ? answer(letters.back()) : LetterOutcome::kTaken;
  }
  std::vector<identity::PeerId> froms;
  std::vector<SealedLetter> letters;
  std::function<LetterOutcome(const SealedLetter&)> answer;
};

/// Bob has a slot; Alice writes to him.
struct Street {
  explicit Street(const io::Executor& executor) : network(executor), tasks(executor) {
    bob.router.add(kMailProtocol, [this](transport::Link& link, wire::StreamId stream) {
      return std::make_unique<MailServer>(link, stream, slot, network);
    });
  }
  Result<> open() {
    TRY(listener,
        transport::Listener::bind(network, *access::Endpoint::parse("127.0.0.1:0"), bob.local, threads, {}));
    tasks.spawn(listener->run());
    return {};
  }
  /// Another peer, who says nothing to letters unless her router knows the protocol.
  Result<MailRun::Target> carol_at(std::chrono::milliseconds patience) {
    TRY(carols, transport::Listener::bind(network, *access::Endpoint::parse("127.0.0.1:0"), carol.local,
                                          threads, {}));
    tasks.spawn(carols->run());
    return MailRun::Target{.peer = carol.id(), .addresses = {carols->address()}, .patience = patience};
  }
  io::Awaitable<Result<LetterAnswers>> deliver_to(MailRun::Target target, std::vector<SealedLetter> letters) {
    auto& loop = threads.next();
    auto run = std::make_shared<MailRun>(alice.local, std::move(target), std::move(letters), loop.executor);
    auto life = [run] { return run->run(); };
    co_return co_await io::run_on(loop.executor, life);
  }
  io::Awaitable<void> close() {
    listener->close();
    if (carols) carols->close();
    tasks.cancel();
    co_await tasks.join();
    co_await threads.stop();
  }
  [[nodiscard]] std::vector<SealedLetter> letters(std::size_t count, std::size_t bytes = 300) {
    std::vector<SealedLetter> out(count);
    for (SealedLetter& letter : out)
      letter = {.id = alice.random.fixed<LetterId>(), .sealed = Bytes(bytes, 7), .membership = {}};
    return out;
  }
  [[nodiscard]] MailRun::Target bob_at(std::chrono::milliseconds patience = transport::kPatience) const {
    return {.peer = bob.id(), .addresses = {listener->address()}, .patience = patience};
  }
  io::Awaitable<Result<LetterAnswers>> deliver(std::vector<SealedLetter> letters) {
    return deliver_to(bob_at(), std::move(letters));
  }
  /// What Alice says by hand on a link of her own, until Bob ends the link or answers with nothing more.
  io::Awaitable<Error> say(const std::vector<wire::Letter>& messages);

  io::Executor network;
  TestPeer alice{1};
  TestPeer bob{2};
  TestPeer carol{3};
  Slot slot;
  Error ignored;
  transport::LinkThreads threads{2};
  std::unique_ptr<transport::Listener> listener, carols;
  io::TaskGroup tasks;
};

void run_street(const std::function<io::Awaitable<void>(Street&)>& body) {
  test::run_in_loop([&]() -> io::Awaitable<void> {
    const io::Executor executor = co_await asio::this_coro::executor;
    Street street(executor);
    const auto opened = street.open();
    CO_REQUIRE(opened);
    co_await body(street);
    co_await street.close();
  });
}

class Deaf final : public transport::StreamHandler {
 public:
  explicit Deaf(Error& end) : end_(&end) {}
  io::Awaitable<Result<>> on_frame(wire::FrameHeader /*header*/, transport::FrameBody& body) override {
    return body.skip();
  }
  void on_end(const Error& reason) override { *end_ = reason; }

 private:
  Error* end_;
};

io::Awaitable<Error> Street::say(const std::vector<wire::Letter>& messages) {
  const auto bobs = bob_at().addresses;
  auto link = co_await transport::dial(alice.local, bob.id(), bobs);
  if (!link) co_return link.error();
  Error stream_end{ErrorCode::kInternal, "it did not end"};
  io::TaskGroup reading(network);
  auto read = [](std::shared_ptr<transport::Link> on) -> io::Awaitable<void> { (void)co_await on->run(); };
  reading.spawn(read(*link));
  auto stream = co_await (*link)->open(kMailProtocol, std::make_unique<Deaf>(stream_end));
  for (const wire::Letter& message : messages) {
    const auto sent = co_await (*link)->send_message(*stream, wire::FrameKind::kLetter, message);
    if (!sent) break;
  }
  co_await reading.join();
  co_return stream_end;
}

TEST(MailLink, brings_letters_and_their_answers) {
  run_street([](Street& street) -> io::Awaitable<void> {
    auto letters = street.letters(3, kMaxSealedLetterBytes);
    letters[1].membership = Bytes(100, 3);
    const auto copies = letters;
    const auto answers = co_await street.deliver(std::move(letters));
    CO_REQUIRE(answers);
    EXPECT_EQ(answers->size(), 3U);
    for (const auto& [id, outcome] : *answers) EXPECT_EQ(outcome, LetterOutcome::kTaken);
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(street.slot.letters.at(i).id, copies[i].id);
      EXPECT_EQ(street.slot.letters.at(i).sealed, copies[i].sealed);
      EXPECT_EQ(street.slot.letters.at(i).membership, copies[i].membership);
      EXPECT_EQ(street.slot.froms.at(i), street.alice.id());
    }
  });
}

TEST(MailLink, tells_the_letters_apart) {
  run_street([](Street& street) -> io::Awaitable<void> {
    auto letters = street.letters(2);
    const LetterId first = letters[0].id;
    street.slot.answer = [&](const SealedLetter& letter) {
      return letter.id == first ? LetterOutcome::kWrongClock : LetterOutcome::kNotNow;
    };
    const LetterId second = letters[1].id;
    const auto answers = co_await street.deliver(std::move(letters));
    CO_REQUIRE(answers);
    EXPECT_EQ(answers->at(first), LetterOutcome::kWrongClock);
    EXPECT_EQ(answers->at(second), LetterOutcome::kNotNow);
  });
}

TEST(MailLink, ends_a_stream_whose_letters_are_too_many) {
  run_street([](Street& street) -> io::Awaitable<void> {
    street.slot.answer = [](const SealedLetter&) { return LetterOutcome::kTooMany; };
    const auto answers = co_await street.deliver(street.letters(10));
    CO_REQUIRE(answers);
    EXPECT_EQ(answers->size(), kMaxRefusedForRate);
    EXPECT_EQ(street.slot.letters.size(), kMaxRefusedForRate);
  });
}

TEST(MailLink, ends_with_a_peer_that_floods_a_stream) {
  run_street([](Street& street) -> io::Awaitable<void> {
    std::vector<wire::Letter> messages;
    for (const auto& letter : street.letters(kMaxLettersOfStream + 10))
      messages.push_back(message_of(letter));
    test::expect_error(co_await street.say(messages), ErrorCode::kPeerMisbehaved, "more than 64 letters");
    EXPECT_EQ(street.slot.letters.size(), kMaxLettersOfStream);
  });
}

TEST(MailLink, ends_with_a_peer_whose_letters_are_none) {
  run_street([](Street& street) -> io::Awaitable<void> {
    const wire::Letter good = message_of(street.letters(1).front());
    wire::Letter no_id = good;
    no_id.clear_id();
    wire::Letter too_large = good;
    too_large.set_sealed(std::string(kMaxSealedLetterBytes + 1, 'x'));
    wire::Letter too_proud = good;
    too_proud.set_membership(std::string(513, 'x'));
    for (const wire::Letter& bad : {no_id, too_large, too_proud}) {
      const std::vector<wire::Letter> messages{bad};
      test::expect_error(co_await street.say(messages), ErrorCode::kPeerMisbehaved, "can be none");
    }
    EXPECT_TRUE(street.slot.letters.empty());
  });
}

TEST(MailLink, says_that_a_peer_takes_no_letters) {
  run_street([](Street& street) -> io::Awaitable<void> {
    auto target = street.carol_at(transport::kPatience);
    CO_REQUIRE(target);
    const auto answers = co_await street.deliver_to(*target, street.letters(1));
    test::expect_error(test::error_of(answers), ErrorCode::kUnsupported, "does not offer");
  });
}

TEST(MailLink, gives_up_a_peer_that_does_not_answer) {
  run_street([](Street& street) -> io::Awaitable<void> {
    street.carol.router.add(kMailProtocol, [&street](transport::Link&, wire::StreamId) {
      return std::make_unique<Deaf>(street.ignored);
    });
    auto target = street.carol_at(20ms);
    CO_REQUIRE(target);
    const auto answers = co_await street.deliver_to(*target, street.letters(1));
    test::expect_error(test::error_of(answers), ErrorCode::kTimedOut, "does not answer");
  });
}

TEST(MailLink, stops_when_it_is_told_to) {
  run_street([](Street& street) -> io::Awaitable<void> {
    auto& loop = street.threads.next();
    auto run =
        std::make_shared<MailRun>(street.alice.local, street.bob_at(), street.letters(1), loop.executor);
    auto life = [run] { return run->run(); };
    street.slot.answer = [&run](const SealedLetter&) {
      run->stop();
      return LetterOutcome::kTaken;
    };
    (void)co_await io::run_on(loop.executor, life);
    auto again = [run] { return run->run(); };
    const auto answers = co_await io::run_on(loop.executor, again);
    test::expect_error(test::error_of(answers), ErrorCode::kCancelled, "stopped");
  });
}

TEST(MailMessages, take_an_unknown_outcome_for_a_later_one) {
  wire::LetterTaken message;
  message.set_id(std::string(16, 'i'));
  for (const std::uint32_t outcome : {0U, 7U, 257U, UINT32_MAX}) {
    message.set_outcome(outcome);
    EXPECT_EQ(read_answer(message)->outcome, LetterOutcome::kNotNow) << outcome;
  }
  message.set_outcome(4);
  EXPECT_EQ(read_answer(message)->outcome, LetterOutcome::kRefused);
  message.set_id("short");
  EXPECT_EQ(read_answer(message).error().code, ErrorCode::kPeerMisbehaved);
}

}  // namespace
}  // namespace covey::mail
