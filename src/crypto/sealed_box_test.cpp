#include "crypto/sealed_box.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/encoding.hpp"

namespace covey::crypto {
namespace {

constexpr Label kPurpose{"covey test seal"};

class SealedBox : public testing::Test {
 protected:
  [[nodiscard]] Bytes sealed(std::string_view text) {
    return *seal_to(receiver_.public_key(), kPurpose, random_, as_bytes(text));
  }

  SeededRandom random_{1};
  SigningKey receiver_ = SigningKey::generate(random_);
  SigningKey other_ = SigningKey::generate(random_);
};

TEST_F(SealedBox, is_opened_by_its_receiver) {
  for (const std::string_view text : {"", "x", "a longer letter"}) {
    const Bytes box = sealed(text);
    EXPECT_EQ(box.size(), text.size() + kSealedBoxOverhead);
    EXPECT_EQ(as_text(open_sealed(receiver_, kPurpose, box)->view()), text);
  }
}

TEST_F(SealedBox, is_closed_to_everybody_else) {
  EXPECT_EQ(open_sealed(other_, kPurpose, sealed("x")).error().code, ErrorCode::kVerificationFailed);
}

TEST_F(SealedBox, is_closed_under_another_label) {
  EXPECT_FALSE(open_sealed(receiver_, Label{"covey test sea"}, sealed("x")));
}

TEST_F(SealedBox, notices_every_changed_bit_and_every_shortened_text) {
  const Bytes box = sealed("secret");
  for (std::size_t bit = 0; bit < box.size() * 8; ++bit) {
    Bytes changed = box;
    changed[bit / 8] ^= static_cast<Byte>(1U << (bit % 8));
    EXPECT_EQ(open_sealed(receiver_, kPurpose, changed).error().code, ErrorCode::kVerificationFailed) << bit;
  }
  for (std::size_t size = 0; size < box.size(); ++size)
    EXPECT_FALSE(open_sealed(receiver_, kPurpose, ByteView(box).first(size))) << size;
}

TEST_F(SealedBox, never_looks_alike_twice) {
  const Bytes first = sealed("x");
  const Bytes second = sealed("x");
  EXPECT_NE(Bytes(first.begin(), first.begin() + 32), Bytes(second.begin(), second.begin() + 32));
}

TEST_F(SealedBox, repeats_with_its_randomness) {
  SeededRandom again(7);
  SeededRandom once_more(7);
  EXPECT_EQ(*seal_to(receiver_.public_key(), kPurpose, again, as_bytes("x")),
            *seal_to(receiver_.public_key(), kPurpose, once_more, as_bytes("x")));
}

TEST_F(SealedBox, is_not_made_for_a_key_of_small_order) {
  for (const char* key : {"0100000000000000000000000000000000000000000000000000000000000000",
                          "0000000000000000000000000000000000000000000000000000000000000000",
                          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
    const auto box = seal_to(PublicKey::from(*from_hex(key)), kPurpose, random_, as_bytes("x"));
    EXPECT_EQ(box.error().code, ErrorCode::kInvalidArgument) << key;
  }
}

// With such an ephemeral key both sides would agree on zeros, whoever they are.
TEST_F(SealedBox, refuses_an_ephemeral_key_of_small_order) {
  Bytes box = sealed("x");
  std::fill(box.begin(), box.begin() + 32, Byte{0});
  EXPECT_EQ(open_sealed(receiver_, kPurpose, box).error().code, ErrorCode::kVerificationFailed);
  box[0] = 1;
  EXPECT_EQ(open_sealed(receiver_, kPurpose, box).error().code, ErrorCode::kVerificationFailed);
}

}  // namespace
}  // namespace covey::crypto
