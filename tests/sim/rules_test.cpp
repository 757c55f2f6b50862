// The rules are worth something only when they notice: downloads with a mistake, until one of them is caught.

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "sim/simulation.hpp"

namespace covey::sim {
namespace {

/// What the first schedule says that a mistake breaks.
std::string first_broken(Mistake mistake) {
  constexpr std::uint64_t kMost = 1000;
  for (std::uint64_t seed = 1; seed <= kMost; ++seed) {
    const Scenario scenario = Scenario::drawn(seed);
    const Outcome outcome = Simulation(scenario, mistake).run();
    if (!outcome.broken.empty()) return fmt::format("{}: {}", seed, outcome.broken.front());
  }
  return "";
}

/// Of the content, by the download of each swarm that wasted most.
double average_waste(Mistake mistake) {
  constexpr std::uint64_t kSwarms = 300;
  double sum = 0;
  for (std::uint64_t seed = 1; seed <= kSwarms; ++seed) {
    const Scenario scenario = Scenario::drawn(seed);
    const Outcome outcome = Simulation(scenario, mistake).run();
    sum += static_cast<double>(outcome.wasted_again) / static_cast<double>(outcome.content_bytes);
  }
  return sum / kSwarms;
}

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(SwarmRules, notice_pieces_that_nobody_gives_back) {
  const std::string broken = first_broken(Mistake::kNeverGivesBack);
  EXPECT_TRUE(says(broken, "stuck") || says(broken, "at a time") || says(broken, "twice")) << broken;
}
TEST(SwarmRules, notice_a_liar_that_is_asked_again) {
  EXPECT_FALSE(first_broken(Mistake::kForgivesLiars).empty());
}
TEST(SwarmRules, notice_what_was_not_verified) {
  EXPECT_TRUE(says(first_broken(Mistake::kBelievesAll), "stores a wrong piece"));
}
TEST(SwarmRules, notice_that_nothing_is_taken_back) {
  EXPECT_GT(average_waste(Mistake::kTakesNothingBack), 1.5 * average_waste(Mistake::kNone));
}
TEST(SwarmRules, notice_senders_that_are_waited_for_for_ever) {
  EXPECT_TRUE(says(first_broken(Mistake::kWaitsForEver), "stuck"));
}
TEST(SwarmRules, notice_patience_that_begins_anew_whenever_a_lane_is_woken) {
  EXPECT_TRUE(says(first_broken(Mistake::kRestartsPatience), "stuck"));
}

}  // namespace
}  // namespace covey::sim
