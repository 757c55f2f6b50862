#include "swarm/download_budget.hpp"

#include <gtest/gtest.h>

#include "swarm/upload_simulation.hpp"

namespace covey::swarm {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kStart{1h};
constexpr TransferKey kOne{1};
constexpr TransferKey kOther{2};
const identity::PeerId kAnn = test_peer(1);
const identity::PeerId kBob = test_peer(2);

NodeLimits down(Rate total, Rate per_peer) {
  return {.total = {.down = total, .up = {}}, .per_peer = {.down = per_peer, .up = {}}};
}

/// What one lane that asks for whole pieces gets in `span`.
std::uint64_t fetched(DownloadBudget& budget, std::vector<std::pair<TransferKey, identity::PeerId>> lanes,
                      std::chrono::seconds span, std::uint64_t piece) {
  std::uint64_t sum = 0;
  SteadyTime now = kStart;
  while (now < kStart + span) {
    SteadyTime next = kStart + span;
    for (const auto& [transfer, peer] : lanes) {
      while (budget.allow(transfer, peer, piece, now) > 0) {
        budget.spend(transfer, peer, piece, now);
        sum += piece;
      }
      next = std::min(next, budget.ready_at(transfer, peer, now));
    }
    now = next;
  }
  return sum;
}

TEST(DownloadBudget, without_limits_all_that_is_wanted_is_allowed) {
  DownloadBudget budget;
  budget.spend(kOne, kAnn, 1ULL << 60, kStart);
  EXPECT_EQ(budget.allow(kOne, kAnn, 1ULL << 50, kStart), 1ULL << 50);
  EXPECT_EQ(budget.ready_at(kOne, kAnn, kStart), kStart);
}

TEST(DownloadBudget, the_total_holds_over_all_transfers_and_peers) {
  DownloadBudget budget(down(2'000'000, {}));
  const auto sum = fetched(budget, {{kOne, kAnn}, {kOne, kBob}, {kOther, kAnn}}, 100s, 256U << 10);
  EXPECT_NEAR(static_cast<double>(sum), 200e6, 1e6);
}

TEST(DownloadBudget, the_limit_of_a_peer_holds_for_each_over_all_transfers) {
  DownloadBudget budget(down({}, 1'000'000));
  const auto sum = fetched(budget, {{kOne, kAnn}, {kOther, kAnn}, {kOther, kBob}}, 100s, 256U << 10);
  EXPECT_NEAR(static_cast<double>(sum), 200e6, 1e6);
  EXPECT_GT(budget.allow(kOne, test_peer(3), 1000, kStart + 100s), 0U) << "others are not held up";
}

TEST(DownloadBudget, the_limit_of_a_transfer_holds_for_that_one_only) {
  DownloadBudget budget;
  budget.set_transfer_rate(kOne, 500'000, kStart);
  EXPECT_NEAR(static_cast<double>(fetched(budget, {{kOne, kAnn}, {kOne, kBob}}, 100s, 1U << 20)), 50e6, 2e6);
  EXPECT_EQ(budget.allow(kOther, kAnn, 1U << 30, kStart), 1U << 30);
  budget.set_transfer_rate(kOne, {}, kStart);
  EXPECT_EQ(budget.allow(kOne, kAnn, 1U << 30, kStart), 1U << 30);
}

TEST(DownloadBudget, waits_for_the_slowest_of_the_limits) {
  DownloadBudget budget(down(10'000'000, 2'000'000));
  budget.set_transfer_rate(kOne, 1'000'000, kStart);
  budget.spend(kOne, kAnn, 1'100'000, kStart);  // a second's debt of the transfer
  EXPECT_EQ(budget.allow(kOne, kBob, 1000, kStart + 990ms), 0U);
  EXPECT_NEAR(std::chrono::duration<double>(budget.ready_at(kOne, kBob, kStart) - kStart).count(), 1, 1e-3);
  EXPECT_NEAR(std::chrono::duration<double>(budget.ready_at(kOther, kAnn, kStart) - kStart).count(), 0.45,
              1e-3);
}

TEST(DownloadBudget, what_never_came_is_given_back_to_all) {
  DownloadBudget budget(down(1'000'000, 1'000'000));
  budget.set_transfer_rate(kOne, 1'000'000, kStart);
  budget.spend(kOne, kAnn, 1'000'000, kStart);
  EXPECT_EQ(budget.allow(kOne, kAnn, 1000, kStart), 0U);
  budget.give_back(kOne, kAnn, 1'000'000, kStart);
  EXPECT_EQ(budget.allow(kOne, kAnn, 1000, kStart), 1000U);
}

TEST(DownloadBudget, limits_change_at_any_time) {
  DownloadBudget budget(down(1000, 1000));
  budget.spend(kOne, kAnn, 1U << 30, kStart);
  budget.set_limits({}, kStart);
  EXPECT_EQ(budget.allow(kOne, kAnn, 1U << 20, kStart), 1U << 20);
  budget.set_limits(down({}, 10'000'000), kStart);
  EXPECT_EQ(budget.allow(kOne, kAnn, 1U << 30, kStart), 1'000'000U);
}

TEST(DownloadBudget, peers_in_debt_are_remembered_among_thousands) {
  DownloadBudget budget(down({}, 1000));
  budget.spend(kOne, kAnn, 10'000'000, kStart);
  for (unsigned i = 10; i < 5000; ++i) budget.spend(kOne, test_peer(i), 1, kStart + std::chrono::seconds(i));
  EXPECT_EQ(budget.allow(kOne, kAnn, 1, kStart + 5000s), 0U);
  EXPECT_EQ(budget.allow(kOne, kAnn, 1, kStart + 10'001s), 1U);
}

}  // namespace
}  // namespace covey::swarm
