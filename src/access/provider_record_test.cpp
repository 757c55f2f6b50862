#include "access/provider_record.hpp"

#include <gtest/gtest.h>

#include "crypto/labels.hpp"

namespace covey::access {
namespace {

using namespace std::chrono_literals;

class ProviderRecordTest : public testing::Test {
 protected:
  [[nodiscard]] ProviderRecord record() const {
    return {.share = share_,
            .peer = provider_.peer_id(),
            .addresses = {*Endpoint::parse("192.0.2.7:7440"), *Endpoint::parse("[2001:db8::1]:7440")},
            .issued_at = now_,
            .expires_at = now_ + 30min};
  }
  [[nodiscard]] ErrorCode code(const SignedProviderRecord& signed_one) const {
    const auto out = verify(signed_one, share_, now_);
    return out ? ErrorCode{} : out.error().code;
  }

  crypto::SeededRandom random_{3};
  identity::DeviceKey provider_ = identity::DeviceKey::ephemeral(random_);
  identity::DeviceKey stranger_ = identity::DeviceKey::ephemeral(random_);
  ShareId share_ = share_id_of(TicketSecret::generate(random_));
  WallTime now_ = ManualClock().wall();
};

TEST_F(ProviderRecordTest, comes_back_as_it_was_signed) {
  const auto out = verify(sign(record(), provider_), share_, now_);
  ASSERT_TRUE(out) << out.error().context;
  EXPECT_EQ(*out, record());
}

TEST_F(ProviderRecordTest, is_refused_with_any_bit_flipped) {
  const SignedProviderRecord good = sign(record(), provider_);
  for (std::size_t bit = 0; bit < good.payload.size() * 8; ++bit) {
    SignedProviderRecord changed = good;
    changed.payload[bit / 8] ^= static_cast<Byte>(1U << (bit % 8));
    EXPECT_FALSE(verify(changed, share_, now_)) << bit;
  }
  for (std::size_t bit = 0; bit < crypto::Signature::kSize * 8; ++bit) {
    SignedProviderRecord changed = good;
    changed.signature.mutable_view()[bit / 8] ^= static_cast<Byte>(1U << (bit % 8));
    EXPECT_EQ(code(changed), ErrorCode::kVerificationFailed) << bit;
  }
}

TEST_F(ProviderRecordTest, nobody_speaks_for_another_peer_or_share) {
  EXPECT_EQ(code(sign(record(), stranger_)), ErrorCode::kVerificationFailed);
  ProviderRecord of_another = record();
  of_another.share = share_id_of(TicketSecret::generate(random_));
  EXPECT_EQ(code(sign(of_another, provider_)), ErrorCode::kVerificationFailed);
}

TEST_F(ProviderRecordTest, holds_from_its_beginning_to_its_end_and_never_for_long) {
  ProviderRecord changed = record();
  changed.issued_at = now_ - 30min;
  changed.expires_at = now_;
  EXPECT_EQ(code(sign(changed, provider_)), ErrorCode::kExpired);
  changed.expires_at = now_ + 1ms;
  EXPECT_EQ(code(sign(changed, provider_)), ErrorCode{});
  changed.issued_at = now_ + 6min;
  changed.expires_at = now_ + 10min;
  EXPECT_EQ(code(sign(changed, provider_)), ErrorCode::kExpired);
  changed.issued_at = now_;
  changed.expires_at = now_ + kMaxProviderLife + 1ms;
  EXPECT_EQ(code(sign(changed, provider_)), ErrorCode::kMalformed);
  changed.expires_at = now_;
  EXPECT_EQ(code(sign(changed, provider_)), ErrorCode::kMalformed);
}

TEST_F(ProviderRecordTest, is_refused_when_it_breaks_the_grammar_even_if_signed) {
  const Bytes good = sign(record(), provider_).payload;
  const auto resigned = [&](Bytes payload) {
    const auto signature = provider_.sign(crypto::kProviderLabel, payload);
    return code({.payload = std::move(payload), .signature = signature});
  };
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(resigned({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)}),
              ErrorCode::kMalformed)
        << size;
  }
  Bytes changed = good;
  changed.push_back(0);
  EXPECT_EQ(resigned(changed), ErrorCode::kMalformed);
  changed = good;
  changed[0] = 2;
  EXPECT_EQ(resigned(changed), ErrorCode::kUnsupported);
  ProviderRecord nowhere = record();
  nowhere.addresses.clear();
  EXPECT_EQ(code(sign(nowhere, provider_)), ErrorCode::kMalformed);
  EXPECT_EQ(resigned(Bytes(kMaxProviderRecordBytes + 1)), ErrorCode::kLimitExceeded);
}

}  // namespace
}  // namespace covey::access
