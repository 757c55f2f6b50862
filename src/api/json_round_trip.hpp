#pragma once
// For the tests of views: what is written as JSON and read again is the same.

#include <gtest/gtest.h>

#include "api/json.hpp"

namespace covey::api {

template <typename View>
void expect_round_trip(const View& view) {
  const auto back = from_json<View>(to_json(view));
  ASSERT_TRUE(back) << to_string(back.error());
  EXPECT_EQ(to_json(*back), to_json(view));
}

}  // namespace covey::api
