// base64url: RFC 4648's examples, and one text for one byte sequence.

#include "crypto/base64.hpp"

#include <random>

#include <gtest/gtest.h>

namespace covey::crypto {
namespace {

TEST(Base64, writes_what_the_standard_says) {
  EXPECT_EQ(to_base64url({}), "");
  EXPECT_EQ(to_base64url(as_bytes("f")), "Zg");
  EXPECT_EQ(to_base64url(as_bytes("fo")), "Zm8");
  EXPECT_EQ(to_base64url(as_bytes("foo")), "Zm9v");
  EXPECT_EQ(to_base64url(as_bytes("foobar")), "Zm9vYmFy");
  EXPECT_EQ(to_base64url(Bytes{0xfb, 0xff, 0xfe}), "-__-");
}

TEST(Base64, reads_back_what_it_wrote) {
  const auto seed = std::random_device{}();
  std::mt19937 random(seed);
  for (std::size_t size = 0; size < 200; ++size) {
    Bytes bytes(size);
    for (Byte& byte : bytes) byte = static_cast<Byte>(random());
    const auto again = from_base64url(to_base64url(bytes));
    ASSERT_TRUE(again) << "seed " << seed;
    EXPECT_EQ(*again, bytes) << "seed " << seed;
  }
}

TEST(Base64, refuses_every_second_form) {
  for (const std::string_view text :
       {"Zg==", "Zm8=", "Z", "Zm9vY", "Zh", "Zm9", "Zm9v Zm9v", "Zm9v\n", "+/8A", "Zm9v\xff", "=", "Zm=v"}) {
    const auto bytes = from_base64url(text);
    ASSERT_FALSE(bytes) << text;
    EXPECT_EQ(bytes.error().code, ErrorCode::kMalformed);
  }
  EXPECT_FALSE(from_base64url(std::string_view("Zm9v\0", 5)));
}

TEST(Base64, takes_no_byte_but_its_64) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    for (std::size_t place = 0; place < 4; ++place) {
      std::string text = "AAAA";
      text[place] = c;
      EXPECT_EQ(from_base64url(text).has_value(), kAlphabet.find(c) != std::string_view::npos) << byte;
    }
  }
}

}  // namespace
}  // namespace covey::crypto
