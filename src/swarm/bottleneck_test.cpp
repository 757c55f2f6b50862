#include "swarm/bottleneck.hpp"

#include <gtest/gtest.h>

namespace covey::swarm {
namespace {

TEST(Bottleneck, is_where_the_time_goes) {
  EXPECT_EQ(bottleneck_of({.fetching = false, .starved = 1}), Bottleneck::kWaiting);
  EXPECT_EQ(bottleneck_of({.fetching = true, .starved = 0.9}), Bottleneck::kNetwork);
  EXPECT_EQ(bottleneck_of({.fetching = true, .starved = 0.9, .held_back = 0.8}), Bottleneck::kPeerLimit);
  EXPECT_EQ(bottleneck_of({.fetching = true, .starved = 0.3, .storing = 0.6}), Bottleneck::kDisk);
  EXPECT_EQ(bottleneck_of({.fetching = true, .starved = 0.1, .storing = 0.2}), Bottleneck::kProcessor);
}

TEST(Bottleneck, an_own_limit_comes_before_what_it_causes) {
  EXPECT_EQ(bottleneck_of({.fetching = true, .limited_here = true, .starved = 1}), Bottleneck::kOwnLimit);
}

}  // namespace
}  // namespace covey::swarm
