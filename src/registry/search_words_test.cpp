#include "registry/search_words.hpp"

#include <gmock/gmock.h>

#include <random>

#include <utf8proc.h>

namespace covey::registry {
namespace {

using testing::ElementsAre;

std::vector<std::string> words_of(std::string_view text) {
  return SearchWords::of(text).words();
}

TEST(SearchWords, are_distinct_sorted_and_without_case_or_marks) {
  EXPECT_THAT(words_of("Été à la Plage; ete ETE"), ElementsAre("a", "ete", "la", "plage"));
  EXPECT_THAT(words_of("Straße ﬁle Ⅻ"), ElementsAre("file", "strasse", "xii"));
  EXPECT_THAT(words_of("ΣΊΣΥΦΟΣ"), ElementsAre("σισυφοσ"));
  EXPECT_THAT(words_of("한국어 日本語"), ElementsAre("日本語", "한국어"));
}

TEST(SearchWords, end_at_everything_that_is_no_letter_or_digit) {
  EXPECT_THAT(words_of("IMG_2024-07.jpg"), ElementsAre("07", "2024", "img", "jpg"));
  EXPECT_THAT(
      words_of("a\"b'c*d(e)f^g:h&i|j!k<l>m%n\\o;p$1"),
      ElementsAre("1", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p"));
  EXPECT_THAT(words_of("'; DROP TABLE share; --"), ElementsAre("drop", "share", "table"));
  EXPECT_TRUE(words_of(" \t\n*\"' ").empty());
  EXPECT_TRUE(words_of("").empty());
}

TEST(SearchWords, text_that_is_not_utf8_has_none) {
  EXPECT_TRUE(words_of("\xff\xfe words").empty());
}

TEST(SearchWords, are_cut_at_a_character_within_their_limit) {
  const auto words = words_of(std::string(100, 'a') + " " + std::string(63, 'b') + "é" + "ж" + "c");
  ASSERT_EQ(words.size(), 2U);
  EXPECT_EQ(words[0], std::string(64, 'a'));
  EXPECT_EQ(words[1], std::string(63, 'b') + "e");
  EXPECT_THAT(words_of(std::string(63, 'b') + "жc"), ElementsAre(std::string(63, 'b')));
}

TEST(SearchWords, are_at_most_so_many) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += std::to_string(i) + ' ';
  EXPECT_EQ(SearchWords::of(text).words().size(), SearchWords::kMaxWords);
}

TEST(SearchWords, folding_twice_is_folding_once) {
  const auto seed = std::random_device{}();
  std::mt19937 random(seed);
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (int i = 0; i < 12; ++i) {
      const auto plane = random() % 4 == 0 ? 0x20000U : 0x3000U;
      const auto character = static_cast<utf8proc_int32_t>(1 + random() % plane);
      if (!utf8proc_codepoint_valid(character)) continue;
      utf8proc_uint8_t bytes[4];
      const auto size = utf8proc_encode_char(character, bytes);
      text.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    }
    const SearchWords once = SearchWords::of(text);
    EXPECT_EQ(SearchWords::of(once.text()), once) << "seed " << seed << ", text " << text;
  }
}

}  // namespace
}  // namespace covey::registry
