#include "cli/terminal_text.hpp"

#include <gtest/gtest.h>

namespace covey::cli {
namespace {

TEST(Printable, keeps_ordinary_names_of_all_scripts) {
  for (const std::string name :
       {"photo.jpg", "Übersicht größer.txt", "写真", "Ελλάδα", "e\xcc\x81t\xc3\xa9"}) {
    EXPECT_EQ(printable(name), name);
  }
}

TEST(Printable, lets_no_control_character_through) {
  for (int c = 0; c < 0x20; ++c) {
    const std::string out = printable("a" + std::string(1, static_cast<char>(c)) + "b");
    EXPECT_EQ(out,
              "a\xef\xbf\xbd"
              "b")
        << c;
  }
  EXPECT_EQ(printable("\x7f", Glyphs::kAscii), "?");
  EXPECT_EQ(printable("\xc2\x9b", Glyphs::kAscii), "?") << "the C1 form of ESC [";
}

TEST(Printable, takes_the_direction_overrides_away) {
  // Would show "exe.gpj" as "jpg.exe".
  EXPECT_EQ(printable("\xe2\x80\xae"
                      "gpj.exe"),
            "\xef\xbf\xbd"
            "gpj.exe");
  EXPECT_EQ(printable("\xe2\x81\xa6", Glyphs::kAscii), "?");
  EXPECT_EQ(printable("\xe2\x80\xa8"), "\xef\xbf\xbd") << "line separator";
}

TEST(Printable, replaces_each_byte_that_is_not_utf8) {
  EXPECT_EQ(printable("a\xff\xc3"), "a\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(printable("\xed\xa0\x80", Glyphs::kAscii), "???") << "a surrogate half";
}

TEST(Printable, writes_only_ascii_where_the_terminal_knows_no_more) {
  EXPECT_EQ(printable("Käse", Glyphs::kAscii), "K?se");
}

TEST(DisplayWidth, counts_columns_not_bytes) {
  EXPECT_EQ(display_width("abc"), 3);
  EXPECT_EQ(display_width("写真"), 4);
  EXPECT_EQ(display_width("e\xcc\x81"), 1);
  EXPECT_EQ(display_width(""), 0);
}

TEST(Fit, leaves_short_text_alone) {
  EXPECT_EQ(fit("name", 4, Glyphs::kUnicode), "name");
}

TEST(Fit, cuts_the_middle_and_keeps_the_ending) {
  EXPECT_EQ(fit("holiday-in-greece.tar.gz", 13, Glyphs::kUnicode), "holiday-…r.gz");
}

TEST(Fit, never_takes_more_columns_than_given) {
  const std::string names[] = {"plain-ascii-name-that-is-long.txt", "写真写真写真写真写真写真.jpg",
                               "e\xcc\x81"
                               "e\xcc\x81"
                               "e\xcc\x81"
                               "e\xcc\x81"
                               "e\xcc\x81"
                               "e\xcc\x81"};
  for (const std::string& name : names) {
    for (int columns = 0; columns <= 30; ++columns) {
      for (const Glyphs glyphs : {Glyphs::kUnicode, Glyphs::kAscii}) {
        EXPECT_LE(display_width(fit(name, columns, glyphs)), columns) << name << " in " << columns;
        EXPECT_EQ(display_width(pad(name, columns, glyphs)), columns) << name << " in " << columns;
        EXPECT_EQ(display_width(pad_left(name, columns, glyphs)), columns) << name << " in " << columns;
      }
    }
  }
}

}  // namespace
}  // namespace covey::cli
