#include "swarm/request_window.hpp"

#include <gtest/gtest.h>

namespace covey::swarm {
namespace {

using namespace std::chrono_literals;

/// The window after `seconds` over a path that brings at most `rate` and answers after `round_trip`.
std::uint64_t window_after(double rate, double round_trip, double seconds) {
  RequestWindow window;
  window.set_round_trip(std::chrono::duration<double>(round_trip));
  SteadyTime now{};
  // What is asked for arrives a window a round trip, or as fast as the path goes.
  for (double passed = 0; passed < seconds;) {
    const auto bytes = static_cast<double>(window.bytes());
    const double takes = std::max(round_trip, bytes / rate);
    constexpr int kParts = 16;
    for (int i = 0; i < kParts; ++i) {
      now += std::chrono::duration_cast<SteadyTime::duration>(std::chrono::duration<double>(takes / kParts));
      window.arrived(static_cast<std::uint64_t>(bytes / kParts), now);
    }
    passed += takes;
  }
  return window.bytes();
}

TEST(RequestWindow, a_fast_path_is_filled_at_once) {
  EXPECT_EQ(window_after(500e6, 0.001, 0.1), RequestWindow::kLargest);
}

TEST(RequestWindow, a_long_path_grows_until_it_is_full) {
  const std::uint64_t window = window_after(10e6, 0.2, 10);
  EXPECT_GE(window, 4'000'000U) << "twice what is on the way";
  EXPECT_LE(window, RequestWindow::kLargest);
}

TEST(RequestWindow, a_slow_source_is_asked_for_half_a_second_of_work) {
  const std::uint64_t window = window_after(1.25e6, 0.001, 10);
  EXPECT_GE(window, 500'000U);
  EXPECT_LE(window, 800'000U);
}

TEST(RequestWindow, pauses_without_a_question_do_not_count_as_slowness) {
  constexpr std::uint64_t kPieceBytes = 256U << 10;
  RequestWindow window;
  SteadyTime now{};
  for (int i = 0; i < 20; ++i) {
    window.asked(now);
    now += 5ms;
    window.arrived(kPieceBytes, now);
    window.idle(now);
    now += 300ms;
  }
  EXPECT_NEAR(window.rate(), kPieceBytes / 0.005, 1e6);
}

TEST(RequestWindow, never_falls_below_a_piece) {
  EXPECT_EQ(window_after(1000, 0.001, 10000), RequestWindow::kSmallest);
}

}  // namespace
}  // namespace covey::swarm
