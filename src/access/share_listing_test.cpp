#include "access/share_listing.hpp"

#include <gmock/gmock.h>

namespace covey::access {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNow{std::chrono::hours(490'000)};

struct ShareListingTest : testing::Test {
  crypto::SeededRandom random{6};
  identity::DeviceKey owner = identity::DeviceKey::ephemeral(random);
  identity::DeviceKey mallory = identity::DeviceKey::ephemeral(random);
  crypto::PublicKey network = crypto::SigningKey::generate(random).public_key();

  ShareDescription share() const {
    return {.share_id = ShareId::from(Bytes(16, 1)),
            .owner = owner.peer_id(),
            .title = "Holiday photos",
            .kind = ShareKind::kFolder,
            .root = ContentRoot::from(Bytes(32, 9)),
            .content_size = 5000,
            .total_bytes = 123456789,
            .file_count = 20,
            .created_at = kNow - 1h,
            .expires_at = std::nullopt};
  }
  ShareListing listing() const {
    return {.network = network,
            .sequence = 77,
            .expires_at = kNow + 1h,
            .visibility = Visibility::kListed,
            .access = Access::kOpen,
            .tags = {"summer", "été"},
            .names = {"a.jpg", "deep/b.jpg"},
            .description = sign(share(), owner)};
  }
};

TEST_F(ShareListingTest, what_was_signed_is_read_back) {
  const auto signed_one = sign(listing(), owner);
  ASSERT_TRUE(signed_one);
  const auto read = verify(*signed_one, network, kNow);
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->share, share());
  EXPECT_EQ(read->listing.sequence, 77U);
  EXPECT_EQ(read->listing.expires_at, kNow + 1h);
  EXPECT_EQ(read->listing.visibility, Visibility::kListed);
  EXPECT_EQ(read->listing.access, Access::kOpen);
  EXPECT_THAT(read->listing.tags, testing::ElementsAre("summer", "été"));
  EXPECT_THAT(read->listing.names, testing::ElementsAre("a.jpg", "deep/b.jpg"));
}

TEST_F(ShareListingTest, every_flipped_bit_is_refused) {
  const auto good = sign(listing(), owner);
  for (std::size_t bit = 0; bit < good->payload.size() * 8; ++bit) {
    SignedShareListing bad = *good;
    bad.payload[bit / 8] ^= static_cast<Byte>(1U << (bit % 8));
    EXPECT_FALSE(verify(bad, network, kNow)) << "bit " << bit;
  }
  for (std::size_t bit = 0; bit < crypto::Signature::kSize * 8; ++bit) {
    SignedShareListing bad = *good;
    bad.signature.mutable_view()[bit / 8] ^= static_cast<Byte>(1U << (bit % 8));
    EXPECT_FALSE(verify(bad, network, kNow)) << "bit " << bit << " of the signature";
  }
}

TEST_F(ShareListingTest, every_shortened_one_is_refused) {
  const auto good = sign(listing(), owner);
  for (std::size_t size = 0; size < good->payload.size(); ++size) {
    SignedShareListing bad = *good;
    bad.payload.resize(size);
    bad.signature = owner.sign(crypto::kShareListingLabel, bad.payload);
    EXPECT_FALSE(verify(bad, network, kNow)) << size;
  }
}

TEST_F(ShareListingTest, another_owners_share_cannot_be_listed) {
  const auto forged = sign(listing(), mallory);
  EXPECT_EQ(verify(*forged, network, kNow).error().code, ErrorCode::kVerificationFailed);
}

TEST_F(ShareListingTest, is_for_its_network_and_time_alone) {
  const auto signed_one = sign(listing(), owner);
  const auto other = crypto::SigningKey::generate(random).public_key();
  EXPECT_EQ(verify(*signed_one, other, kNow).error().code, ErrorCode::kVerificationFailed);
  EXPECT_TRUE(verify(*signed_one, network, kNow + 1h - 1ms));
  EXPECT_EQ(verify(*signed_one, network, kNow + 1h).error().code, ErrorCode::kExpired);
}

TEST_F(ShareListingTest, words_beyond_their_limits_are_not_signed) {
  const auto problem = [&](const std::function<void(ShareListing&)>& spoil) {
    ShareListing spoilt = listing();
    spoil(spoilt);
    const auto outcome = sign(spoilt, owner);
    return outcome ? ErrorCode::kInternal : outcome.error().code;
  };
  EXPECT_EQ(problem([](auto& l) { l.visibility = Visibility::kUnlisted; }), ErrorCode::kInvalidArgument);
  EXPECT_EQ(problem([](auto& l) { l.tags.assign(17, "tag"); }), ErrorCode::kLimitExceeded);
  EXPECT_EQ(problem([](auto& l) { l.tags = {std::string(33, 'a')}; }), ErrorCode::kLimitExceeded);
  EXPECT_EQ(problem([](auto& l) { l.tags = {""}; }), ErrorCode::kLimitExceeded);
  EXPECT_EQ(problem([](auto& l) { l.names = {"line\nbreak"}; }), ErrorCode::kLimitExceeded);
  EXPECT_EQ(problem([](auto& l) { l.names.assign(1001, "a"); }), ErrorCode::kLimitExceeded);
  EXPECT_EQ(problem([](auto& l) { l.names.assign(100, std::string(1000, 'a')); }), ErrorCode::kLimitExceeded);
}

TEST_F(ShareListingTest, hostile_text_is_refused_even_when_its_owner_signed_it) {
  const auto good = sign(listing(), owner);
  const std::string_view tag = "summer";
  const auto at = std::search(good->payload.begin(), good->payload.end(), tag.begin(), tag.end());
  ASSERT_NE(at, good->payload.end());
  SignedShareListing bad = *good;
  bad.payload[static_cast<std::size_t>(at - good->payload.begin())] = 0x1b;
  bad.signature = owner.sign(crypto::kShareListingLabel, bad.payload);
  EXPECT_EQ(verify(bad, network, kNow).error().code, ErrorCode::kMalformed);
}

}  // namespace
}  // namespace covey::access
