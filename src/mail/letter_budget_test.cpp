#include "mail/letter_budget.hpp"

#include <gtest/gtest.h>

#include "crypto/random.hpp"
#include "identity/device_key.hpp"

namespace covey::mail {
namespace {

using namespace std::chrono_literals;

class LetterBudgetTest : public testing::Test {
 protected:
  /// How many of so many come through.
  std::size_t spend(const identity::PeerId& writer, std::size_t tries) {
    std::size_t taken = 0;
    for (std::size_t i = 0; i < tries; ++i) taken += budget_.spend(writer, now_) ? 1U : 0U;
    return taken;
  }
  [[nodiscard]] identity::PeerId somebody() { return identity::DeviceKey::ephemeral(random_).peer_id(); }

  crypto::SeededRandom random_{1};
  SteadyTime now_ = SteadyTime{} + 1000h;
  LetterBudget budget_{{.a_minute = 30, .a_day = 100, .a_day_of_all = 250, .writers = 8}};
};

TEST_F(LetterBudgetTest, lets_a_writer_have_so_many_a_minute) {
  const auto alice = somebody();
  EXPECT_EQ(spend(alice, 100), 30U);
  now_ += 10s;
  EXPECT_EQ(spend(alice, 100), 5U);
  now_ += 1h;
  EXPECT_EQ(spend(alice, 100), 30U);
}

TEST_F(LetterBudgetTest, lets_a_writer_have_so_many_a_day) {
  const auto alice = somebody();
  std::size_t taken = 0;
  for (int minute = 0; minute < 10; ++minute, now_ += 1min) taken += spend(alice, 30);
  EXPECT_EQ(taken, 100U);
  now_ += 24h;
  EXPECT_EQ(spend(alice, 30), 30U);
}

TEST_F(LetterBudgetTest, counts_each_writer_alone_and_all_together) {
  std::size_t taken = 0;
  for (int i = 0; i < 8; ++i) EXPECT_LE(taken += spend(somebody(), 40), 30U * static_cast<unsigned>(i + 1));
  EXPECT_EQ(taken, 240U);
  now_ += 1min;
  taken = 0;
  for (int i = 0; i < 8; ++i) taken += spend(somebody(), 40);
  EXPECT_LE(taken, 11U);
}

TEST_F(LetterBudgetTest, remembers_only_so_many_writers_and_forgets_the_quiet) {
  const auto alice = somebody();
  for (int i = 0; i < 8; ++i) EXPECT_EQ(spend(somebody(), 1), 1U);
  EXPECT_EQ(spend(alice, 1), 0U);
  now_ += 24h;
  EXPECT_EQ(spend(alice, 1), 1U);
}

TEST_F(LetterBudgetTest, costs_nothing_where_it_refuses) {
  const auto alice = somebody();
  EXPECT_EQ(spend(alice, 30), 30U);
  EXPECT_EQ(spend(alice, 10'000), 0U);
  now_ += 2s;
  EXPECT_EQ(spend(alice, 10), 1U);
}

}  // namespace
}  // namespace covey::mail
