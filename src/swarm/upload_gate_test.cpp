#include "swarm/upload_gate.hpp"

#include <gtest/gtest.h>

#include <asio/detached.hpp>
#include <asio/use_future.hpp>

#include <future>

#include "io/event_threads.hpp"
#include "io/task_group.hpp"
#include "swarm/upload_simulation.hpp"

namespace covey::swarm {
namespace {

using namespace std::chrono_literals;
using Given = Result<std::uint64_t>;

NodeLimits one_slot() {
  return {.total = {}, .per_peer = {}, .upload_slots = 1};
}

/// A network thread's loop and a gate on it; seats are used from the same thread unless a test says
/// otherwise.
struct Gated {
  explicit Gated(const NodeLimits& limits) : gate(std::in_place, context.get_executor(), clock, limits) {}
  ~Gated() {
    gate.reset();
    settle();
  }
  /// Runs whatever can run now; never waits for a timer.
  void settle() {
    context.restart();
    context.poll();
  }
  auto seat(unsigned peer) { return gate->join(test_peer(peer), ShareKey(1), {}); }
  std::shared_ptr<std::optional<Given>> ask(const std::shared_ptr<UploadGate::Seat>& seat,
                                            std::uint64_t spent = 0) {
    auto answer = std::make_shared<std::optional<Given>>();
    auto asking = [seat, spent, answer]() -> io::Awaitable<void> { *answer = co_await seat->turn(spent); };
    asio::co_spawn(context, std::move(asking), asio::detached);
    settle();
    return answer;
  }

  asio::io_context context;
  ManualClock clock;
  std::optional<UploadGate> gate;
};

testing::AssertionResult has_turn(const std::shared_ptr<std::optional<Given>>& answer, std::uint64_t bytes) {
  if (!*answer) return testing::AssertionFailure() << "still waits";
  if (!**answer) return testing::AssertionFailure() << (*answer)->error().context;
  if (***answer != bytes) return testing::AssertionFailure() << ***answer << " bytes";
  return testing::AssertionSuccess();
}

bool is_cancelled(const std::shared_ptr<std::optional<Given>>& answer) {
  return *answer && !**answer && (*answer)->error().code == ErrorCode::kCancelled;
}

TEST(UploadGate, without_limits_a_turn_comes_at_once) {
  Gated gated({});
  const auto seat = gated.seat(1);
  EXPECT_TRUE(has_turn(gated.ask(seat), 4U << 20));
  EXPECT_TRUE(has_turn(gated.ask(seat, 4U << 20), 4U << 20));
}

TEST(UploadGate, a_turn_comes_when_another_ends_or_leaves) {
  Gated gated(one_slot());
  const auto first = gated.seat(1);
  auto second = gated.seat(2);
  const auto third = gated.seat(3);
  ASSERT_TRUE(has_turn(gated.ask(first), 4U << 20));
  const auto waits = gated.ask(second);
  const auto waits_longer = gated.ask(third);
  EXPECT_FALSE(*waits);
  first->close(1000);
  gated.settle();
  EXPECT_TRUE(has_turn(waits, 4U << 20));
  EXPECT_FALSE(*waits_longer);
  second.reset();
  gated.settle();
  EXPECT_TRUE(has_turn(waits_longer, 4U << 20)) << "letting go of a seat leaves, too";
}

TEST(UploadGate, new_limits_wake_who_waits) {
  Gated gated(one_slot());
  const auto first = gated.seat(1);
  const auto second = gated.seat(2);
  ASSERT_TRUE(has_turn(gated.ask(first), 4U << 20));
  const auto waits = gated.ask(second);
  EXPECT_FALSE(*waits);
  gated.gate->set_limits({});
  gated.settle();
  EXPECT_TRUE(has_turn(waits, 4U << 20));
}

TEST(UploadGate, what_a_pause_gives_back_another_gets) {
  Gated gated({.total = {.down = {}, .up = 320'000}, .per_peer = {}});
  const auto first = gated.seat(1);
  const auto second = gated.seat(2);
  ASSERT_TRUE(has_turn(gated.ask(first), 16U << 10));
  ASSERT_TRUE(has_turn(gated.ask(second), 16U << 10));
  const auto third = gated.ask(gated.seat(3));
  EXPECT_FALSE(*third) << "a tenth of a second's worth is spent";
  first->pause(0);
  gated.settle();
  EXPECT_TRUE(has_turn(third, 16U << 10));
}

TEST(UploadGate, closing_a_seat_ends_its_wait_and_every_later_one) {
  Gated gated(one_slot());
  const auto first = gated.seat(1);
  const auto second = gated.seat(2);
  ASSERT_TRUE(has_turn(gated.ask(first), 4U << 20));
  const auto waits = gated.ask(second);
  second->close(0);
  gated.settle();
  EXPECT_TRUE(is_cancelled(waits));
  EXPECT_TRUE(is_cancelled(gated.ask(second)));
}

TEST(UploadGate, its_end_lets_everybody_go) {
  Gated gated(one_slot());
  const auto first = gated.seat(1);
  const auto second = gated.seat(2);
  ASSERT_TRUE(has_turn(gated.ask(first), 4U << 20));
  const auto waits = gated.ask(second);
  gated.gate.reset();
  gated.settle();
  EXPECT_TRUE(is_cancelled(waits));
  EXPECT_TRUE(is_cancelled(gated.ask(first, 7)));
}

TEST(UploadGate, a_cancelled_coroutine_of_another_thread_stops_waiting) {
  SystemClock clock;
  io::EventThread network("network");
  io::EventThread link("link");
  auto gate = std::make_unique<UploadGate>(network.executor(), clock, one_slot());
  const auto on_network = [&](auto function) {
    std::promise<void> done;
    asio::post(network.executor(), [&] {
      function();
      done.set_value();
    });
    done.get_future().wait();
  };
  std::shared_ptr<UploadGate::Seat> first, second;
  on_network([&] {
    first = gate->join(test_peer(1), ShareKey(1), {});
    second = gate->join(test_peer(2), ShareKey(1), {});
  });
  std::promise<Given> got;
  std::promise<void> joined;
  auto test = [&]() -> io::Awaitable<void> {
    (void)co_await first->turn(0);
    io::TaskGroup group(link.executor());
    auto member = [&]() -> io::Awaitable<void> { got.set_value(co_await second->turn(0)); };
    group.spawn(member());
    auto let_it_wait = [] {};
    co_await io::call_on(network.executor(), let_it_wait);
    group.cancel();
    co_await group.join();
    joined.set_value();
  };
  asio::co_spawn(link.executor(), test, asio::detached);
  const Given given = got.get_future().get();
  ASSERT_FALSE(given);
  EXPECT_EQ(given.error().code, ErrorCode::kCancelled);
  joined.get_future().wait();
  on_network([&] { gate.reset(); });
  first.reset();
  second.reset();
  on_network([] {});
}

TEST(UploadGate, sessions_of_several_threads_all_get_their_turns) {
  SystemClock clock;
  io::EventThread network("network");
  io::EventThreads links(2);
  std::optional<UploadGate> gate;
  NodeLimits limits{.total = {.down = {}, .up = 400'000'000}, .per_peer = {}, .upload_slots = 2};
  constexpr unsigned kSessions = 12;
  std::vector<std::future<std::uint64_t>> sums;
  std::promise<void> started;
  asio::post(network.executor(), [&] {
    gate.emplace(network.executor(), clock, limits);
    for (unsigned i = 0; i < kSessions; ++i) {
      auto serve = [seat =
                        gate->join(test_peer(i % 4), ShareKey(i % 2), {})]() -> io::Awaitable<std::uint64_t> {
        std::uint64_t sum = 0;
        std::uint64_t last = 0;
        for (int turns = 0; turns < 20; ++turns) {
          const auto turn = co_await seat->turn(last);
          if (!turn) break;
          last = 1000;
          sum += *turn;
        }
        co_return sum;
      };
      sums.push_back(asio::co_spawn(links.next(), std::move(serve), asio::use_future));
    }
    started.set_value();
  });
  started.get_future().wait();
  for (auto& sum : sums) EXPECT_EQ(sum.get(), 20U << 20);
  links.stop();
  std::promise<void> ended;
  asio::post(network.executor(), [&] {
    gate.reset();
    ended.set_value();
  });
  ended.get_future().wait();
}

TEST(UploadGate, time_alone_brings_the_next_turn_under_a_limit) {
  SystemClock clock;
  asio::io_context context;
  auto gate = std::make_unique<UploadGate>(
      context.get_executor(), clock, NodeLimits{.total = {.down = {}, .up = 1'000'000}, .per_peer = {}});
  auto seat = gate->join(test_peer(1), ShareKey(1), {});
  const SteadyTime start = clock.steady();
  std::uint64_t sent = 0;
  auto sender = [&]() -> io::Awaitable<void> {
    while (sent < 250'000) {
      const auto turn = co_await seat->turn(sent == 0 ? 0 : 50'000);
      if (!turn) break;
      sent += *turn;
    }
    seat.reset();
    gate.reset();
  };
  asio::co_spawn(context, sender, asio::detached);
  context.run();
  EXPECT_EQ(sent, 250'000U);
  EXPECT_GE(clock.steady() - start, 99ms) << "100,000 at once, two more turns after them, the last by debt";
}

}  // namespace
}  // namespace covey::swarm
