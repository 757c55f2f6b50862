#include "access/grant.hpp"

#include <gtest/gtest.h>

#include "base/cursor.hpp"

namespace covey::access {
namespace {

using namespace std::chrono_literals;

class GrantTest : public testing::Test {
 protected:
  [[nodiscard]] Grant grant() const {
    return {.id = GrantId::from(Bytes(16, 4)),
            .share = share_,
            .root = root_,
            .owner = owner_.peer_id(),
            .grantee = grantee_.peer_id(),
            .issued_at = now_,
            .not_before = now_,
            .expires_at = now_ + 24h,
            .byte_limit = 1U << 20};
  }
  [[nodiscard]] std::expected<Grant, GrantFlaw> shown(const SignedGrant& signed_one) const {
    return check(signed_one, owner_.peer_id(), share_, root_, grantee_.peer_id(), now_);
  }
  [[nodiscard]] GrantFlaw flaw(const Grant& changed) const { return shown(sign(changed, owner_)).error(); }
  /// What the owner itself signed, though it breaks the grammar.
  [[nodiscard]] std::expected<Grant, GrantFlaw> signed_bytes(Bytes payload) const {
    const auto signature = owner_.sign(crypto::kGrantLabel, payload);
    return shown({.payload = std::move(payload), .signature = signature});
  }

  crypto::SeededRandom random_{5};
  identity::DeviceKey owner_ = identity::DeviceKey::ephemeral(random_);
  identity::DeviceKey grantee_ = identity::DeviceKey::ephemeral(random_);
  identity::DeviceKey stranger_ = identity::DeviceKey::ephemeral(random_);
  ContentRoot root_ = ContentRoot::from(Bytes(32, 9));
  ShareId share_ = share_id_of(TicketSecret::generate(random_));
  WallTime now_ = ManualClock().wall();
};

TEST_F(GrantTest, comes_back_as_it_was_signed) {
  Grant unlimited = grant();
  unlimited.byte_limit = std::nullopt;
  for (const Grant& each : {grant(), unlimited}) {
    const auto out = shown(sign(each, owner_));
    ASSERT_TRUE(out);
    EXPECT_EQ(*out, each);
  }
}

TEST_F(GrantTest, is_refused_with_any_bit_flipped) {
  const SignedGrant good = sign(grant(), owner_);
  for (std::size_t bit = 0; bit < good.payload.size() * 8; ++bit) {
    SignedGrant changed = good;
    changed.payload[bit / 8] ^= static_cast<Byte>(1U << (bit % 8));
    EXPECT_EQ(shown(changed).error(), GrantFlaw::kForged) << bit;
  }
  for (std::size_t bit = 0; bit < crypto::Signature::kSize * 8; ++bit) {
    SignedGrant changed = good;
    changed.signature.mutable_view()[bit / 8] ^= static_cast<Byte>(1U << (bit % 8));
    EXPECT_EQ(shown(changed).error(), GrantFlaw::kForged) << bit;
  }
}

TEST_F(GrantTest, is_worth_nothing_to_another_peer) {
  const SignedGrant stolen = sign(grant(), owner_);
  EXPECT_EQ(check(stolen, owner_.peer_id(), share_, root_, stranger_.peer_id(), now_).error(),
            GrantFlaw::kForeign);
  EXPECT_EQ(check(stolen, owner_.peer_id(), share_, root_, owner_.peer_id(), now_).error(),
            GrantFlaw::kForeign);
}

TEST_F(GrantTest, holds_for_one_share_of_one_owner) {
  Grant changed = grant();
  changed.share = share_id_of(TicketSecret::generate(random_));
  EXPECT_EQ(flaw(changed), GrantFlaw::kOtherShare);
  changed = grant();
  changed.root = ContentRoot::from(Bytes(32, 8));
  EXPECT_EQ(flaw(changed), GrantFlaw::kOtherShare) << "other content under the same id";
  EXPECT_EQ(shown(sign(grant(), stranger_)).error(), GrantFlaw::kForged);
  EXPECT_EQ(shown(sign(grant(), grantee_)).error(), GrantFlaw::kForged) << "nobody grants himself anything";
  changed = grant();
  changed.owner = stranger_.peer_id();
  EXPECT_EQ(flaw(changed), GrantFlaw::kForged);
}

TEST_F(GrantTest, holds_from_its_beginning_to_its_end) {
  Grant changed = grant();
  changed.not_before = now_ + 5min;
  EXPECT_TRUE(shown(sign(changed, owner_))) << "clocks may differ";
  changed.not_before = now_ + 5min + 1ms;
  EXPECT_EQ(flaw(changed), GrantFlaw::kNotYet);
  changed = grant();
  changed.issued_at = changed.not_before = now_ - 1h;
  changed.expires_at = now_ + 1ms;
  EXPECT_TRUE(shown(sign(changed, owner_)));
  changed.expires_at = now_;
  EXPECT_EQ(flaw(changed), GrantFlaw::kExpired);
}

TEST_F(GrantTest, never_holds_for_long) {
  Grant changed = grant();
  changed.expires_at = changed.issued_at + kMaxGrantLife;
  EXPECT_TRUE(shown(sign(changed, owner_)));
  changed.expires_at += 1ms;
  EXPECT_EQ(flaw(changed), GrantFlaw::kMalformed);
  changed.expires_at = changed.not_before;
  EXPECT_EQ(flaw(changed), GrantFlaw::kMalformed);
}

TEST_F(GrantTest, is_refused_when_it_breaks_the_grammar_even_if_signed) {
  const Bytes good = sign(grant(), owner_).payload;
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(signed_bytes({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)}).error(),
              GrantFlaw::kMalformed)
        << size;
  }
  Bytes changed = good;
  changed.push_back(0);
  EXPECT_EQ(signed_bytes(changed).error(), GrantFlaw::kMalformed);
  changed = good;
  changed[0] = 2;
  EXPECT_EQ(signed_bytes(changed).error(), GrantFlaw::kMalformed) << "a version of later";
  changed = good;
  changed[good.size() - 9] = 2;
  EXPECT_EQ(signed_bytes(changed).error(), GrantFlaw::kMalformed) << "neither limited nor not";
  changed[good.size() - 9] = 0;
  EXPECT_EQ(signed_bytes(changed).error(), GrantFlaw::kMalformed) << "a limit that does not count";
  EXPECT_EQ(signed_bytes(Bytes(kMaxGrantBytes + 1)).error(), GrantFlaw::kMalformed);
}

}  // namespace
}  // namespace covey::access
