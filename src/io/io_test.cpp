#include <gtest/gtest.h>

#include <asio/detached.hpp>

#include "io/event_threads.hpp"
#include "io/gate.hpp"
#include "io/offload.hpp"
#include "io/task_group.hpp"
#include "io/turns.hpp"

namespace covey::io {
namespace {

using namespace std::chrono_literals;

Awaitable<void> sleep_long(ErrorCode& seen) {
  const auto result = co_await sleep_for(1h);
  if (!result) seen = result.error().code;
}

TEST(TaskGroup, cancel_ends_the_waits_of_every_member_and_join_returns_after_the_last) {
  asio::io_context context;
  TaskGroup group(context.get_executor());
  ErrorCode first{}, second{};
  group.spawn(sleep_long(first));
  group.spawn(sleep_long(second));
  bool joined = false;
  auto joiner = [&]() -> Awaitable<void> {
    group.cancel();
    co_await group.join();
    joined = true;
  };
  asio::co_spawn(context, joiner, asio::detached);
  context.run();
  EXPECT_TRUE(joined);
  EXPECT_EQ(first, ErrorCode::kCancelled);
  EXPECT_EQ(second, ErrorCode::kCancelled);
  EXPECT_EQ(group.size(), 0U);
}

TEST(TaskGroup, a_member_that_starts_a_wait_after_the_cancel_does_not_hang) {
  asio::io_context context;
  TaskGroup group(context.get_executor());
  Gate gate(context.get_executor());
  ErrorCode seen{};
  auto member = [&]() -> Awaitable<void> {
    (void)co_await gate.wait();
    const auto result = co_await sleep_for(1h);
    if (!result) seen = result.error().code;
  };
  group.spawn(member());
  asio::post(context, [&] { group.cancel(); });
  context.run();
  EXPECT_EQ(seen, ErrorCode::kCancelled);
}

TEST(TaskGroup, refuses_members_after_cancel) {
  asio::io_context context;
  TaskGroup group(context.get_executor());
  group.cancel();
  bool ran = false;
  auto member = [&]() -> Awaitable<void> {
    ran = true;
    co_return;
  };
  group.spawn(member());
  context.run();
  EXPECT_FALSE(ran);
}

TEST(Gate, opening_wakes_everyone_who_waits) {
  asio::io_context context;
  TaskGroup group(context.get_executor());
  Gate gate(context.get_executor());
  int woken = 0;
  auto waiter = [&]() -> Awaitable<void> {
    const auto passed = co_await gate.wait();
    if (passed) ++woken;
  };
  group.spawn(waiter());
  group.spawn(waiter());
  asio::post(context, [&] { asio::post(context, [&] { gate.open_all(); }); });
  context.run();
  EXPECT_EQ(woken, 2);
}

TEST(Turns, come_one_after_the_other_in_the_order_they_were_asked_for) {
  asio::io_context context;
  TaskGroup group(context.get_executor());
  Turns turns(context.get_executor());
  int inside = 0;
  std::vector<int> order;
  auto command = [&](int number) -> Awaitable<void> {
    const auto turn = co_await turns.next();
    EXPECT_TRUE(turn);
    EXPECT_EQ(++inside, 1);
    for (int hop = 0; hop < 3; ++hop) co_await asio::post(context, asio::use_awaitable);
    order.push_back(number);
    --inside;
  };
  for (int number = 0; number < 4; ++number) group.spawn(command(number));
  context.run();
  EXPECT_EQ(order, (std::vector{0, 1, 2, 3}));
}

TEST(Turns, pass_by_who_was_cancelled_while_waiting) {
  asio::io_context context;
  TaskGroup holders(context.get_executor());
  TaskGroup impatient(context.get_executor());
  Turns turns(context.get_executor());
  Gate gate(context.get_executor());
  std::vector<std::string> order;
  auto hold = [&]() -> Awaitable<void> {
    const auto turn = co_await turns.next();
    (void)co_await gate.wait();
    order.emplace_back("first");
  };
  auto wait = [&](std::string name) -> Awaitable<void> {
    const auto turn = co_await turns.next();
    if (!turn) name += turn.error().code == ErrorCode::kCancelled ? " cancelled" : " failed";
    order.push_back(name);
  };
  holders.spawn(hold());
  impatient.spawn(wait("second"));
  holders.spawn(wait("third"));
  asio::post(context, [&] {
    impatient.cancel();
    asio::post(context, [&] { gate.open_all(); });
  });
  context.run();
  EXPECT_EQ(order, (std::vector<std::string>{"second cancelled", "first", "third"}));
}

TEST(Offload, runs_elsewhere_and_resumes_here) {
  asio::io_context context;
  Offload offload(2);
  std::thread::id there, here_after;
  auto caller = [&]() -> Awaitable<void> {
    auto work = [] { return std::this_thread::get_id(); };
    there = co_await offload.run(work);
    here_after = std::this_thread::get_id();
  };
  asio::co_spawn(context, caller, asio::detached);
  context.run();
  EXPECT_NE(there, std::this_thread::get_id());
  EXPECT_EQ(here_after, std::this_thread::get_id());
  offload.join();
}

TEST(RunOn, a_cancel_here_waits_for_the_work_there_instead_of_reaching_into_it) {
  asio::io_context context;
  EventThread other("other");
  TaskGroup group(context.get_executor());
  bool slept_through = false;
  auto there = [&]() -> Awaitable<int> {
    slept_through = (co_await sleep_for(20ms)).has_value();
    co_return 7;
  };
  int value = 0;
  auto member = [&]() -> Awaitable<void> { value = co_await run_on(other.executor(), there); };
  group.spawn(member());
  asio::post(context, [&] { group.cancel(); });
  context.run();
  EXPECT_TRUE(slept_through);
  EXPECT_EQ(value, 7);
}

TEST(EventThreads, hand_out_their_loops_in_turn) {
  EventThreads threads(2);
  const auto first = threads.next();
  EXPECT_NE(first, threads.next());
  EXPECT_EQ(first, threads.next());
}

}  // namespace
}  // namespace covey::io
