// What only a database server can do: be away, be lost and found, refuse, and be given a password.

#include <gmock/gmock.h>

#include <atomic>
#include <future>

#include "registry/postgres_fixture.hpp"
#include "registry/postgres_session.hpp"

namespace covey::registry {
namespace {

using testing::HasSubstr;
using testing::Not;

class PostgresTest : public testing::Test {
 protected:
  std::unique_ptr<FreshDatabase> database = fresh_postgres();
  std::unique_ptr<StoreSource> source = expect_value(open_store_source(database->where()));
  std::unique_ptr<Store> store = expect_value(source->open());
  TestNetwork network{7};
};

TEST_F(PostgresTest, a_session_that_was_lost_between_calls_is_opened_anew) {
  const auto ada = network.member(*store, "ada");
  cut_sessions(database->where());
  EXPECT_TRUE(expect_value(store->member(ada.id())));
  cut_sessions(database->where());
  expect_value(store->renew_presence(ada.id(), std::nullopt, kNow + 1h));
  cut_sessions(database->where());
  expect_value(store->announce(network.announcement(ada, network.share_id(), {}), 9));
  EXPECT_EQ(expect_value(store->counts(kNow)).shares, 1U);
}

TEST_F(PostgresTest, a_transaction_whose_session_is_lost_fails_as_a_whole) {
  const auto ada = network.person("ada");
  const auto bob = network.person("bob");
  const auto outcome = store->in_transaction([&]() -> Result<> {
    (void)expect_value(store->add_member(TestNetwork::application(ada), kNow));
    cut_sessions(database->where());
    // Even work that overlooks the error must not be kept by half.
    EXPECT_FALSE(store->add_member(TestNetwork::application(bob), kNow));
    return {};
  });
  EXPECT_FALSE(outcome);
  EXPECT_FALSE(expect_value(store->member(ada.id())));
  EXPECT_FALSE(expect_value(store->member(bob.id())));
}

TEST_F(PostgresTest, a_server_that_is_away_is_unreachable_and_no_password_is_told) {
  for (const auto* where :
       {"postgresql://covey:hunter2@127.0.0.1:1/covey", "postgresql://covey:hunter2@host.invalid/covey",
        "postgres://covey:hunter2@[::bad/covey", "postgresql://covey:hunter2@127.0.0.1:1/x?what=hunter2"}) {
    const auto opened = open_store_source(where);
    ASSERT_FALSE(opened) << where;
    EXPECT_EQ(opened.error().code, ErrorCode::kUnreachable);
    EXPECT_THAT(opened.error().context, Not(HasSubstr("hunter2")));
    EXPECT_THAT(opened.error().context, HasSubstr("check that it runs"));
  }
}

TEST_F(PostgresTest, a_schema_of_a_newer_or_another_program_is_refused) {
  PostgresSession session(database->where());
  session.script("UPDATE covey_migration SET checksum = 'other'");
  EXPECT_EQ(error_of(open_store_source(database->where())), ErrorCode::kCorrupt);
  session.script("INSERT INTO covey_migration VALUES (2, 'later', '')");
  EXPECT_EQ(error_of(open_store_source(database->where())), ErrorCode::kUnsupported);
}

TEST_F(PostgresTest, trackers_that_start_at_once_make_one_schema) {
  const auto fresh = fresh_postgres();
  std::vector<std::future<bool>> starts;
  for (int i = 0; i < 6; ++i) {
    starts.push_back(
        std::async(std::launch::async, [&] { return open_store_source(fresh->where()).has_value(); }));
  }
  for (auto& start : starts) EXPECT_TRUE(start.get());
}

TEST_F(PostgresTest, a_watcher_hears_again_after_its_session_was_lost) {
  const auto ada = network.member(*store, "ada");
  std::promise<identity::PeerId> first;
  std::promise<identity::PeerId> second;
  std::atomic<int> calls = 0;
  const auto watcher = expect_value(source->open());
  expect_value(watcher->watch_messages([&](const identity::PeerId& peer) {
    const int call = ++calls;
    if (call == 1) first.set_value(peer);
    if (call == 2) second.set_value(peer);
  }));
  const Message message{
      .from = ada.id(), .to = ada.id(), .kind = "chat", .sent_at = kNow, .expires_at = kNow + 1h};
  (void)expect_value(store->post(message, {}, kNow));
  auto heard = first.get_future();
  ASSERT_EQ(heard.wait_for(20s), std::future_status::ready);
  cut_sessions(database->where());
  // Posted now or before it listens again: it is told in either case.
  (void)expect_value(store->post(message, {}, kNow));
  auto heard_again = second.get_future();
  ASSERT_EQ(heard_again.wait_for(20s), std::future_status::ready);
  EXPECT_EQ(heard_again.get(), ada.id());
}

}  // namespace
}  // namespace covey::registry
