// Tokens hold for what their key signed, for one network, for a quarter of an hour; every other form is
// refused.

#include "tracker/token.hpp"

#include <gtest/gtest.h>

#include "crypto/base64.hpp"
#include "crypto/random.hpp"
#include "tracker/limits.hpp"

namespace covey::tracker {
namespace {

struct TokenTest : ::testing::Test {
  crypto::SeededRandom random{7};
  crypto::PublicKey network = crypto::SigningKey::generate(random).public_key();
  identity::PeerId peer{crypto::SigningKey::generate(random).public_key()};
  TokenKey key = std::move(*TokenKey::generate(network));
  WallTime now = from_unix_ms(1'800'000'000'123);
};

std::string with_header(std::string_view token, std::string_view header) {
  return crypto::to_base64url(as_bytes(header)) + std::string(token.substr(token.find('.')));
}

TEST_F(TokenTest, holds_for_its_peer_until_it_expires) {
  const std::string token = key.issue(peer, now).value();
  EXPECT_LE(token.size(), kMaxTokenBytes);
  const auto claims = key.check(token, now);
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->peer, peer);
  EXPECT_TRUE(key.check(token, now + kTokenLife - 1s));
  EXPECT_EQ(key.check(token, now + kTokenLife).error().code, ErrorCode::kExpired);
}

TEST_F(TokenTest, survives_its_key_on_disk) {
  const auto pem = key.to_pem();
  ASSERT_TRUE(pem);
  const auto again = TokenKey::from_pem(pem->view(), network);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->check(key.issue(peer, now).value(), now));
  EXPECT_EQ(TokenKey::from_pem(as_bytes("-----BEGIN"), network).error().code, ErrorCode::kCorrupt);
}

TEST_F(TokenTest, of_another_key_or_network_is_refused) {
  const auto other = TokenKey::generate(network);
  EXPECT_EQ(key.check(other->issue(peer, now).value(), now).error().code, ErrorCode::kVerificationFailed);
  const auto pem = key.to_pem();
  const auto elsewhere = TokenKey::from_pem(pem->view(), crypto::SigningKey::generate(random).public_key());
  EXPECT_EQ(key.check(elsewhere->issue(peer, now).value(), now).error().code, ErrorCode::kVerificationFailed);
}

TEST_F(TokenTest, knows_one_header_only) {
  const std::string token = key.issue(peer, now).value();
  for (const std::string_view header :
       {R"({"alg":"none"})", R"({"alg":"none","typ":"JWT"})", R"({"alg":"HS256","typ":"JWT"})",
        R"({"typ":"JWT","alg":"ES256"})", R"({"alg":"ES256","typ":"JWT","jwk":{}})", "{}", ""}) {
    EXPECT_FALSE(key.check(with_header(token, header), now)) << header;
    const std::string unsigned_one = with_header(token, header);
    EXPECT_FALSE(key.check(unsigned_one.substr(0, unsigned_one.rfind('.') + 1), now)) << header;
  }
}

TEST_F(TokenTest, every_change_of_a_character_is_noticed) {
  const std::string token = key.issue(peer, now).value();
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(key.check(changed, now)) << i;
    EXPECT_FALSE(key.check(token.substr(0, i), now)) << i;
  }
  EXPECT_FALSE(key.check(token + "A", now));
  EXPECT_FALSE(key.check(token + ".", now));
  EXPECT_FALSE(key.check(token + std::string(kMaxTokenBytes, 'A'), now));
  const auto last = token.rfind('.');
  EXPECT_FALSE(key.check(token.substr(0, last + 1) + crypto::to_base64url(Bytes(64)), now)) << "r = s = 0";
}

}  // namespace
}  // namespace covey::tracker
