#include "access/revocation_list.hpp"

#include <gtest/gtest.h>

#include "base/cursor.hpp"

namespace covey::access {
namespace {

using namespace std::chrono_literals;

GrantId id_of(unsigned number) {
  Bytes bytes(GrantId::kSize, 0);
  bytes[14] = static_cast<Byte>(number >> 8);
  bytes[15] = static_cast<Byte>(number);
  return GrantId::from(bytes);
}

class RevocationListTest : public testing::Test {
 protected:
  [[nodiscard]] RevocationList list() const {
    return {.share = share_,
            .owner = owner_.peer_id(),
            .number = 7,
            .issued_at = now_,
            .all_before = WallTime{},
            .revoked = {id_of(1), id_of(5), id_of(300)}};
  }
  [[nodiscard]] Grant grant(GrantId id, WallTime issued_at) const {
    return {.id = id,
            .share = share_,
            .root = ContentRoot::from(Bytes(32, 9)),
            .owner = owner_.peer_id(),
            .grantee = stranger_.peer_id(),
            .issued_at = issued_at,
            .not_before = issued_at,
            .expires_at = issued_at + 1h,
            .byte_limit = std::nullopt};
  }
  [[nodiscard]] ErrorCode code(const SignedRevocationList& signed_one) const {
    const auto out = verify(signed_one, owner_.peer_id(), share_);
    return out ? ErrorCode{} : out.error().code;
  }
  [[nodiscard]] ErrorCode signed_bytes(Bytes payload) const {
    const auto signature = owner_.sign(crypto::kRevocationsLabel, payload);
    return code({.payload = std::move(payload), .signature = signature});
  }

  crypto::SeededRandom random_{6};
  identity::DeviceKey owner_ = identity::DeviceKey::ephemeral(random_);
  identity::DeviceKey stranger_ = identity::DeviceKey::ephemeral(random_);
  ShareId share_ = share_id_of(TicketSecret::generate(random_));
  WallTime now_ = ManualClock().wall();
};

TEST_F(RevocationListTest, comes_back_as_it_was_signed) {
  RevocationList empty = list();
  empty.revoked.clear();
  empty.all_before = now_ - 1h;
  RevocationList longest = list();
  longest.revoked.clear();
  for (unsigned i = 0; i < kMaxRevocations; ++i) longest.revoked.push_back(id_of(i));
  for (const RevocationList& each : {list(), empty, longest}) {
    const auto out = verify(sign(each, owner_), owner_.peer_id(), share_);
    ASSERT_TRUE(out) << out.error().context;
    EXPECT_EQ(*out, each);
  }
}

TEST_F(RevocationListTest, revokes_what_it_names_and_everything_before_a_time) {
  RevocationList some = list();
  EXPECT_TRUE(some.revokes(grant(id_of(5), now_)));
  EXPECT_FALSE(some.revokes(grant(id_of(6), now_)));
  some.all_before = now_;
  EXPECT_TRUE(some.revokes(grant(id_of(6), now_ - 1ms)));
  EXPECT_FALSE(some.revokes(grant(id_of(6), now_)));
}

TEST_F(RevocationListTest, is_refused_with_any_bit_flipped) {
  const SignedRevocationList good = sign(list(), owner_);
  for (std::size_t bit = 0; bit < good.payload.size() * 8; ++bit) {
    SignedRevocationList changed = good;
    changed.payload[bit / 8] ^= static_cast<Byte>(1U << (bit % 8));
    EXPECT_EQ(code(changed), ErrorCode::kVerificationFailed) << bit;
  }
  for (std::size_t bit = 0; bit < crypto::Signature::kSize * 8; ++bit) {
    SignedRevocationList changed = good;
    changed.signature.mutable_view()[bit / 8] ^= static_cast<Byte>(1U << (bit % 8));
    EXPECT_EQ(code(changed), ErrorCode::kVerificationFailed) << bit;
  }
}

TEST_F(RevocationListTest, nobody_revokes_for_another_owner_or_share) {
  EXPECT_EQ(code(sign(list(), stranger_)), ErrorCode::kVerificationFailed);
  RevocationList changed = list();
  changed.owner = stranger_.peer_id();
  EXPECT_EQ(code(sign(changed, owner_)), ErrorCode::kVerificationFailed);
  changed = list();
  changed.share = share_id_of(TicketSecret::generate(random_));
  EXPECT_EQ(code(sign(changed, owner_)), ErrorCode::kVerificationFailed);
}

TEST_F(RevocationListTest, is_refused_when_it_breaks_the_grammar_even_if_signed) {
  const Bytes good = sign(list(), owner_).payload;
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(signed_bytes({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)}),
              ErrorCode::kMalformed)
        << size;
  }
  Bytes changed = good;
  changed.push_back(0);
  EXPECT_EQ(signed_bytes(changed), ErrorCode::kMalformed);
  changed = good;
  changed[0] = 2;
  EXPECT_EQ(signed_bytes(changed), ErrorCode::kUnsupported);
  changed = good;
  std::copy_n(id_of(9).view().begin(), GrantId::kSize,
              changed.end() - 2 * static_cast<std::ptrdiff_t>(GrantId::kSize));
  std::copy_n(id_of(9).view().begin(), GrantId::kSize,
              changed.end() - static_cast<std::ptrdiff_t>(GrantId::kSize));
  EXPECT_EQ(signed_bytes(changed), ErrorCode::kMalformed) << "the same twice";
  EXPECT_EQ(signed_bytes(Bytes(kMaxRevocationListBytes + 1)), ErrorCode::kLimitExceeded);
  RevocationList unsorted = list();
  std::swap(unsorted.revoked[0], unsorted.revoked[1]);
  EXPECT_THROW((void)sign(unsorted, owner_), std::invalid_argument);
}

}  // namespace
}  // namespace covey::access
