// A RecentMap never grows above its capacity, and forgets what was not used for longest.

#include "base/recent_map.hpp"

#include <gtest/gtest.h>

namespace covey {
namespace {

TEST(RecentMap, forgets_what_was_not_used_for_longest) {
  RecentMap<int, int> map(2);
  map.put(1, 10);
  map.put(2, 20);
  ASSERT_NE(map.find(1), nullptr);
  map.put(3, 30);
  EXPECT_EQ(map.find(2), nullptr);
  EXPECT_EQ(*map.find(1), 10);
  EXPECT_EQ(*map.find(3), 30);
  EXPECT_EQ(map.size(), 2U);
}

TEST(RecentMap, replaces_and_erases) {
  RecentMap<int, int> map(2);
  map.put(1, 10);
  map.put(1, 11);
  EXPECT_EQ(*map.find(1), 11);
  EXPECT_EQ(map.size(), 1U);
  map.erase(1);
  map.erase(1);
  EXPECT_EQ(map.find(1), nullptr);
}

}  // namespace
}  // namespace covey
