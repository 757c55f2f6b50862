#include "daemon/people_book.hpp"

#include <gtest/gtest.h>

namespace covey::daemon {
namespace {

using namespace std::chrono_literals;

identity::PeerId peer_of(unsigned number) {
  Bytes key(crypto::PublicKey::kSize, 0);
  key[0] = static_cast<Byte>(number >> 8);
  key[1] = static_cast<Byte>(number);
  return identity::PeerId(crypto::PublicKey::from(key));
}

class People : public testing::Test {
 protected:
  People() {
    book_.on_change([this](const Person& person) { kept_[person.peer] = person; });
    book_.on_forgotten([this](const identity::PeerId& peer) { kept_.erase(peer); });
  }
  ManualClock clock_;
  PeopleBook book_{clock_};
  std::map<identity::PeerId, Person> kept_;
};

TEST_F(People, a_block_holds_for_its_time_or_until_it_is_ended) {
  book_.block(peer_of(1), {.until = clock_.wall() + 1h, .reason = "noisy"});
  book_.block(peer_of(2), {.until = std::nullopt, .reason = ""});
  EXPECT_TRUE(book_.is_blocked(peer_of(1)));
  clock_.advance(1h);
  EXPECT_FALSE(book_.is_blocked(peer_of(1)));
  EXPECT_TRUE(book_.is_blocked(peer_of(2)));
  ASSERT_TRUE(book_.unblock(peer_of(2)));
  EXPECT_FALSE(book_.is_blocked(peer_of(2)));
  EXPECT_EQ(book_.unblock(peer_of(2)).error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(kept_.at(peer_of(2)).block);
}

TEST_F(People, a_detector_does_not_shorten_what_a_person_has_decided) {
  book_.block(peer_of(1), {.until = std::nullopt, .reason = "no"});
  book_.block(peer_of(1), {.until = clock_.wall() + 1h, .reason = "guessing", .by_itself = true});
  clock_.advance(2h);
  EXPECT_TRUE(book_.is_blocked(peer_of(1)));
  EXPECT_EQ(book_.find(peer_of(1))->block->reason, "no");
}

TEST_F(People, trust_is_for_some_shares_or_for_all_and_never_for_the_blocked) {
  book_.trust(peer_of(1), {"photos"});
  EXPECT_TRUE(book_.is_trusted(peer_of(1), "photos"));
  EXPECT_FALSE(book_.is_trusted(peer_of(1), "letters"));
  book_.trust(peer_of(1), {});
  EXPECT_TRUE(book_.is_trusted(peer_of(1), "letters"));
  book_.block(peer_of(1), {.until = std::nullopt, .reason = ""});
  EXPECT_FALSE(book_.is_trusted(peer_of(1), "letters"));
  ASSERT_TRUE(book_.untrust(peer_of(1)));
  ASSERT_TRUE(book_.unblock(peer_of(1)));
  EXPECT_FALSE(book_.is_trusted(peer_of(1), "photos"));
}

TEST_F(People, remembers_when_somebody_was_first_and_last_seen) {
  book_.met(peer_of(1), "anna");
  const WallTime first = clock_.wall();
  clock_.advance(1min);
  book_.met(peer_of(1));
  EXPECT_EQ(kept_.at(peer_of(1)).last_seen, first) << "not written down each time";
  clock_.advance(1h);
  book_.met(peer_of(1));
  EXPECT_EQ(kept_.at(peer_of(1)).first_seen, first);
  EXPECT_EQ(kept_.at(peer_of(1)).last_seen, clock_.wall());
  EXPECT_EQ(kept_.at(peer_of(1)).name, "anna");
}

TEST_F(People, knows_what_somebody_calls_itself_apart_from_what_a_network_calls_it) {
  book_.calls_itself(peer_of(1), "otter");
  EXPECT_EQ(book_.find(peer_of(1)), nullptr) << "a stranger leaves nothing behind";
  book_.met(peer_of(1), "anna");
  book_.calls_itself(peer_of(1), "otter");
  EXPECT_EQ(kept_.at(peer_of(1)).name, "anna");
  EXPECT_EQ(kept_.at(peer_of(1)).claimed(), "~otter");
  book_.calls_itself(peer_of(1), "");
  EXPECT_EQ(kept_.at(peer_of(1)).claimed(), "~otter") << "who says nothing takes nothing back";
}

TEST_F(People, forgets_who_was_away_for_longest_and_nobody_it_has_judged) {
  book_.block(peer_of(0), {.until = std::nullopt, .reason = ""});
  for (unsigned i = 1; i <= PeopleBook::kMaxUnjudged + 3; ++i) {
    book_.met(peer_of(i));
    clock_.advance(1ms);
  }
  EXPECT_EQ(book_.all().size(), PeopleBook::kMaxUnjudged + 1);
  EXPECT_TRUE(book_.is_blocked(peer_of(0)));
  EXPECT_EQ(book_.find(peer_of(3)), nullptr);
  EXPECT_NE(book_.find(peer_of(4)), nullptr);
  EXPECT_EQ(kept_.size(), PeopleBook::kMaxUnjudged + 1);
}

}  // namespace
}  // namespace covey::daemon
