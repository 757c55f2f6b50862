#include "swarm/upload_turns.hpp"

#include <gtest/gtest.h>

#include "swarm/upload_simulation.hpp"

namespace covey::swarm {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kMiB = 1U << 20;
constexpr ShareKey kLimited{2};

NodeLimits total(std::uint64_t up) {
  return {.total = {.down = std::nullopt, .up = up}, .per_peer = {}};
}

double mega(std::uint64_t bytes) {
  return static_cast<double>(bytes) / 1e6;
}

TEST(UploadTurns, without_limits_everybody_gets_large_turns_at_once) {
  UploadSimulation simulation({});
  for (unsigned peer = 1; peer <= 20; ++peer) simulation.add({.peer = peer});
  const auto turns = simulation.turns.take_turns(simulation.now);
  ASSERT_EQ(turns.size(), 20U);
  for (const Turn& turn : turns) EXPECT_EQ(turn.bytes, 4 * kMiB);
  EXPECT_FALSE(simulation.turns.next_at()) << "nobody waits";
}

TEST(UploadTurns, a_peer_holds_four_turns_at_most) {
  UploadSimulation simulation({});
  for (int i = 0; i < 50; ++i) simulation.add({.peer = 1});
  simulation.add({.peer = 2});
  const auto turns = simulation.turns.take_turns(simulation.now);
  EXPECT_EQ(turns.size(), 5U);
  simulation.turns.spent(turns.front().session, kMiB, simulation.now);
  EXPECT_EQ(simulation.turns.take_turns(simulation.now).size(), 1U) << "the next of its sessions";
}

TEST(UploadTurns, a_session_that_holds_a_turn_or_waits_gets_no_second_one) {
  UploadSimulation simulation({});
  const SessionId id = simulation.add({.peer = 1});
  simulation.turns.want(id);
  EXPECT_EQ(simulation.turns.take_turns(simulation.now).size(), 1U);
  simulation.turns.want(id);
  EXPECT_TRUE(simulation.turns.take_turns(simulation.now).empty());
  simulation.turns.want(SessionId(99));
  simulation.turns.spent(SessionId(99), 5, simulation.now);
  simulation.turns.leave(SessionId(99), simulation.now);
  EXPECT_TRUE(simulation.turns.take_turns(simulation.now).empty());
}

TEST(UploadTurns, a_total_limit_holds_to_the_byte_and_is_used_up) {
  UploadSimulation simulation(total(20'000'000));
  for (unsigned peer = 1; peer <= 16; ++peer) simulation.add({.peer = peer});
  simulation.run_for(60s);
  EXPECT_NEAR(mega(simulation.sent()), 1200, 5);
}

TEST(UploadTurns, many_connections_get_no_more_than_one) {
  UploadSimulation simulation(total(1'000'000));
  for (int i = 0; i < 50; ++i) simulation.add({.peer = 1});
  simulation.add({.peer = 2});
  simulation.run_for(200s);
  EXPECT_NEAR(mega(simulation.sent_to(1)), 100, 1);
  EXPECT_NEAR(mega(simulation.sent_to(2)), 100, 1);
}

TEST(UploadTurns, large_pieces_get_no_more_than_small_ones) {
  UploadSimulation simulation(total(1'000'000));
  simulation.add({.peer = 1, .piece = 16 * kMiB});
  simulation.add({.peer = 2, .piece = 1000});
  simulation.add({.peer = 3});
  simulation.run_for(2000s);
  EXPECT_NEAR(mega(simulation.sent()), 2000, 18);
  for (unsigned peer = 1; peer <= 3; ++peer)
    EXPECT_NEAR(mega(simulation.sent_to(peer)), 2000.0 / 3, 18) << peer;
}

TEST(UploadTurns, weights_share_out_a_limit) {
  UploadSimulation simulation(total(3'000'000));
  simulation.turns.set_weight(test_peer(1), 2);
  simulation.add({.peer = 1});
  simulation.add({.peer = 2});
  simulation.run_for(100s);
  EXPECT_NEAR(mega(simulation.sent_to(1)), 200, 3);
  EXPECT_NEAR(mega(simulation.sent_to(2)), 100, 3);
}

TEST(UploadTurns, weights_share_out_slots_too) {
  NodeLimits limits = total(4'000'000);
  limits.upload_slots = 2;
  UploadSimulation simulation(limits);
  simulation.turns.set_weight(test_peer(1), 2);
  for (unsigned peer = 1; peer <= 5; ++peer) simulation.add({.peer = peer});
  simulation.run_for(1200s);
  double others = 0;
  for (unsigned peer = 2; peer <= 5; ++peer) others += mega(simulation.sent_to(peer)) / 4;
  EXPECT_NEAR(mega(simulation.sent_to(1)) / others, 2, 0.5);
}

TEST(UploadTurns, what_slow_peers_leave_goes_to_the_others) {
  UploadSimulation simulation(total(10'000'000));
  simulation.add({.peer = 1, .bytes_per_second = 1e6});
  simulation.add({.peer = 2});
  simulation.add({.peer = 3});
  simulation.run_for(100s);
  EXPECT_NEAR(mega(simulation.sent()), 1000, 10);
  EXPECT_GT(mega(simulation.sent_to(1)), 85) << "nearly all that its own link takes";
  EXPECT_NEAR(mega(simulation.sent_to(2)), mega(simulation.sent_to(3)), 5);
}

TEST(UploadTurns, a_reader_that_never_finishes_its_turn_holds_up_nobody) {
  UploadSimulation simulation(total(1'000'000));
  for (unsigned peer = 1; peer <= 31; ++peer) simulation.add({.peer = peer, .bytes_per_second = 1e-3});
  simulation.add({.peer = 40});
  simulation.run_for(100s);
  EXPECT_GT(mega(simulation.sent_to(40)), 95);
}

TEST(UploadTurns, who_was_held_up_by_its_share_gathers_no_claim) {
  for (const Rate later : {Rate{}, Rate(10'000'000)}) {
    UploadSimulation simulation(total(1'000'000));
    simulation.add({.peer = 1, .share = kLimited}, 1000);
    simulation.add({.peer = 2});
    simulation.run_for(1000s);
    simulation.turns.set_share_rate(kLimited, later, simulation.now);
    const std::uint64_t before = simulation.sent_to(2);
    simulation.run_for(10s);
    EXPECT_NEAR(mega(simulation.sent_to(2) - before), 5, 0.6);
  }
}

TEST(UploadTurns, who_was_slow_or_wanted_nothing_gathers_no_claim) {
  UploadSimulation simulation(total(1'000'000));
  std::vector<SessionId> slow;
  for (int i = 0; i < 8; ++i) slow.push_back(simulation.add({.peer = 1, .bytes_per_second = 1000}));
  simulation.add({.peer = 2});
  simulation.turns.join(SessionId(1000), test_peer(3), ShareKey(1), {}, simulation.now);
  simulation.turns.want(SessionId(1000));
  simulation.sessions[SessionId(1000)] = {.peer = 3};
  simulation.run_for(1s);
  simulation.pause(SessionId(1000));
  simulation.run_for(2000s);
  for (const SessionId id : slow) simulation.sessions.at(id).bytes_per_second = 1e9;
  simulation.run_for(300s);  // until the last slow turn is over
  simulation.resume(SessionId(1000));
  const std::uint64_t before = simulation.sent_to(2);
  simulation.run_for(30s);
  EXPECT_NEAR(mega(simulation.sent_to(2) - before), 10, 0.6);
}

TEST(UploadTurns, a_limit_for_each_peer_holds_whatever_its_connections) {
  UploadSimulation simulation({.total = {}, .per_peer = {.down = std::nullopt, .up = 500'000}});
  for (int i = 0; i < 10; ++i) simulation.add({.peer = 1});
  simulation.add({.peer = 2});
  simulation.run_for(100s);
  EXPECT_NEAR(mega(simulation.sent_to(1)), 50, 1.5);
  EXPECT_NEAR(mega(simulation.sent_to(2)), 50, 1.5);
}

TEST(UploadTurns, a_limit_of_a_share_is_split_among_its_peers_and_leaves_others_alone) {
  UploadSimulation simulation({});
  for (unsigned peer = 1; peer <= 40; ++peer) simulation.add({.peer = peer, .share = kLimited}, 4'000'000);
  simulation.add({.peer = 50, .bytes_per_second = 50e6});
  simulation.run_for(400s);
  EXPECT_NEAR(mega(simulation.sent_to(50)), 20'000, 10) << "as fast as its link";
  EXPECT_NEAR(mega(simulation.sent() - simulation.sent_to(50)), 1600, 15);
  for (unsigned peer = 1; peer <= 40; ++peer) EXPECT_NEAR(mega(simulation.sent_to(peer)), 40, 10) << peer;
}

TEST(UploadTurns, with_more_peers_than_slots_all_get_their_part) {
  NodeLimits limits = total(20'000'000);
  limits.upload_slots = 4;
  UploadSimulation simulation(limits);
  for (unsigned peer = 1; peer <= 20; ++peer) simulation.add({.peer = peer});
  simulation.run_for(400s);
  EXPECT_NEAR(mega(simulation.sent()), 8000, 10);
  for (unsigned peer = 1; peer <= 20; ++peer) EXPECT_NEAR(mega(simulation.sent_to(peer)), 400, 30) << peer;
}

TEST(UploadTurns, at_most_so_many_peers_are_served_at_a_time) {
  NodeLimits limits;
  limits.upload_slots = 3;
  UploadSimulation simulation(limits);
  for (unsigned peer = 1; peer <= 9; ++peer) simulation.add({.peer = peer, .bytes_per_second = 10e6});
  for (int i = 0; i < 500; ++i) {
    simulation.run_for(37ms);
    std::size_t served = 0;
    for (unsigned peer = 1; peer <= 9; ++peer)
      if (simulation.turns_out(peer) > 0) ++served;
    ASSERT_LE(served, 3U);
    ASSERT_EQ(served, 3U) << "and no slot is left empty";
  }
}

TEST(UploadTurns, a_slot_is_handed_on_after_a_quantum_of_bytes_or_of_time) {
  NodeLimits limits;
  limits.upload_slots = 1;
  UploadSimulation fast(limits);
  fast.add({.peer = 1, .bytes_per_second = 16.0 * kMiB});
  const SessionId next = fast.add({.peer = 2, .bytes_per_second = 16.0 * kMiB});
  const SteadyTime start = fast.now;
  fast.run_for(2s);
  EXPECT_NEAR(std::chrono::duration<double>(fast.sessions.at(next).first_turn - start).count(), 1, 0.01);

  UploadSimulation slow(limits);
  slow.add({.peer = 1, .bytes_per_second = 100});  // it holds its turn for hours
  const SessionId second = slow.add({.peer = 2});
  slow.run_for(20s);
  EXPECT_EQ(slow.sessions.at(second).first_turn, start + 10s);
}

TEST(UploadTurns, a_slot_of_nobody_who_wants_is_handed_on_soon) {
  NodeLimits limits;
  limits.upload_slots = 1;
  UploadTurns turns(limits);
  const SteadyTime start{1h};
  turns.join(SessionId(1), test_peer(1), ShareKey(1), {}, start);
  turns.join(SessionId(2), test_peer(2), ShareKey(1), {}, start);
  turns.want(SessionId(1));
  turns.want(SessionId(2));
  ASSERT_EQ(turns.take_turns(start).size(), 1U);
  turns.spent(SessionId(1), 1000, start + 1s);
  EXPECT_TRUE(turns.take_turns(start + 1s).empty()) << "its next request may be on its way";
  ASSERT_TRUE(turns.next_at());
  EXPECT_EQ(*turns.next_at(), start + 1250ms);
  const auto handed_on = turns.take_turns(start + 1250ms);
  ASSERT_EQ(handed_on.size(), 1U);
  EXPECT_EQ(handed_on.front().session, SessionId(2));
  turns.leave(SessionId(2), start + 2s);
  turns.want(SessionId(1));
  EXPECT_EQ(turns.take_turns(start + 2s).size(), 1U) << "who leaves frees its slot at once";
}

TEST(UploadTurns, coming_back_pays_no_debts) {
  UploadSimulation simulation({.total = {}, .per_peer = {.down = std::nullopt, .up = 1'000'000}});
  std::uint64_t sent = 0;
  const SteadyTime start = simulation.now;
  while (simulation.now < start + 60s) {
    const SessionId id = simulation.add({.peer = 1, .piece = kMiB});
    while (simulation.sessions.at(id).sent == 0) simulation.run_for(1ms);
    sent += simulation.sessions.at(id).sent;
    simulation.remove(id);
  }
  EXPECT_NEAR(mega(sent), 60, 2.5);
}

TEST(UploadTurns, limits_change_while_sessions_run) {
  UploadSimulation simulation(total(1'000'000));
  for (unsigned peer = 1; peer <= 3; ++peer) simulation.add({.peer = peer, .bytes_per_second = 10e6});
  simulation.run_for(10s);
  EXPECT_NEAR(mega(simulation.sent()), 10, 1);
  simulation.turns.set_limits({}, simulation.now);
  std::uint64_t before = simulation.sent();
  simulation.run_for(10s);
  EXPECT_NEAR(mega(simulation.sent() - before), 300, 15);
  simulation.turns.set_share_rate(ShareKey(1), 2'000'000, simulation.now);
  simulation.run_for(30s);  // what was under way is sent first
  before = simulation.sent();
  simulation.run_for(50s);
  EXPECT_NEAR(mega(simulation.sent() - before), 100, 1);
}

TEST(UploadTurns, thousands_of_sessions_take_few_steps) {
  UploadSimulation simulation(total(100'000'000));
  for (unsigned i = 0; i < 5000; ++i) simulation.add({.peer = i % 1000});
  simulation.run_for(30s);
  EXPECT_NEAR(mega(simulation.sent()), 3010, 3) << "a burst of 100 ms at first";
  EXPECT_LT(simulation.steps, 15'000U) << "about 100 turns a second, each begun and ended";
}

}  // namespace
}  // namespace covey::swarm
