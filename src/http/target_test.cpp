// Targets are taken apart as they stand; what is encoded wrongly is refused.

#include "http/target.hpp"

#include <gtest/gtest.h>

namespace covey::http {
namespace {

TEST(Target, a_path_matches_segment_by_segment) {
  EXPECT_EQ(match("/shares/{id}", "/shares/abc")->id, "abc");
  EXPECT_EQ(match("/shares/{id}/provider", "/shares/a%2Fb/provider")->id, "a%2Fb");
  EXPECT_EQ(match("/uploads/{id}/files/{item}", "/uploads/u/files/3")->item, "3");
  EXPECT_EQ(match("/shares", "/shares")->id, "");
  for (const std::string_view path :
       {"/shares", "/shares/", "/shares/a/b", "/share/a", "shares/a", "", "/", "//"})
    EXPECT_FALSE(match("/shares/{id}", path)) << path;
  EXPECT_FALSE(match("/shares", "/shares/"));
}

TEST(Target, parameters_are_decoded) {
  EXPECT_EQ(parameter("a=1&q=x+y%26z&q=2", "q").value(), "x y&z");
  EXPECT_EQ(parameter("a=1", "q").value(), std::nullopt);
  EXPECT_EQ(parameter("q", "q").value(), "");
  EXPECT_EQ(parameter("q=", "q").value(), "");
  EXPECT_EQ(parameter("&&=&q=%00", "q").value(), std::string("\0", 1));
  for (const std::string_view query : {"q=%", "q=%1", "q=%zz", "q=%%"}) {
    EXPECT_EQ(parameter(query, "q").error().code, ErrorCode::kMalformed) << query;
  }
}

TEST(Target, numbers_lie_in_their_bounds) {
  EXPECT_EQ(number_parameter("limit=7", "limit", 10, 5).value(), 7U);
  EXPECT_EQ(number_parameter("", "limit", 10, 5).value(), 5U);
  for (const std::string_view query :
       {"limit=0", "limit=11", "limit=-1", "limit=", "limit=1x", "limit=99999999999999999999"}) {
    EXPECT_EQ(number_parameter(query, "limit", 10, 5).error().code, ErrorCode::kInvalidArgument) << query;
  }
}

TEST(Target, targets_fall_apart_at_the_question_mark) {
  EXPECT_EQ(path_of("/a?b?c"), "/a");
  EXPECT_EQ(query_of("/a?b?c"), "b?c");
  EXPECT_EQ(query_of("/a"), "");
}

}  // namespace
}  // namespace covey::http
