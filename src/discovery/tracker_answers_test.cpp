#include "discovery/tracker_answers.hpp"

#include <gmock/gmock.h>

#include "crypto/base64.hpp"

namespace covey::discovery {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr WallTime kNow{std::chrono::hours(490'000)};

struct TrackerAnswers : testing::Test {
  crypto::SeededRandom random{8};
  crypto::SigningKey network = crypto::SigningKey::generate(random);
  identity::DeviceKey alice = identity::DeviceKey::ephemeral(random);
  identity::DeviceKey mallory = identity::DeviceKey::ephemeral(random);

  std::string membership_of(const identity::DeviceKey& peer, const char* name) const {
    const identity::NameClaim claim{.network = network.public_key(),
                                    .peer = peer.peer_id(),
                                    .name = *identity::PeerName::parse(name),
                                    .claimed_at = kNow};
    return crypto::to_base64url(identity::endorse(identity::sign(claim, peer), 1, kNow, kNow + 48h, network));
  }
  std::string share_json(const crypto::PublicKey& of, const identity::DeviceKey& signer) const {
    const access::ShareDescription share{.share_id = access::ShareId::from(Bytes(16, 1)),
                                         .owner = alice.peer_id(),
                                         .title = "photos",
                                         .kind = access::ShareKind::kFolder,
                                         .content_size = 10,
                                         .total_bytes = 20,
                                         .file_count = 2,
                                         .created_at = kNow,
                                         .expires_at = std::nullopt};
    const access::ShareListing listing{.network = of,
                                       .sequence = 1,
                                       .expires_at = std::nullopt,
                                       .tags = {},
                                       .names = {},
                                       .description = access::sign(share, alice)};
    const auto signed_one = *access::sign(listing, signer);
    return fmt::format(R"({{"listing":"{}","signature":"{}","owner_name":"alice","owner_online":true}})",
                       crypto::to_base64url(signed_one.payload),
                       crypto::to_base64url(signed_one.signature.view()));
  }
  std::string page(const std::string& entries) const {
    return fmt::format(R"({{"shares":[{}],"next":"","total":1,"total_is_exact":true}})", entries);
  }
};

TEST_F(TrackerAnswers, a_share_that_its_owner_signed_is_believed) {
  const auto share = read_share(share_json(network.public_key(), alice), network.public_key(), kNow);
  ASSERT_TRUE(share) << to_string(share.error());
  EXPECT_EQ(share->verified.share.owner, alice.peer_id());
  EXPECT_TRUE(share->owner_online);
}

TEST_F(TrackerAnswers, forged_shares_are_left_out_of_a_page_and_counted) {
  const auto other = crypto::SigningKey::generate(random).public_key();
  const std::string entries = share_json(network.public_key(), mallory) + "," + share_json(other, alice) +
                              "," + share_json(network.public_key(), alice) +
                              R"(,{"listing":"","signature":""},7)";
  const auto shares = read_shares(page(entries), network.public_key(), kNow);
  ASSERT_TRUE(shares) << to_string(shares.error());
  EXPECT_EQ(shares->shares.size(), 1U);
  EXPECT_EQ(shares->refused, 4U);
}

TEST_F(TrackerAnswers, of_a_hundred_thousand_addresses_a_few_are_kept) {
  std::string addresses;
  for (int i = 0; i < 100'000; ++i) addresses += fmt::format("\"10.{}.{}.1:7440\",", i / 256 % 256, i % 256);
  addresses += "\"nonsense\"";
  const std::string json =
      fmt::format(R"({{"peer_id":"{}","membership":"{}","online":true,"addresses":[{}]}})",
                  alice.peer_id().to_text(), membership_of(alice, "alice"), addresses);
  const auto peer = read_peer(json, network.public_key(), kNow);
  ASSERT_TRUE(peer) << to_string(peer.error());
  EXPECT_EQ(peer->addresses.size(), kMaxAddressesOfPeer);
}

TEST_F(TrackerAnswers, addresses_that_nobody_can_dial_are_passed_over) {
  const std::string json = fmt::format(
      R"({{"peer_id":"{}","membership":"{}","addresses":["0.0.0.0:1","1.2.3.4:0",7,"[::]:5","192.0.2.1:9"]}})",
      alice.peer_id().to_text(), membership_of(alice, "alice"));
  const auto peer = read_peer(json, network.public_key(), kNow);
  ASSERT_TRUE(peer) << to_string(peer.error());
  ASSERT_EQ(peer->addresses.size(), 1U);
  EXPECT_EQ(peer->addresses.front().to_text(), "192.0.2.1:9");
}

TEST_F(TrackerAnswers, the_membership_of_another_peer_is_no_proof) {
  const std::string json = fmt::format(R"({{"peer_id":"{}","membership":"{}"}})", mallory.peer_id().to_text(),
                                       membership_of(alice, "alice"));
  EXPECT_EQ(read_peer(json, network.public_key(), kNow).error().code, ErrorCode::kVerificationFailed);
}

TEST_F(TrackerAnswers, a_stale_membership_is_refused) {
  const std::string json = fmt::format(R"({{"peer_id":"{}","membership":"{}"}})", alice.peer_id().to_text(),
                                       membership_of(alice, "alice"));
  EXPECT_EQ(read_peer(json, network.public_key(), kNow + 48h).error().code, ErrorCode::kExpired);
}

TEST_F(TrackerAnswers, too_many_entries_are_refused_as_a_whole) {
  std::string entries;
  for (std::size_t i = 0; i <= kMaxPageEntries; ++i) entries += "{},";
  entries.pop_back();
  EXPECT_EQ(read_shares(page(entries), network.public_key(), kNow).error().code, ErrorCode::kMalformed);
}

TEST_F(TrackerAnswers, nonsense_is_refused_with_the_field_named) {
  EXPECT_THAT(read_login("[]").error().context, HasSubstr("no JSON object"));
  EXPECT_THAT(read_login("{").error().context, HasSubstr("no JSON object"));
  EXPECT_THAT(read_login(std::string(100'000, '[')).error().context, HasSubstr("no JSON object"));
  EXPECT_THAT(read_login(R"({"token":7})").error().context, HasSubstr("'token'"));
  EXPECT_THAT(read_login(R"({"token":"a\nb","expires_in":9,"state":"active"})").error().context,
              HasSubstr("'token'"));
  EXPECT_THAT(read_login(R"({"token":"t","expires_in":-1,"state":"active"})").error().context,
              HasSubstr("'expires_in'"));
  EXPECT_THAT(read_login(R"({"token":"t","expires_in":1e300,"state":"active"})").error().context,
              HasSubstr("'expires_in'"));
  EXPECT_THAT(read_login(R"({"token":"t","expires_in":9,"state":"king"})").error().context,
              HasSubstr("'state'"));
  EXPECT_FALSE(read_message(R"({"message":{"id":1,"from":"x","kind":"a","body":"","sent_at":1}})"));
  EXPECT_FALSE(read_challenge(R"({"challenge":"***"})"));
}

TEST_F(TrackerAnswers, an_error_is_told_as_the_tracker_told_it) {
  const Error error = read_error(R"({"error":{"code":"already_exists","message":"the name is taken"}})", 409);
  EXPECT_EQ(error, (Error{ErrorCode::kAlreadyExists, "the name is taken"}));
  EXPECT_EQ(read_error("<html>", 502).code, ErrorCode::kMalformed);
  EXPECT_THAT(read_error("", 502).context, HasSubstr("502"));
}

}  // namespace
}  // namespace covey::discovery
