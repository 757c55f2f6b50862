#include <gtest/gtest.h>

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <random>

#include "sim/simulation.hpp"

namespace covey::sim {
namespace {

std::optional<std::uint64_t> number_from(const char* variable) {
  const char* const text = std::getenv(variable);
  if (text == nullptr || *text == 0) return std::nullopt;
  return std::strtoull(text, nullptr, 10);
}

std::string told(const Scenario& scenario, const Outcome& outcome) {
  std::string out = fmt::format("COVEY_SEED={} repeats this.\n{}", scenario.seed, scenario.to_text());
  for (const std::string& what : outcome.broken) out += "  " + what + "\n";
  return out;
}

TEST(Swarm, keeps_its_rules_in_every_schedule) {
  const auto only = number_from("COVEY_SEED");
  const std::uint64_t first = only.value_or(std::random_device{}());
  const std::uint64_t count = number_from("COVEY_SCHEDULES").value_or(only ? 1 : 1000);
  std::cout << fmt::format("schedules {} to {}\n", first, first + count - 1);
  const auto begun = std::chrono::steady_clock::now();
  unsigned failures = 0;
  double again = 0;
  double most_again = 0;
  double longest = 0;
  double seconds = 0;
  for (std::uint64_t seed = first; seed < first + count && failures < 5; ++seed) {
    const Scenario scenario = Scenario::drawn(seed);
    Simulation simulation(scenario, Mistake::kNone);
    const Outcome outcome = simulation.run();
    const double share =
        static_cast<double>(outcome.wasted_again) / static_cast<double>(outcome.content_bytes);
    again += share;
    seconds += outcome.seconds;
    if (std::getenv("COVEY_VERBOSE") != nullptr) {
      std::cout << fmt::format("{} {:.1f} s, after quiet {:.1f} s, again {:.1f} %, wrong {}, liars {}\n",
                               seed, outcome.seconds, outcome.quiet_until_done, share * 100,
                               outcome.wasted_wrong, outcome.liars_met);
    }
    most_again = std::max(most_again, share);
    longest = std::max(longest, outcome.quiet_until_done);
    if (outcome.broken.empty()) continue;
    ++failures;
    ADD_FAILURE() << told(scenario, outcome);
  }
  // One swarm of slow sources may waste more; many together keep what was promised.
  constexpr std::uint64_t kMany = 500;
  if (count >= kMany) {
    EXPECT_LT(again / static_cast<double>(count), 0.1);
  }
  const Seconds took = std::chrono::steady_clock::now() - begun;
  std::cout << fmt::format(
      "{:.0f} schedules a second; bytes that came again {:.2f} % on average, {:.1f} % at most; "
      "{:.1f} s on average, longest after the trouble {:.0f} s\n",
      static_cast<double>(count) / took.count(), again / static_cast<double>(count) * 100, most_again * 100,
      seconds / static_cast<double>(count), longest);
}

}  // namespace
}  // namespace covey::sim
