#include "mail/letter.hpp"

#include <gtest/gtest.h>

#include "base/cursor.hpp"
#include "base/record_time.hpp"

namespace covey::mail {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNow{std::chrono::hours{24 * 365 * 56}};

class LetterTest : public testing::Test {
 protected:
  [[nodiscard]] Letter letter(std::string_view text = "may I have it?") {
    return {.id = random_.fixed<LetterId>(),
            .from = alice_.peer_id(),
            .to = bob_.peer_id(),
            .sent_at = kNow,
            .expires_at = kNow + 24h,
            .kind = "request",
            .body = to_bytes(text)};
  }
  [[nodiscard]] Bytes sealed(const Letter& of) { return *seal(of, alice_, random_); }

  /// The signed part as the grammar has it, for letters that no honest peer writes.
  [[nodiscard]] static ByteWriter fields(const Letter& of, Byte version = 1) {
    ByteWriter out;
    out.number(version).raw(of.id.view()).raw(of.from.bytes()).raw(of.to.bytes());
    out.number(record_time(of.sent_at)).number(of.expires_at ? record_time(*of.expires_at) : 0);
    out.number(static_cast<Byte>(of.kind.size())).raw(as_bytes(of.kind)).sized16(of.body);
    return out;
  }
  [[nodiscard]] Bytes sealed_raw(ByteWriter signed_part, const identity::DeviceKey& signer,
                                 crypto::Label label = crypto::kLetterLabel) {
    const auto signature = signer.sign(label, signed_part.bytes());
    const Bytes whole = signed_part.raw(signature.view()).take();
    return *crypto::seal_to(bob_.peer_id().public_key(), crypto::kLetterSealLabel, random_, whole);
  }
  [[nodiscard]] ErrorCode refusal(ByteView bytes, WallTime now = kNow) const {
    const auto opened = open(bytes, bob_, now);
    EXPECT_FALSE(opened);
    return opened ? ErrorCode::kInternal : opened.error().code;
  }

  crypto::SeededRandom random_{1};
  identity::DeviceKey alice_ = identity::DeviceKey::ephemeral(random_);
  identity::DeviceKey bob_ = identity::DeviceKey::ephemeral(random_);
  identity::DeviceKey mallory_ = identity::DeviceKey::ephemeral(random_);
};

TEST_F(LetterTest, arrives_as_it_was_written) {
  const Letter written = letter();
  EXPECT_EQ(*open(sealed(written), bob_, kNow), written);
}

TEST_F(LetterTest, may_be_empty_or_as_large_as_a_mailbox_takes) {
  Letter written = letter("");
  EXPECT_EQ(*open(sealed(written), bob_, kNow), written);
  written.body.assign(kMaxLetterBodyBytes, 7);
  written.kind.assign(kMaxLetterKindBytes, 'k');
  const Bytes box = sealed(written);
  EXPECT_LE(box.size(), kMaxSealedLetterBytes);
  EXPECT_EQ(*open(box, bob_, kNow), written);
}

TEST_F(LetterTest, notices_every_changed_bit) {
  const Bytes box = sealed(letter());
  for (std::size_t bit = 0; bit < box.size() * 8; ++bit) {
    Bytes changed = box;
    changed[bit / 8] ^= static_cast<Byte>(1U << (bit % 8));
    EXPECT_EQ(refusal(changed), ErrorCode::kVerificationFailed) << bit;
  }
}

TEST_F(LetterTest, notices_every_changed_bit_inside_the_seal) {
  const Letter written = letter();
  const ByteWriter honest = fields(written);
  const auto signature = alice_.sign(crypto::kLetterLabel, honest.bytes());
  Bytes plain = honest.bytes();
  plain.insert(plain.end(), signature.view().begin(), signature.view().end());
  for (std::size_t bit = 0; bit < plain.size() * 8; ++bit) {
    Bytes changed = plain;
    changed[bit / 8] ^= static_cast<Byte>(1U << (bit % 8));
    const auto box = crypto::seal_to(bob_.peer_id().public_key(), crypto::kLetterSealLabel, random_, changed);
    EXPECT_FALSE(open(*box, bob_, kNow)) << bit;
  }
}

TEST_F(LetterTest, ends_early_nowhere) {
  const ByteWriter honest = fields(letter());
  for (std::size_t size = 0; size < honest.size(); ++size) {
    ByteWriter part;
    part.raw(ByteView(honest.bytes()).first(size));
    EXPECT_EQ(refusal(sealed_raw(std::move(part), alice_)), ErrorCode::kMalformed) << size;
  }
  ByteWriter longer = fields(letter());
  longer.number(Byte{0});
  EXPECT_EQ(refusal(sealed_raw(std::move(longer), alice_)), ErrorCode::kMalformed);
}

TEST_F(LetterTest, is_read_by_its_receiver_alone) {
  EXPECT_EQ(open(sealed(letter()), mallory_, kNow).error().code, ErrorCode::kVerificationFailed);
}

TEST_F(LetterTest, is_not_passed_on_as_written_to_somebody_else) {
  Letter to_mallory = letter();
  to_mallory.to = mallory_.peer_id();
  EXPECT_EQ(refusal(sealed_raw(fields(to_mallory), alice_)), ErrorCode::kVerificationFailed);
}

TEST_F(LetterTest, is_by_whom_it_names) {
  EXPECT_EQ(refusal(sealed_raw(fields(letter()), mallory_)), ErrorCode::kVerificationFailed);
}

TEST_F(LetterTest, is_signed_as_a_letter_and_as_nothing_else) {
  EXPECT_EQ(refusal(sealed_raw(fields(letter()), alice_, crypto::kProviderLabel)),
            ErrorCode::kVerificationFailed);
}

TEST_F(LetterTest, expires) {
  const Bytes box = sealed(letter());
  EXPECT_TRUE(open(box, bob_, kNow + 24h - 1ms));
  EXPECT_EQ(refusal(box, kNow + 24h), ErrorCode::kExpired);
}

TEST_F(LetterTest, without_an_end_ends_after_thirty_days) {
  Letter written = letter();
  written.expires_at.reset();
  const Bytes box = sealed(written);
  EXPECT_TRUE(open(box, bob_, kNow + kMaxLetterLife - 1ms));
  EXPECT_EQ(refusal(box, kNow + kMaxLetterLife), ErrorCode::kExpired);
}

TEST_F(LetterTest, from_the_future_is_told_from_other_faults) {
  Letter written = letter();
  written.sent_at = kNow + kLetterClockTolerance;
  EXPECT_TRUE(open(sealed(written), bob_, kNow));
  written.sent_at += 1ms;
  EXPECT_EQ(refusal(sealed(written)), ErrorCode::kRefused);
}

TEST_F(LetterTest, lasts_no_longer_than_a_letter_may) {
  Letter written = letter();
  written.expires_at = kNow + kMaxLetterLife + 1ms;
  EXPECT_EQ(seal(written, alice_, random_).error().code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(refusal(sealed_raw(fields(written), alice_)), ErrorCode::kMalformed);
  written.expires_at = kNow;
  EXPECT_EQ(refusal(sealed_raw(fields(written), alice_)), ErrorCode::kMalformed);
}

TEST_F(LetterTest, has_a_kind_of_plain_characters) {
  for (const std::string_view kind :
       {"", "Chat", "a b", "a_b", "\xc3\xa4", "a23456789012345678901234567890123"}) {
    Letter written = letter();
    written.kind = kind;
    EXPECT_EQ(seal(written, alice_, random_).error().code, ErrorCode::kInvalidArgument) << kind;
    EXPECT_EQ(refusal(sealed_raw(fields(written), alice_)), ErrorCode::kMalformed) << kind;
  }
}

TEST_F(LetterTest, holds_no_more_than_its_limit) {
  Letter written = letter();
  written.body.assign(kMaxLetterBodyBytes + 1, 7);
  EXPECT_EQ(seal(written, alice_, random_).error().code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(refusal(sealed_raw(fields(written), alice_)), ErrorCode::kLimitExceeded);
  EXPECT_EQ(refusal(Bytes(kMaxSealedLetterBytes + 1)), ErrorCode::kLimitExceeded);
}

TEST_F(LetterTest, of_a_newer_version_says_so) {
  EXPECT_EQ(refusal(sealed_raw(fields(letter(), 2), alice_)), ErrorCode::kUnsupported);
  EXPECT_EQ(refusal(sealed_raw(fields(letter(), 0), alice_)), ErrorCode::kMalformed);
}

}  // namespace
}  // namespace covey::mail
