#pragma once
// For tests of conversations: people with chat books on the mail of mail_town.hpp.

#include "daemon/chat_book.hpp"
#include "daemon/mail_town.hpp"

namespace covey::daemon {

struct ChatPerson {
  ChatPerson(MailTown& town, std::uint64_t seed, std::string_view file, const ChatLimits& limits = {})
      : mail(town, seed, file),
        people(town.clock),
        chats(
            {.mail = &mail.book,
             .networks = &mail.networks,
             .people = &people,
             .store = &mail.store,
             .clock = &town.clock,
             .random = &mail.random,
             .network = town.network,
             .name_of = [this](const identity::PeerId& peer) { return names[peer]; },
             .shown_name =
                 [this](const identity::PeerId& peer) {
                   const Person* const person = people.find(peer);
                   return names[peer].empty() && person != nullptr ? person->claimed() : names[peer];
                 },
             .name_for = [this](const identity::PeerId& peer) { return names[peer].empty() ? own_name : ""; },
             .reachable_at = [this] { return addresses; },
             .is_watched = nullptr},
            [this](const api::Event& event) { events.push_back(event); }, limits) {
    mail.book.set_may_write([this](const identity::PeerId& writer) {
      if (people.is_blocked(writer)) return WriterStanding::kBlocked;
      const bool is_known = people.find(writer) != nullptr || chats.has_written_to(writer);
      return is_known ? WriterStanding::kKnown : WriterStanding::kUnknown;
    });
    mail.book.set_addresses([this](const identity::PeerId& peer) {
      const Person* const person = people.find(peer);
      return person == nullptr ? std::vector<access::Endpoint>() : person->addresses;
    });
  }
  [[nodiscard]] const identity::PeerId& id() const { return mail.id(); }
  io::Awaitable<Result<>> start() {
    CO_TRY_VOID(co_await mail.start());
    co_return co_await chats.restore();
  }
  io::Awaitable<void> stop() {
    co_await chats.stop();
    co_await mail.stop();
  }
  io::Awaitable<Result<api::ChatMessageView>> say(const ChatPerson& to, std::string text) {
    co_return co_await chats.send(to.id(), std::move(text), std::nullopt);
  }
  /// What was said, the oldest first.
  io::Awaitable<std::vector<api::ChatMessageView>> heard(const ChatPerson& with) {
    auto page = co_await chats.messages(with.id(), std::string(), 100);
    EXPECT_TRUE(page) << to_string(page.error());
    std::vector<api::ChatMessageView> out;
    if (page) out.assign(page->messages.rbegin(), page->messages.rend());
    co_return out;
  }
  io::Awaitable<std::vector<std::string>> texts(const ChatPerson& with) {
    std::vector<std::string> out;
    const auto all = co_await heard(with);
    for (const auto& message : all) out.push_back(message.text);
    co_return out;
  }
  io::Awaitable<api::ChatMessageView> last(const ChatPerson& with) {
    const auto all = co_await heard(with);
    EXPECT_FALSE(all.empty());
    co_return all.empty() ? api::ChatMessageView() : all.back();
  }
  /// The last message fares so, by itself.
  io::Awaitable<void> reaches(const ChatPerson& with, api::ChatState state) {
    for (int i = 0; i < 10'000; ++i) {
      const auto now = co_await last(with);
      if (now.state == state) co_return;
      const auto slept = co_await io::sleep_for(1ms);
      if (!slept) co_return;
    }
    ADD_FAILURE() << "the message does not come to be " << static_cast<int>(state);
  }
  void block(const ChatPerson& whom) {
    people.block(whom.id(), {.until = {}, .reason = {}});
    chats.drop(whom.id());
  }

  std::map<identity::PeerId, std::string> names;
  std::string own_name;
  std::vector<access::Endpoint> addresses{*access::Endpoint::parse("192.0.2.9:7440")};
  std::vector<api::Event> events;
  MailPerson mail;
  PeopleBook people;
  ChatBook chats;
};

/// Alice and Bob; only Alice's program runs.
struct ChatPair {
  explicit ChatPair(const io::Executor& executor) : town(executor) {
    alice = std::make_unique<ChatPerson>(town, 1, "alice.db");
    bob = std::make_unique<ChatPerson>(town, 2, "bob.db");
  }
  io::Awaitable<void> restart(std::unique_ptr<ChatPerson>& who, std::uint64_t seed, std::string_view file) {
    co_await who->stop();
    who.reset();
    who = std::make_unique<ChatPerson>(town, seed, file);
    const auto started = co_await who->start();
    CO_REQUIRE(started);
  }
  io::Awaitable<void> start(ChatPerson& who) {
    const auto started = co_await who.start();
    CO_REQUIRE(started);
  }
  io::Awaitable<void> end() {
    co_await alice->stop();
    co_await bob->stop();
    co_await town.tasks.join();
  }
  void pass(std::chrono::milliseconds time) {
    town.clock.advance(time);
    alice->mail.book.look_again();
    bob->mail.book.look_again();
  }

  MailTown town;
  std::unique_ptr<ChatPerson> alice, bob;
};

inline void run_chat(const std::function<io::Awaitable<void>(ChatPair&)>& body) {
  test::run_in_loop([&]() -> io::Awaitable<void> {
    const io::Executor executor = co_await asio::this_coro::executor;
    ChatPair pair(executor);
    co_await pair.start(*pair.alice);
    co_await body(pair);
    co_await pair.end();
  });
}

}  // namespace covey::daemon
