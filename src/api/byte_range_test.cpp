#include "api/byte_range.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "api/media_type.hpp"

namespace covey::api {
namespace {

constexpr std::uint64_t kSize = 1000;

ByteRange range_of(std::string_view field, std::uint64_t size = kSize) {
  const auto range = wanted_range(field, size);
  if (!range || !*range) {
    ADD_FAILURE() << field << " gave no range";
    return {};
  }
  return **range;
}

TEST(ByteRange, knows_the_three_forms) {
  EXPECT_EQ(range_of("bytes=0-0"), (ByteRange{.first = 0, .last = 0}));
  EXPECT_EQ(range_of("bytes=10-19"), (ByteRange{.first = 10, .last = 19}));
  EXPECT_EQ(range_of("bytes=10-"), (ByteRange{.first = 10, .last = 999}));
  EXPECT_EQ(range_of("bytes=-10"), (ByteRange{.first = 990, .last = 999}));
  EXPECT_EQ(range_of(" Bytes= 5-7 "), (ByteRange{.first = 5, .last = 7}));
  EXPECT_EQ(content_range({.first = 10, .last = 19}, kSize), "bytes 10-19/1000");
}

TEST(ByteRange, ends_with_the_content) {
  EXPECT_EQ(range_of("bytes=990-5000"), (ByteRange{.first = 990, .last = 999}));
  EXPECT_EQ(range_of("bytes=-5000"), (ByteRange{.first = 0, .last = 999}));
  EXPECT_EQ(range_of("bytes=1-99999999999999999999999999"), (ByteRange{.first = 1, .last = 999}));
  const auto most = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(range_of("bytes=0-", most).length(), most);
}

TEST(ByteRange, beyond_the_end_is_an_error) {
  for (const char* field : {"bytes=1000-", "bytes=1000-1001", "bytes=-0", "bytes=99999999999999999999999-"})
    EXPECT_FALSE(wanted_range(field, kSize)) << field;
  EXPECT_FALSE(wanted_range("bytes=0-", 0));
  EXPECT_FALSE(wanted_range("bytes=-1", 0));
}

TEST(ByteRange, what_makes_no_sense_is_passed_over) {
  for (const char* field :
       {"", "bytes", "bytes=", "bytes=-", "bytes=5", "bytes=7-5", "bytes=0-1,5-6", "bytes=a-b", "bytes=+1-2",
        "bytes=1 -2", "bytes=--1", "bytes=1-2-3", "items=0-1", "bytes =0-1"}) {
    const auto range = wanted_range(field, kSize);
    ASSERT_TRUE(range) << field;
    EXPECT_FALSE(*range) << field;
  }
  EXPECT_FALSE(*wanted_range("bytes=0-" + std::string(1000, '1'), kSize));
}

TEST(ByteRange, lies_within_the_content_whatever_is_asked) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  constexpr std::string_view kLetters = "0123456789-,= bytes\t\x00\xff";
  for (int i = 0; i < 100'000; ++i) {
    std::string field = i % 4 == 0 ? "" : "bytes=";
    for (auto length = random() % 24; length > 0; --length) field += kLetters[random() % kLetters.size()];
    const std::uint64_t size = random() % 3 == 0 ? random() % 4 : random();
    const auto range = wanted_range(field, size);
    if (!range || !*range) continue;
    ASSERT_LE((*range)->first, (*range)->last) << field;
    ASSERT_LT((*range)->last, size) << field;
  }
}

TEST(MediaType, goes_by_the_ending) {
  EXPECT_EQ(media_type_of("film.MP4"), "video/mp4");
  EXPECT_EQ(media_type_of("a.b.flac"), "audio/flac");
  for (const char* name : {"mp4", "film", "page.html", "picture.svg", "film.mp4.exe", "", "."})
    EXPECT_EQ(media_type_of(name), "application/octet-stream") << name;
  EXPECT_TRUE(is_playable("audio/ogg"));
  EXPECT_FALSE(is_playable("image/png"));
}

TEST(MediaType, shows_in_place_only_what_cannot_be_a_page) {
  EXPECT_EQ(content_disposition("film.mp4"), "inline; filename*=UTF-8''film%2Emp4");
  EXPECT_TRUE(content_disposition("picture.png").starts_with("inline;"));
  EXPECT_TRUE(content_disposition("page.html").starts_with("attachment;"));
  EXPECT_TRUE(content_disposition("picture.svg").starts_with("attachment;"));
  const auto odd = content_disposition("a\r\nSet-Cookie: b\".mp4");
  EXPECT_EQ(odd.find_first_of("\r\n\""), std::string::npos);
}

}  // namespace
}  // namespace covey::api
