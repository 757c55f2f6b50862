#include "cli/typed_line.hpp"

#include <gtest/gtest.h>

namespace covey::cli {
namespace {

TEST(TypedLine, ends_with_enter_and_keeps_what_follows_for_the_next) {
  TypedLine line;
  EXPECT_FALSE(line.take("hel").line);
  const auto step = line.take("lo\rnext");
  EXPECT_EQ(step.line, "hello");
  EXPECT_EQ(step.taken, 3U);
  EXPECT_EQ(line.text(), "");
}

TEST(TypedLine, erases_whole_characters) {
  TypedLine line;
  (void)line.take("a\xc3\xa9\xf0\x9f\x90\xa6");
  (void)line.take("\x7f");
  EXPECT_EQ(line.text(), "a\xc3\xa9");
  (void)line.take("\b");
  EXPECT_EQ(line.text(), "a");
  (void)line.take("\x7f\x7f\x7f");
  EXPECT_EQ(line.text(), "");
  (void)line.take("abc\x15");
  EXPECT_EQ(line.text(), "");
}

TEST(TypedLine, passes_over_arrows_and_controls) {
  TypedLine line;
  (void)line.take("a\x1b[A\x1b[1;5C\x1bOPb\x07\x1b");
  EXPECT_EQ(line.text(), "ab");
}

TEST(TypedLine, keeps_the_lines_of_what_is_pasted) {
  TypedLine line;
  EXPECT_EQ(line.take("\x1b[200~one\rtwo\x1b[201~\r").line, "one\ntwo");
}

TEST(TypedLine, ends_the_conversation_only_where_nothing_is_typed) {
  TypedLine line;
  EXPECT_FALSE(line.take("a\x04").is_end);
  (void)line.take("\x7f");
  EXPECT_TRUE(line.take("\x04").is_end);
}

TEST(TypedLine, shows_the_end_of_what_is_too_long) {
  TypedLine line;
  (void)line.take("0123456789abcdefghij\xc3");
  EXPECT_EQ(line.prompt(13, {}), "> abcdefghij");
  EXPECT_EQ(line.prompt(80, {}), "> 0123456789abcdefghij");
}

}  // namespace
}  // namespace covey::cli
