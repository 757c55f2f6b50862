#include "identity/peer_name.hpp"

#include <gtest/gtest.h>

namespace covey::identity {
namespace {

TEST(PeerName, takes_what_the_rules_allow) {
  for (const std::string_view text :
       {"ada", "ada.lovelace", "x_1", "a-b", "0123456789012345678901234567890a"}) {
    const auto name = PeerName::parse(text);
    ASSERT_TRUE(name) << text;
    EXPECT_EQ(name->text(), text);
  }
}

TEST(PeerName, refuses_everything_else) {
  for (const std::string_view text :
       {"", "ab", "Ada", "ada lovelace", "ada\n", "ädä", "a/b", "a@b", "0123456789012345678901234567890ab"}) {
    EXPECT_EQ(PeerName::parse(text).error().code, ErrorCode::kInvalidArgument) << text;
  }
}

}  // namespace
}  // namespace covey::identity
