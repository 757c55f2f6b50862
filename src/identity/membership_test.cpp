#include "identity/membership.hpp"

#include <gmock/gmock.h>

namespace covey::identity {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNow{std::chrono::hours(490'000)};

struct MembershipTest : testing::Test {
  crypto::SeededRandom random{5};
  crypto::SigningKey network = crypto::SigningKey::generate(random);
  DeviceKey peer = DeviceKey::ephemeral(random);

  NameClaim claim() const {
    return {.network = network.public_key(),
            .peer = peer.peer_id(),
            .name = *PeerName::parse("alice"),
            .claimed_at = kNow - 24h};
  }
  Bytes record(WallTime issued = kNow - 1h, WallTime expires = kNow + 47h) const {
    return endorse(sign(claim(), peer), 3, issued, expires, network);
  }
  Error refused(ByteView bytes, WallTime now = kNow) const {
    const auto outcome = verify_membership(bytes, network.public_key(), now);
    return outcome ? Error{ErrorCode::kInternal, "it was accepted"} : outcome.error();
  }
};

TEST_F(MembershipTest, what_was_endorsed_is_read_back) {
  const auto read = verify_membership(record(), network.public_key(), kNow);
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->claim, claim());
  EXPECT_EQ(read->serial, 3U);
  EXPECT_EQ(read->issued_at, kNow - 1h);
  EXPECT_EQ(read->expires_at, kNow + 47h);
  EXPECT_LE(record().size(), kMaxMembershipBytes);
}

TEST_F(MembershipTest, every_flipped_bit_is_refused) {
  const Bytes good = record();
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes bad = good;
    bad[bit / 8] ^= static_cast<Byte>(1U << (bit % 8));
    EXPECT_FALSE(verify_membership(bad, network.public_key(), kNow)) << "bit " << bit;
  }
}

TEST_F(MembershipTest, every_shortened_or_lengthened_one_is_refused) {
  Bytes bytes = record();
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(verify_membership(ByteView(bytes).first(size), network.public_key(), kNow)) << size;
  bytes.push_back(0);
  EXPECT_FALSE(verify_membership(bytes, network.public_key(), kNow));
  EXPECT_EQ(refused(Bytes(10'000)).code, ErrorCode::kLimitExceeded);
}

TEST_F(MembershipTest, that_of_another_network_is_refused) {
  const auto other = crypto::SigningKey::generate(random);
  const Bytes foreign = endorse(sign(claim(), peer), 1, kNow, kNow + 1h, other);
  EXPECT_EQ(refused(foreign).code, ErrorCode::kVerificationFailed);
  EXPECT_EQ(verify_membership(record(), other.public_key(), kNow).error().code,
            ErrorCode::kVerificationFailed);
}

TEST_F(MembershipTest, a_name_that_the_peer_did_not_claim_is_refused_even_from_its_network) {
  const auto mallory = DeviceKey::ephemeral(random);
  const Bytes forged = endorse(sign(claim(), mallory), 1, kNow, kNow + 1h, network);
  EXPECT_THAT(refused(forged).context, testing::HasSubstr("its peer did not sign"));
}

TEST_F(MembershipTest, holds_from_a_little_before_its_issue_until_it_expires) {
  EXPECT_TRUE(verify_membership(record(), network.public_key(), kNow + 47h - 1ms));
  EXPECT_EQ(refused(record(), kNow + 47h).code, ErrorCode::kExpired);
  EXPECT_TRUE(verify_membership(record(), network.public_key(), kNow - 1h - kClockTolerance));
  EXPECT_THAT(refused(record(), kNow - 1h - kClockTolerance - 1ms).context, testing::HasSubstr("clocks"));
}

TEST_F(MembershipTest, one_that_lasts_too_long_or_ends_before_it_begins_is_refused) {
  EXPECT_EQ(refused(record(kNow, kNow + kMaxMembershipLife + 1ms)).code, ErrorCode::kMalformed);
  EXPECT_EQ(refused(record(kNow, kNow)).code, ErrorCode::kMalformed);
}

TEST_F(MembershipTest, a_claim_is_worth_nothing_under_another_label_or_key) {
  SignedNameClaim signed_claim = sign(claim(), peer);
  EXPECT_TRUE(verify(signed_claim));
  signed_claim.signature = peer.sign(crypto::kHelloLabel, signed_claim.payload);
  EXPECT_EQ(verify(signed_claim).error().code, ErrorCode::kVerificationFailed);
}

}  // namespace
}  // namespace covey::identity
