// Conversations between two nodes over real links, without any network: as far as addresses go.

#include <gmock/gmock.h>

#include "daemon/chat_book.hpp"
#include "daemon/link_carrier.hpp"
#include "daemon/mail_town.hpp"
#include "daemon/network_book.hpp"
#include "daemon/test_node.hpp"

namespace covey::daemon {
namespace {

/// A node with what a daemon has of conversations around it.
struct Talker {
  Talker(const io::Executor& network, std::uint64_t seed, const std::filesystem::path& file)
      : at(network, seed),
        store(*DaemonStore::open(file, crypto::SecretBytes(32), at.random)),
        networks(*at.node, store, [](const api::Event& /*event*/) {}),
        carrier(*at.node),
        book({.device = &at.node->device(), .clock = &at.clock, .random = &at.random, .network = network},
             store, networks, carrier),
        people(at.clock),
        chats({.mail = &book,
               .networks = &networks,
               .people = &people,
               .store = &store,
               .clock = &at.clock,
               .random = &at.random,
               .network = network,
               .name_of = [](const identity::PeerId& /*peer*/) { return std::string(); },
               .shown_name = [](const identity::PeerId& /*peer*/) { return std::string(); },
               .name_for = [](const identity::PeerId& /*peer*/) { return std::string(); },
               .reachable_at = [this] { return at.node->listening(); },
               .is_watched = nullptr},
              [](const api::Event& /*event*/) {}) {
    at.node->mail_door().lead_to(&book.sink());
    book.set_may_write([this](const identity::PeerId& peer) {
      if (people.is_blocked(peer)) return WriterStanding::kBlocked;
      return people.find(peer) != nullptr ? WriterStanding::kKnown : WriterStanding::kUnknown;
    });
    book.set_addresses([this](const identity::PeerId& peer) {
      const Person* const person = people.find(peer);
      return person == nullptr ? std::vector<access::Endpoint>() : person->addresses;
    });
  }
  io::Awaitable<Result<>> begin() {
    CO_TRY_VOID(at.listen());
    CO_TRY_VOID(co_await book.restore());
    co_return co_await chats.restore();
  }
  io::Awaitable<void> end() {
    co_await chats.stop();
    at.node->mail_door().lead_to(nullptr);
    co_await book.stop();
    co_await networks.stop();
    co_await at.node->stop();
    store.join();
  }
  [[nodiscard]] const identity::PeerId& id() const { return at.node->device().peer_id(); }
  [[nodiscard]] std::string last_said() const {
    const auto views = chats.views();
    return views.empty() || !views.front().last ? std::string() : views.front().last->text;
  }

  TestNode at;
  StoreThread store;
  NetworkBook networks;
  LinkCarrier carrier;
  MailBook book;
  PeopleBook people;
  ChatBook chats;
};

TEST(ChatNode, two_who_met_talk_both_ways_although_only_one_knew_where_the_other_is) {
  test::run_in_loop([]() -> io::Awaitable<void> {
    const io::Executor executor = co_await asio::this_coro::executor;
    content::TestFolder folder;
    Talker alice(executor, 1, folder / "alice.db");
    Talker bob(executor, 2, folder / "bob.db");
    for (Talker* const talker : {&alice, &bob}) {
      const auto begun = co_await talker->begin();
      CO_REQUIRE(begun);
    }
    // Bob has used a ticket of Alice's, and she has let him in.
    bob.people.met(alice.id());
    bob.people.found_at(alice.id(), alice.at.node->listening());
    alice.people.met(bob.id());
    const auto asked = co_await bob.chats.send(alice.id(), "hello", std::nullopt);
    CO_REQUIRE(asked);
    co_await until([&] { return alice.last_said() == "hello"; });
    const auto answered = co_await alice.chats.send(bob.id(), "hello yourself", std::nullopt);
    CO_REQUIRE(answered);
    co_await until([&] { return bob.last_said() == "hello yourself"; });
    co_await until([&] { return alice.book.waiting() + bob.book.waiting() == 0; });
    EXPECT_TRUE(alice.chats.views().front().online);
    EXPECT_TRUE(bob.chats.views().front().online);
    co_await alice.end();
    co_await bob.end();
  });
}

}  // namespace
}  // namespace covey::daemon
