#include "content/path_rules.hpp"

#include <algorithm>
#include <random>

#include "content/test_folder.hpp"

namespace covey::content {
namespace {

using namespace std::string_literals;

TEST(RelativePath, takes_names_that_people_use) {
  for (const char* text :
       {"a", "notes.txt", "photos/2024/Ferien am Meer.jpg", "données/été.pdf", "файл", "文件/图.png",
        "🎉 party ❤️.txt", ".hidden", "a..b", "-x", "Screenshot 12:30:05.png", "console.log", "com",
        "null", "com10.txt", "a b/c d", "<tag>|\"?*"})
    EXPECT_TRUE(RelativePath::parse(text)) << text;
}

TEST(RelativePath, refuses_hostile_names) {
  const std::string hostile[] = {
      "",
      "/",
      "/etc/passwd",
      "a//b",
      "a/",
      ".",
      "..",
      "../x",
      "a/../b",
      "a/./b",
      "a/..",
      "a\0b"s,
      "a\nb",
      "a\x1b[31m",
      "a\x7f"
      "b",
      "a\u0085b",
      "a\u009bb",  // NUL and control characters
      "a\u202Eb",
      "a\u200Fb",
      "a\u2066b",
      "a\u061Cb",  // text direction
      "a\u200Bb",
      "a\u200Db",
      "a\uFEFFb",
      "a\u00ADb",
      "a\u3164b",
      "a\u2028b",  // invisible
      "a\xff",
      "a\xc0\xaf",
      "a\xed\xa0\x80",
      "a\xf4\x90\x80\x80",  // not UTF-8, surrogate, too large
      "a\uFFFE",
      "a\uFDD0",
      "a\U000E0001",
      "a\u0378",  // no characters, tags, unassigned
      "a\\b",
      "..\\x",
      "C:",
      "c:evil",
      "a/d:/b",
      "CON",
      "nul",
      "Aux.txt",
      "com1",
      "LPT9.tar.gz",
      "a/prn/b",
      "com\u00B9",
      "CONIN$",
      "nul .txt",
      "name.",
      "name ",
      "a./b",
  };
  for (const std::string& text : hostile) {
    const auto parsed = RelativePath::parse(text);
    ASSERT_FALSE(parsed) << printable_path(text);
    EXPECT_EQ(parsed.error().code, ErrorCode::kMalformed) << printable_path(text);
    // What is shown to people carries nothing hostile.
    EXPECT_EQ(parsed.error().context.find('\x1b'), std::string::npos);
    EXPECT_EQ(parsed.error().context.find("\u202E"), std::string::npos);
  }
}

TEST(RelativePath, limits_lengths_and_depth) {
  EXPECT_TRUE(RelativePath::parse(std::string(255, 'a')));
  EXPECT_EQ(RelativePath::parse(std::string(256, 'a')).error().code, ErrorCode::kLimitExceeded);
  std::string deep = "a";
  for (int i = 1; i < 64; ++i) deep += "/a";
  EXPECT_TRUE(RelativePath::parse(deep));
  EXPECT_EQ(RelativePath::parse(deep + "/a").error().code, ErrorCode::kLimitExceeded);
  std::string longest;
  for (int i = 0; i < 17; ++i) longest += std::string(250, 'b') + "/";
  EXPECT_EQ(RelativePath::parse(longest + "c").error().code, ErrorCode::kLimitExceeded);
}

TEST(RelativePath, random_names_pass_only_without_anything_hostile) {
  const auto seed = std::random_device{}();
  std::mt19937 random(seed);
  const std::string alphabet[] = {
      "a",  "B",    "/",      "..",     ".",      " ",    "\\",    std::string(1, '\0'),
      "\n", "\x1b", "\u202E", "\u200B", "\xff",   "\xc3", "é",     "CON",
      ":",  "-",    "é",      "😀",      "\u0301", "~",    "name.", "x"};
  int accepted = 0;
  for (int round = 0; round < 10'000; ++round) {
    std::string text;
    for (auto n = random() % 8; n-- > 0;) text += alphabet[random() % std::size(alphabet)];
    if (!RelativePath::parse(text)) continue;
    ++accepted;
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + printable_path(text));
    EXPECT_NE(text.front(), '/');
    EXPECT_EQ(("/" + text + "/").find("/../"), std::string::npos);
    EXPECT_EQ(("/" + text + "/").find("/./"), std::string::npos);
    EXPECT_EQ(text.find("//"), std::string::npos);
    for (const char c : {'\\', '\0', '\n', '\x1b', '\xff'}) EXPECT_EQ(text.find(c), std::string::npos);
    for (const char* bad : {"\u202E", "\u200B"}) EXPECT_EQ(text.find(bad), std::string::npos);
    // Joined below a folder it stays there.
    const auto joined = (std::filesystem::path("/root") / text).lexically_normal().string();
    EXPECT_TRUE(joined.starts_with("/root/")) << joined;
  }
  EXPECT_GT(accepted, 100);
}

TEST(RelativePath, a_folder_stands_directly_before_what_it_holds) {
  std::vector<RelativePath> paths;
  for (const char* text : {"b", "a!b", "a/c", "a", "a/b/c", "a/b", "a b"}) paths.push_back(path_of(text));
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> texts;
  for (const auto& path : paths) texts.push_back(path.text());
  EXPECT_EQ(texts, (std::vector<std::string>{"a", "a/b", "a/b/c", "a/c", "a b", "a!b", "b"}));
}

TEST(Twins, are_found_across_case_normalisation_and_compatibility) {
  const std::vector<std::string> paths = {"README",     "b",           "readme",        "caf\u00E9",
                                          "cafe\u0301", "stra\u00DFe", "STRASSE",       "\uFB01le",
                                          "file",       "x/Readme",    "\u212Bngstrom", "\u00E5ngstrom"};
  std::vector<std::pair<std::size_t, std::size_t>> found;
  for (const Twins& twins :
       find_twins(paths.size(), [&](std::size_t i) { return std::string_view(paths[i]); }))
    found.emplace_back(twins.first, twins.second);
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found,
            (std::vector<std::pair<std::size_t, std::size_t>>{{0, 2}, {3, 4}, {5, 6}, {7, 8}, {10, 11}}));
}

TEST(PrintablePath, escapes_what_would_deceive_and_cuts_what_is_long) {
  EXPECT_EQ(printable_path("a\u202Eb\n\xff"), "a\\u{202e}b\\u{a}\\xff");
  EXPECT_EQ(printable_path("été"), "été");
  EXPECT_LT(printable_path(std::string(5000, 'x')).size(), 210U);
}

}  // namespace
}  // namespace covey::content
