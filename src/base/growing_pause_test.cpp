#include "base/growing_pause.hpp"

#include <gtest/gtest.h>

namespace covey {
namespace {

using namespace std::chrono_literals;

TEST(GrowingPause, doubles_up_to_the_longest) {
  EXPECT_EQ(growing_pause(1s, 60s, 0), 1s);
  EXPECT_EQ(growing_pause(1s, 60s, 1), 2s);
  EXPECT_EQ(growing_pause(1s, 60s, 5), 32s);
  EXPECT_EQ(growing_pause(1s, 60s, 6), 60s);
  EXPECT_EQ(growing_pause(5min, 12h, ~0U), 12h) << "no number of failures is too large";
}

TEST(GrowingPause, is_never_longer_for_its_factor) {
  EXPECT_EQ(growing_pause(1s, 60s, 2, 1.25), 5s);
  EXPECT_EQ(growing_pause(1s, 60s, 2, 0.75), 3s);
  EXPECT_EQ(growing_pause(1s, 60s, 6, 1.25), 60s);
}

}  // namespace
}  // namespace covey
