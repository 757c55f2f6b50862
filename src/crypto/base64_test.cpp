#include "crypto/base64.hpp"

#include <gtest/gtest.h>

#include "crypto/random.hpp"

namespace covey::crypto {
namespace {

TEST(Base64Url, agrees_with_the_vectors_of_rfc_4648_without_padding) {
  const std::pair<const char*, const char*> vectors[] = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},         {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, text] : vectors) {
    EXPECT_EQ(to_base64url(as_bytes(plain)), text);
    EXPECT_EQ(*from_base64url(text, 100), to_bytes(as_bytes(plain)));
  }
  EXPECT_EQ(to_base64url(Bytes{0xfb, 0xff}), "-_8");
}

TEST(Base64Url, brings_back_any_bytes) {
  SeededRandom random(3);
  for (std::size_t size = 0; size < 100; ++size) {
    Bytes bytes(size);
    random.fill(bytes);
    EXPECT_EQ(*from_base64url(to_base64url(bytes), size), bytes);
  }
}

TEST(Base64Url, has_one_text_for_one_byte_sequence) {
  for (const char* wrong : {"Zg==", "Z", "Zh", "Zm9", "Zm 8", "Zm8\n", "Zm+8", "Zm/8", "Zm8.", "\xc3\xa9"})
    EXPECT_FALSE(from_base64url(wrong, 100)) << wrong;
}

TEST(Base64Url, refuses_what_is_above_its_limit) {
  EXPECT_EQ(from_base64url("Zm9v", 2).error().code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(from_base64url(std::string(1'000'000, 'A'), 10).error().code, ErrorCode::kLimitExceeded);
  EXPECT_TRUE(from_base64url("Zm9v", 3));
}

}  // namespace
}  // namespace covey::crypto
