#include "daemon/stream_choice.hpp"

#include <gmock/gmock.h>

namespace covey::daemon {
namespace {

using ::testing::HasSubstr;

const std::vector<PlayableFile> kFolder{{.path = "a/small.mp4", .size = 10},
                                        {.path = "b/large.mkv", .size = 30},
                                        {.path = "b/small.mp4", .size = 20},
                                        {.path = "notes.txt", .size = 90}};

TEST(StreamChoice, takes_the_only_file_or_the_largest_that_plays) {
  EXPECT_EQ(choose_file(std::vector<PlayableFile>{{.path = "notes.txt", .size = 1}}, ""), 0U);
  EXPECT_EQ(choose_file(kFolder, ""), 1U);
}

TEST(StreamChoice, takes_a_path_or_a_name_that_is_there_once) {
  EXPECT_EQ(choose_file(kFolder, "a/small.mp4"), 0U);
  EXPECT_EQ(choose_file(kFolder, "large.mkv"), 1U);
  EXPECT_THAT(choose_file(kFolder, "small.mp4").error().context, HasSubstr("b/small.mp4"));
}

TEST(StreamChoice, says_what_there_is) {
  EXPECT_THAT(choose_file(kFolder, "none").error().context, HasSubstr("notes.txt"));
  const std::vector<PlayableFile> texts(30, PlayableFile{.path = "notes.txt", .size = 1});
  EXPECT_THAT(choose_file(texts, "").error().context, HasSubstr("and 20 more"));
  EXPECT_FALSE(choose_file({}, ""));
}

}  // namespace
}  // namespace covey::daemon
