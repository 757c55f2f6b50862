// A challenge holds for the peer and the minute it was made for, on every replica, and any changed bit spoils
// it.

#include "tracker/challenge.hpp"

#include <gtest/gtest.h>

#include "tracker/limits.hpp"

namespace covey::tracker {
namespace {

struct ChallengeTest : ::testing::Test {
  crypto::SeededRandom random{3};
  identity::PeerId peer{crypto::SigningKey::generate(random).public_key()};
  identity::PeerId other{crypto::SigningKey::generate(random).public_key()};
  Challenges challenges{as_bytes("a secret of the replicas")};
  WallTime now = from_unix_ms(1'800'000'000'000);
};

TEST_F(ChallengeTest, holds_for_a_minute_on_every_replica) {
  const Challenge challenge = challenges.make(peer, random, now);
  const Challenges replica{as_bytes("a secret of the replicas")};
  EXPECT_EQ(replica.check(challenge, peer, now).value(), now + kChallengeLife);
  EXPECT_TRUE(replica.check(challenge, peer, now + kChallengeLife - 1ms));
  EXPECT_EQ(replica.check(challenge, peer, now + kChallengeLife).error().code, ErrorCode::kExpired);
}

TEST_F(ChallengeTest, is_another_each_time) {
  EXPECT_NE(challenges.make(peer, random, now), challenges.make(peer, random, now));
}

TEST_F(ChallengeTest, of_another_peer_or_tracker_is_refused) {
  const Challenge challenge = challenges.make(peer, random, now);
  EXPECT_EQ(challenges.check(challenge, other, now).error().code, ErrorCode::kVerificationFailed);
  const Challenges foreign{as_bytes("another secret")};
  EXPECT_EQ(foreign.check(challenge, peer, now).error().code, ErrorCode::kVerificationFailed);
}

TEST_F(ChallengeTest, every_flipped_bit_is_noticed) {
  const Challenge challenge = challenges.make(peer, random, now);
  for (std::size_t bit = 0; bit < Challenge::kSize * 8; ++bit) {
    Challenge changed = challenge;
    changed.mutable_view()[bit / 8] ^= static_cast<Byte>(1U << (bit % 8));
    EXPECT_FALSE(challenges.check(changed, peer, now)) << bit;
  }
}

}  // namespace
}  // namespace covey::tracker
