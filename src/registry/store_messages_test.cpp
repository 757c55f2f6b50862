// What store.hpp promises of messages, and of several Stores at once, held by every backend.

#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <mutex>
#include <set>
#include <thread>

#include "registry/store_fixture.hpp"

namespace covey::registry {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class StoreMessages : public StoreTest {
 protected:
  static Message letter(const TestNetwork::Person& from, const TestNetwork::Person& to,
                        std::string_view body) {
    return {.from = from.id(),
            .to = to.id(),
            .kind = "chat",
            .body = to_bytes(body),
            .sent_at = kNow - 1s,
            .expires_at = kNow + 1h};
  }
  std::vector<std::string> bodies(const TestNetwork::Person& of, std::uint64_t after = 0,
                                  WallTime now = kNow) {
    std::vector<std::string> out;
    for (const Message& each : expect_value(store->messages(of.id(), after, 2000, now))) {
      out.emplace_back(as_text(each.body));
    }
    return out;
  }
};

TEST_P(StoreMessages, wait_in_the_order_they_came_until_they_are_acknowledged) {
  const auto ada = network.member(*store, "ada");
  const auto bob = network.member(*store, "bob");
  std::vector<std::uint64_t> ids;
  for (const auto* body : {"one", "two", "", "four"}) {
    ids.push_back(expect_value(store->post(letter(ada, bob, body), {}, kNow)));
  }
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
  const auto waiting = expect_value(open()->messages(bob.id(), 0, 9, kNow));
  ASSERT_EQ(waiting.size(), 4U);
  EXPECT_EQ(waiting[0].id, ids[0]);
  EXPECT_EQ(waiting[0].from, ada.id());
  EXPECT_EQ(waiting[0].to, bob.id());
  EXPECT_EQ(waiting[0].kind, "chat");
  EXPECT_EQ(waiting[0].sent_at, kNow - 1s);
  EXPECT_EQ(waiting[0].expires_at, kNow + 1h);
  EXPECT_THAT(bodies(bob), ElementsAre("one", "two", "", "four"));
  EXPECT_THAT(bodies(bob, ids[1]), ElementsAre("", "four"));
  EXPECT_EQ(expect_value(store->messages(bob.id(), 0, 2, kNow)).size(), 2U);
  EXPECT_THAT(bodies(bob, ~std::uint64_t{0}), IsEmpty());
  EXPECT_THAT(bodies(ada), IsEmpty());
  expect_value(store->acknowledge(ada.id(), ids));  // not hers
  expect_value(store->acknowledge(bob.id(), {ids[0], ids[2], 0, 77, ~std::uint64_t{0}}));
  EXPECT_THAT(bodies(bob), ElementsAre("two", "four"));
  EXPECT_EQ(expect_value(store->counts(kNow)).messages, 2U);
}

TEST_P(StoreMessages, that_expired_are_gone_and_leave_room) {
  const auto ada = network.member(*store, "ada");
  const auto bob = network.member(*store, "bob");
  const MailboxLimits one{.messages = 1};
  (void)expect_value(store->post(letter(ada, bob, "old"), one, kNow));
  EXPECT_EQ(error_of(store->post(letter(ada, bob, "new"), one, kNow)), ErrorCode::kLimitExceeded);
  EXPECT_THAT(bodies(bob, 0, kNow + 1h), IsEmpty());
  Message later = letter(ada, bob, "new");
  later.expires_at = kNow + 2h;
  (void)expect_value(store->post(later, one, kNow + 1h));
  EXPECT_THAT(bodies(bob, 0, kNow + 1h), ElementsAre("new"));
  expect_value(store->purge(kNow + 1h));
  EXPECT_THAT(bodies(bob), ElementsAre("new"));
}

TEST_P(StoreMessages, keep_to_the_limits_of_a_mailbox) {
  const auto ada = network.member(*store, "ada");
  const auto bob = network.member(*store, "bob");
  const auto eve = network.member(*store, "eve");
  const MailboxLimits limits{.messages = 4, .bytes = 10, .messages_of_one_sender = 2};
  (void)expect_value(store->post(letter(ada, bob, "four"), limits, kNow));
  EXPECT_EQ(error_of(store->post(letter(eve, bob, "7 bytes"), limits, kNow)), ErrorCode::kLimitExceeded);
  EXPECT_EQ(error_of(store->post(letter(eve, ada, "eleven byte"), limits, kNow)), ErrorCode::kLimitExceeded);
  (void)expect_value(store->post(letter(ada, bob, "four"), limits, kNow));
  EXPECT_EQ(error_of(store->post(letter(ada, bob, ""), limits, kNow)), ErrorCode::kLimitExceeded);
  (void)expect_value(store->post(letter(eve, bob, "a"), limits, kNow));
  (void)expect_value(store->post(letter(eve, bob, "b"), limits, kNow));
  EXPECT_EQ(error_of(store->post(letter(bob, bob, ""), limits, kNow)), ErrorCode::kLimitExceeded);
  (void)expect_value(store->post(letter(ada, eve, "elsewhere"), limits, kNow));
  EXPECT_EQ(bodies(bob).size(), 4U);
  EXPECT_EQ(error_of(store->post(letter(ada, network.person("zoe"), ""), {}, kNow)), ErrorCode::kNotFound);
}

TEST_P(StoreMessages, have_a_kind_that_is_clean_text) {
  const auto ada = network.member(*store, "ada");
  Message odd = letter(ada, ada, "x");
  for (const std::string& kind :
       {std::string("a\0b", 3), std::string("\xff"), std::string(33, 'k'), std::string("\n")}) {
    odd.kind = kind;
    EXPECT_EQ(error_of(store->post(odd, {}, kNow)), ErrorCode::kInvalidArgument);
  }
  odd.kind = "'); DROP TABLE message; --";
  odd.body = {0, 1, 0xff, 0, '\'', '\\', 'x'};
  (void)expect_value(store->post(odd, {}, kNow));
  const auto waiting = expect_value(store->messages(ada.id(), 0, 9, kNow));
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting[0].kind, odd.kind);
  EXPECT_EQ(waiting[0].body, odd.body);
}

TEST_P(StoreMessages, go_on_counting_when_the_receiver_registers_anew) {
  const auto ada = network.member(*store, "ada");
  std::uint64_t last = 0;
  for (int i = 0; i < 5; ++i) last = expect_value(store->post(letter(ada, ada, "x"), {}, kNow));
  expect_value(store->remove_member(ada.id()));
  EXPECT_THAT(bodies(ada), IsEmpty());
  (void)expect_value(store->add_member(TestNetwork::application(ada), kNow));
  EXPECT_GT(expect_value(store->post(letter(ada, ada, "y"), {}, kNow + 1s)), last);
}

TEST_P(StoreMessages, of_several_stores_at_once_get_ids_of_their_own_and_keep_to_the_limits) {
  const auto ada = network.member(*store, "ada");
  const auto bob = network.member(*store, "bob");
  const MailboxLimits limits{.messages = 40, .messages_of_one_sender = 1000};
  std::atomic<int> accepted = 0;
  std::vector<std::future<void>> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.push_back(std::async(std::launch::async, [&, own = open()] {
      for (int i = 0; i < 15; ++i) {
        const auto posted = own->post(letter(ada, bob, "x"), limits, kNow);
        if (posted) ++accepted;
        EXPECT_TRUE(posted || posted.error().code == ErrorCode::kLimitExceeded) << to_string(posted.error());
      }
    }));
  }
  for (auto& writer : writers) writer.get();
  EXPECT_EQ(accepted, 40);
  std::set<std::uint64_t> ids;
  for (const Message& each : expect_value(store->messages(bob.id(), 0, 100, kNow))) ids.insert(each.id);
  EXPECT_EQ(ids.size(), 40U);
}

TEST_P(StoreMessages, a_name_that_several_claim_at_once_is_given_once) {
  for (int round = 0; round < 6; ++round) {
    const std::string name =
        fmt::format("peer-{}", std::string("abcdef").substr(static_cast<std::size_t>(round)));
    std::atomic<int> registered = 0;
    std::vector<TestNetwork::Person> people;
    for (int i = 0; i < 4; ++i) people.push_back(network.person(name));
    std::vector<std::future<void>> claims;
    for (const auto& person : people) {
      claims.push_back(std::async(std::launch::async, [&, own = open()] {
        const auto added = own->add_member(TestNetwork::application(person), kNow);
        if (added) ++registered;
        EXPECT_TRUE(added || added.error().code == ErrorCode::kAlreadyExists) << to_string(added.error());
      }));
    }
    for (auto& claim : claims) claim.get();
    EXPECT_EQ(registered, 1);
  }
}

TEST_P(StoreMessages, an_owner_announcing_from_everywhere_keeps_to_its_limit) {
  const auto ada = network.member(*store, "ada");
  std::vector<Announcement> announcements;
  for (int i = 0; i < 40; ++i) announcements.push_back(network.announcement(ada, network.share_id(), {}));
  std::atomic<std::size_t> next = 0;
  std::atomic<int> accepted = 0;
  std::vector<std::future<void>> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.push_back(std::async(std::launch::async, [&, own = open()] {
      for (std::size_t i = next++; i < announcements.size(); i = next++) {
        if (own->announce(announcements[i], 25)) ++accepted;
      }
    }));
  }
  for (auto& writer : writers) writer.get();
  EXPECT_EQ(accepted, 25);
  EXPECT_EQ(search(ada.id(), "").total, 25U);
}

/// Hears of peers, on whatever thread, and lets a test wait for one.
class Ear {
 public:
  void hear(const identity::PeerId& peer) {
    {
      const std::lock_guard lock(mutex_);
      heard_.push_back(peer);
    }
    changed_.notify_all();
  }
  bool hears(const identity::PeerId& peer) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 20s,
                             [&] { return std::find(heard_.begin(), heard_.end(), peer) != heard_.end(); });
  }
  std::vector<identity::PeerId> heard() {
    const std::lock_guard lock(mutex_);
    return heard_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<identity::PeerId> heard_;
};

TEST_P(StoreMessages, are_told_of_once_they_are_committed) {
  const auto ada = network.member(*store, "ada");
  const auto bob = network.member(*store, "bob");
  const auto eve = network.member(*store, "eve");
  Ear ear;
  const auto watcher = open();
  expect_value(watcher->watch_messages([&](const identity::PeerId& peer) { ear.hear(peer); }));
  EXPECT_FALSE(store->in_transaction([&]() -> Result<> {
    TRY_VOID(store->post(letter(ada, eve, "undone"), {}, kNow));
    return fail(ErrorCode::kRefused, "no");
  }));
  expect_value(store->in_transaction([&]() -> Result<> {
    EXPECT_FALSE(store->in_transaction([&]() -> Result<> {
      TRY_VOID(store->post(letter(ada, eve, "undone"), {}, kNow));
      return fail(ErrorCode::kRefused, "no");
    }));
    TRY_VOID(store->post(letter(bob, ada, "kept"), {}, kNow));
    return {};
  }));
  EXPECT_TRUE(ear.hears(ada.id()));
  (void)expect_value(store->post(letter(ada, bob, "kept"), {}, kNow));
  EXPECT_TRUE(ear.hears(bob.id()));
  EXPECT_THAT(ear.heard(), testing::Not(testing::Contains(eve.id())));
}

TEST_P(StoreMessages, are_not_told_of_to_a_store_that_went) {
  const auto ada = network.member(*store, "ada");
  Ear gone;
  Ear ear;
  auto early = open();
  expect_value(early->watch_messages([&](const identity::PeerId& peer) { gone.hear(peer); }));
  const auto watcher = open();
  expect_value(watcher->watch_messages([&](const identity::PeerId& peer) { ear.hear(peer); }));
  early.reset();
  (void)expect_value(store->post(letter(ada, ada, "x"), {}, kNow));
  EXPECT_TRUE(ear.hears(ada.id()));
  EXPECT_THAT(gone.heard(), IsEmpty());
}

COVEY_ON_EACH_BACKEND(StoreMessages);

}  // namespace
}  // namespace covey::registry
