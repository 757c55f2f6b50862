#include "swarm/source_pool.hpp"

#include <gtest/gtest.h>

#include "identity/device_key.hpp"

namespace covey::swarm {
namespace {

using namespace std::chrono_literals;

class SourcePoolTest : public testing::Test {
 protected:
  identity::PeerId peer() { return identity::DeviceKey::ephemeral(random_).peer_id(); }
  static std::vector<access::Endpoint> at(const std::string& address) {
    return {*access::Endpoint::parse(address)};
  }
  static std::vector<access::Endpoint> somewhere() { return at("192.0.2.7:7440"); }

  crypto::SeededRandom random_{5};
  identity::PeerId self_ = peer();
  identity::PeerId owner_ = peer();
  SourcePool pool_{self_};
  SteadyTime now_{};
};

TEST_F(SourcePoolTest, dials_the_most_promising_first_and_each_once) {
  pool_.offer(peer(), somewhere(), FoundBy::kExchange);
  pool_.offer(peer(), somewhere(), FoundBy::kTracker);
  pool_.offer(owner_, somewhere(), FoundBy::kOwner);
  const auto due = pool_.take_due(now_);
  ASSERT_EQ(due.size(), 3U);
  EXPECT_EQ(due[0].peer, owner_);
  EXPECT_EQ(due[1].found_by, FoundBy::kTracker);
  EXPECT_EQ(due[2].found_by, FoundBy::kExchange);
  EXPECT_TRUE(pool_.take_due(now_).empty());
  EXPECT_EQ(pool_.active(), 3U);
}

TEST_F(SourcePoolTest, is_no_source_of_its_own_unless_it_is_the_owner) {
  EXPECT_FALSE(pool_.offer(self_, somewhere(), FoundBy::kExchange));
  EXPECT_TRUE(pool_.offer(self_, somewhere(), FoundBy::kOwner));
}

TEST_F(SourcePoolTest, tries_the_lost_again_later_and_later_and_at_once_where_they_have_moved) {
  const SourceId id = *pool_.offer(owner_, somewhere(), FoundBy::kOwner);
  SteadyTime before = now_;
  std::chrono::nanoseconds last_pause{};
  for (int i = 0; i < 12; ++i) {
    ASSERT_EQ(pool_.take_due(now_).size(), 1U);
    pool_.lost(id, now_, 1);
    EXPECT_TRUE(pool_.take_due(now_).empty());
    before = now_;
    now_ = *pool_.next_due();
    EXPECT_GE(now_ - before, last_pause);
    last_pause = now_ - before;
  }
  EXPECT_EQ(last_pause, 60s);
  pool_.offer(owner_, at("192.0.2.8:7440"), FoundBy::kTracker);
  EXPECT_TRUE(pool_.take_due(before).empty()) << "a tracker does not move the owner";
  pool_.offer(owner_, at("192.0.2.8:7440"), FoundBy::kOwner);
  EXPECT_EQ(pool_.take_due(before).size(), 1U);
}

TEST_F(SourcePoolTest, forgets_those_who_never_answer_but_not_the_owner) {
  const SourceId owner = *pool_.offer(owner_, somewhere(), FoundBy::kOwner);
  const SourceId other = *pool_.offer(peer(), somewhere(), FoundBy::kExchange);
  for (int i = 0; i < 10; ++i) {
    now_ += 1h;
    for (const Source& source : pool_.take_due(now_)) pool_.lost(source.id, now_, 1);
  }
  EXPECT_NE(pool_.find(owner), nullptr);
  EXPECT_EQ(pool_.find(other), nullptr);
}

TEST_F(SourcePoolTest, never_dials_a_blocked_one_again_whoever_speaks_of_it) {
  const identity::PeerId liar = peer();
  const SourceId id = *pool_.offer(liar, somewhere(), FoundBy::kExchange);
  pool_.take_due(now_);
  pool_.block(id, "it lied");
  pool_.lost(id, now_, 1);
  EXPECT_FALSE(pool_.offer(liar, at("192.0.2.9:7440"), FoundBy::kTracker));
  EXPECT_TRUE(pool_.take_due(now_ + 24h).empty());
  EXPECT_EQ(pool_.active(), 0U);
  ASSERT_EQ(pool_.blocked().size(), 1U);
  EXPECT_EQ(pool_.blocked().front().peer, liar);
  EXPECT_EQ(pool_.blocked().front().reason, "it lied");
}

TEST_F(SourcePoolTest, knows_and_dials_a_bounded_number_but_always_the_owner) {
  std::size_t known = 0;
  for (int i = 0; i < 1000; ++i) known += pool_.offer(peer(), somewhere(), FoundBy::kExchange) ? 1U : 0U;
  EXPECT_EQ(known, SourcePool::kMaxKnown);
  EXPECT_EQ(pool_.take_due(now_).size(), SourcePool::kMaxActive);
  pool_.offer(owner_, somewhere(), FoundBy::kOwner);
  const auto due = pool_.take_due(now_);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due.front().peer, owner_);
}

TEST_F(SourcePoolTest, does_not_dial_where_it_knows_no_address) {
  pool_.offer(owner_, {}, FoundBy::kOwner);
  EXPECT_TRUE(pool_.take_due(now_).empty());
  EXPECT_FALSE(pool_.next_due());
  EXPECT_EQ(pool_.waiting(), 0U);
  pool_.offer(owner_, somewhere(), FoundBy::kOwner);
  EXPECT_EQ(pool_.take_due(now_).size(), 1U);
}

}  // namespace
}  // namespace covey::swarm
