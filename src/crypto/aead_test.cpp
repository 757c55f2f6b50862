#include "crypto/aead.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"

namespace covey::crypto {
namespace {

class Aead : public testing::Test {
 protected:
  SeededRandom random_{1};
  SecretBytes key_ = random_.secret(32);
};

// draft-irtf-cfrg-xchacha-03, A.3.1
TEST_F(Aead, opens_the_published_vector) {
  const SecretBytes key =
      SecretBytes::copy_of(*from_hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"));
  const Bytes sealed = *from_hex(
      "404142434445464748494a4b4c4d4e4f5051525354555657"
      "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39"
      "ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
      "21f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49");
  const auto plain = open(key, *from_hex("50515253c0c1c2c3c4c5c6c7"), sealed);
  ASSERT_TRUE(plain);
  EXPECT_EQ(as_text(plain->view()),
            "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
            "sunscreen would be it.");
}

TEST_F(Aead, opens_what_it_sealed) {
  for (const std::string_view text : {"", "x", "a longer secret"}) {
    const Bytes sealed = seal(key_, random_, as_bytes("row 7"), as_bytes(text));
    EXPECT_EQ(sealed.size(), text.size() + kSealOverhead);
    EXPECT_EQ(as_text(open(key_, as_bytes("row 7"), sealed)->view()), text);
  }
}

TEST_F(Aead, never_seals_alike_twice) {
  EXPECT_NE(seal(key_, random_, {}, as_bytes("x")), seal(key_, random_, {}, as_bytes("x")));
}

TEST_F(Aead, refuses_every_changed_bit_and_every_shortened_text) {
  const Bytes sealed = seal(key_, random_, as_bytes("row 7"), as_bytes("secret"));
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    Bytes changed = sealed;
    changed[bit / 8] ^= static_cast<Byte>(1U << (bit % 8));
    EXPECT_EQ(open(key_, as_bytes("row 7"), changed).error().code, ErrorCode::kVerificationFailed);
  }
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(open(key_, as_bytes("row 7"), ByteView(sealed).first(size))) << size;
  }
}

TEST_F(Aead, refuses_another_key_and_another_place) {
  const Bytes sealed = seal(key_, random_, as_bytes("row 7"), as_bytes("secret"));
  EXPECT_FALSE(open(key_, as_bytes("row 8"), sealed));
  EXPECT_FALSE(open(random_.secret(32), as_bytes("row 7"), sealed));
  EXPECT_THROW(static_cast<void>(open(SecretBytes(16), {}, sealed)), std::invalid_argument);
}

}  // namespace
}  // namespace covey::crypto
