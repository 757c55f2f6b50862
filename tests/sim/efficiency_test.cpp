// How well a swarm uses what its members can send; and that the rules notice mistakes.

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <cstdlib>
#include <iostream>

#include "sim/simulation.hpp"

namespace covey::sim {
namespace {

/// One owner that sends at `up`, and downloaders with fast links among one another.
Scenario one_owner(unsigned downloaders, double up, unsigned pieces, std::uint64_t seed) {
  Scenario out;
  out.seed = seed;
  out.files.push_back(std::uint64_t{pieces} * content::kMinPieceSize);
  out.members.push_back({.role = Role::kOwner, .up = up, .down = up, .latency = 0.01, .absences = {}});
  for (unsigned i = 0; i < downloaders; ++i) {
    out.members.push_back({.role = Role::kDownloader,
                           .partial = true,
                           .up = 8 * up,
                           .down = 8 * up,
                           .latency = 0.002,
                           .joins = Seconds(0.01 * i),
                           .absences = {}});
  }
  return out;
}

TEST(Swarm, is_hardly_slower_for_many_than_for_one) {
  constexpr double kUp = 4e6;
  const unsigned pieces = std::getenv("COVEY_PIECES") != nullptr ? 400 : 120;
  const std::uint64_t seeds = std::getenv("COVEY_PIECES") != nullptr ? 5 : 3;
  for (const unsigned downloaders : {1U, 2U, 4U, 8U, 16U}) {
    double seconds = 0;
    double again = 0;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      const Scenario scenario = one_owner(downloaders, kUp, pieces, seed);
      const Outcome outcome = Simulation(scenario, Mistake::kNone).run();
      for (const std::string& what : outcome.broken) ADD_FAILURE() << what;
      seconds += outcome.seconds;
      again += static_cast<double>(outcome.wasted_again) / static_cast<double>(outcome.content_bytes);
    }
    const double ideal = pieces * static_cast<double>(content::kMinPieceSize) / kUp;
    const double ratio = seconds / static_cast<double>(seeds) / ideal;
    std::cout << fmt::format("{:2} downloaders: {:.2f} of the ideal time, {:.1f} % again\n", downloaders,
                             ratio, again / static_cast<double>(seeds) * 100);
    EXPECT_LT(ratio, 3);
  }
}

}  // namespace
}  // namespace covey::sim
