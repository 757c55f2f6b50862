#include "crypto/sign.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"

namespace covey::crypto {
namespace {

SigningKey key_of(std::string_view seed_hex) {
  return *SigningKey::from_seed(SecretBytes::copy_of(*from_hex(seed_hex)));
}

PublicKey public_key_of(std::string_view hex) {
  return PublicKey::from(*from_hex(hex));
}

constexpr std::string_view kRfcSeed1 = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
constexpr std::string_view kRfcSeed2 = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";

// The points of small order, in their canonical encodings and the others that decode to them.
constexpr const char* kSmallOrder[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};

TEST(SigningKey, derives_the_public_keys_of_rfc_8032) {
  EXPECT_EQ(to_hex(key_of(kRfcSeed1).public_key().view()),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  EXPECT_EQ(to_hex(key_of(kRfcSeed2).public_key().view()),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
}

// Made with OpenSSL over the byte 0x20, the label's 32 bytes, and "hello".
TEST(SigningKey, signs_the_label_and_the_message) {
  EXPECT_EQ(to_hex(key_of(kRfcSeed1).sign(kHelloLabel, as_bytes("hello")).view()),
            "e1df6574e101e9bc0ab9ed18eed09705c7ce6892a454d0ceec2f995d229663c8"
            "ad2f4f9be59bea54206aef805a67eb51cbca6e9d1dd1e947a941fb325b665907");
}

TEST(SigningKey, survives_being_stored_as_its_seed) {
  SystemRandom random;
  const SigningKey key = SigningKey::generate(random);
  const SigningKey again = *SigningKey::from_seed(key.seed());
  EXPECT_EQ(again.public_key(), key.public_key());
  EXPECT_EQ(again.sign(kHelloLabel, as_bytes("x")), key.sign(kHelloLabel, as_bytes("x")));
}

TEST(SigningKey, refuses_a_seed_of_another_size) {
  EXPECT_EQ(SigningKey::from_seed(SecretBytes(31)).error().code, ErrorCode::kInvalidArgument);
}

TEST(Verify, accepts_only_the_same_key_label_and_message) {
  const SigningKey key = key_of(kRfcSeed1);
  const Signature signature = key.sign(kHelloLabel, as_bytes("hello"));
  EXPECT_TRUE(verify(key.public_key(), kHelloLabel, as_bytes("hello"), signature));
  EXPECT_FALSE(verify(key.public_key(), kHelloLabel, as_bytes("hellp"), signature));
  EXPECT_FALSE(verify(key.public_key(), kCertificateLabel, as_bytes("hello"), signature));
  EXPECT_FALSE(verify(key_of(kRfcSeed2).public_key(), kHelloLabel, as_bytes("hello"), signature));
}

TEST(Verify, does_not_let_label_and_message_run_into_each_other) {
  const SigningKey key = key_of(kRfcSeed1);
  const Signature signature = key.sign(Label{"ab"}, as_bytes("cd"));
  EXPECT_FALSE(verify(key.public_key(), Label{"abc"}, as_bytes("d"), signature));
  EXPECT_FALSE(verify(key.public_key(), Label{"a"}, as_bytes("bcd"), signature));
}

TEST(Verify, refuses_every_flipped_bit_of_the_signature) {
  const SigningKey key = key_of(kRfcSeed1);
  const Signature signature = key.sign(kHelloLabel, as_bytes("hello"));
  for (std::size_t bit = 0; bit < Signature::kSize * 8; ++bit) {
    Signature changed = signature;
    changed.mutable_view()[bit / 8] ^= static_cast<Byte>(1U << (bit % 8));
    EXPECT_FALSE(verify(key.public_key(), kHelloLabel, as_bytes("hello"), changed)) << bit;
  }
}

TEST(Verify, refuses_the_second_encoding_of_a_good_signature) {
  const Bytes order = *from_hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  const SigningKey key = key_of(kRfcSeed1);
  Signature signature = key.sign(kHelloLabel, as_bytes("hello"));
  unsigned carry = 0;  // S + L, little-endian, is S again in a group of order L
  for (std::size_t i = 0; i < 32; ++i) {
    Byte& byte = signature.mutable_view()[32 + i];
    carry += static_cast<unsigned>(byte) + order[i];
    byte = static_cast<Byte>(carry);
    carry >>= 8;
  }
  EXPECT_FALSE(verify(key.public_key(), kHelloLabel, as_bytes("hello"), signature));
}

// Under the key 01 00…00 (the neutral element) this signature, R = base point and S = 1, satisfies the
// equation for every message; OpenSSL accepts it.
TEST(Verify, refuses_a_small_order_key_that_would_sign_anything) {
  Signature forged =
      Signature::from(*from_hex("5866666666666666666666666666666666666666666666666666666666666666"
                                "0100000000000000000000000000000000000000000000000000000000000000"));
  for (const char* key : kSmallOrder) {
    EXPECT_FALSE(verify(public_key_of(key), kHelloLabel, as_bytes("anything"), forged)) << key;
  }
}

TEST(PublicKey, is_usable_only_as_one_encoding_of_a_point_of_prime_order) {
  EXPECT_TRUE(is_usable(key_of(kRfcSeed1).public_key()));
  for (const char* key : kSmallOrder) EXPECT_FALSE(is_usable(public_key_of(key))) << key;
  // y = p + 3: a point, but written a second way.
  EXPECT_FALSE(is_usable(public_key_of("f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")));
  // y = 2 belongs to no point of the curve.
  EXPECT_FALSE(is_usable(public_key_of("0200000000000000000000000000000000000000000000000000000000000000")));
}

}  // namespace
}  // namespace covey::crypto
