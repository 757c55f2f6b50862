#include "daemon/transfer_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace covey::daemon {
namespace {

using api::Priority;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Start = TransferQueue::Start;
using Turn = TransferQueue::Turn;
using namespace std::chrono_literals;

Start runs(std::string id) {
  return {std::move(id), Turn::kRun};
}
Start looks(std::string id) {
  return {std::move(id), Turn::kLook};
}

class Queue : public ::testing::Test {
 protected:
  /// In the order of the calls.
  void add(const std::string& id, Priority priority = Priority::kNormal) {
    queue_.add(id, priority, ++arrivals_);
  }
  std::vector<Start> due() { return queue_.due(now_); }

  TransferQueue queue_{2};
  SteadyTime now_{};
  std::uint64_t arrivals_ = 0;
};

TEST_F(Queue, as_many_run_as_there_are_places_in_the_order_in_which_they_came) {
  for (const char* id : {"c", "a", "b", "d"}) add(id);
  EXPECT_THAT(due(), ElementsAre(runs("c"), runs("a")));
  EXPECT_THAT(due(), IsEmpty());
  EXPECT_EQ(queue_.position("b"), 1U);
  EXPECT_EQ(queue_.position("d"), 2U);
  EXPECT_EQ(queue_.position("a"), std::nullopt) << "it runs";
  queue_.remove("c");
  EXPECT_THAT(due(), ElementsAre(runs("b")));
}

TEST_F(Queue, a_higher_priority_comes_first_whenever_it_came) {
  add("low", Priority::kLow);
  add("normal");
  add("high", Priority::kHigh);
  EXPECT_THAT(queue_.front(9), ElementsAre("high", "normal", "low"));
  queue_.set_priority("low", Priority::kHigh);
  EXPECT_THAT(queue_.front(9), ElementsAre("low", "high", "normal")) << "it had come before the other";
  EXPECT_THAT(due(), ElementsAre(runs("low"), runs("high")));
}

TEST_F(Queue, a_change_of_priority_takes_nobody_s_place) {
  add("a");
  add("b");
  add("c");
  due();
  queue_.set_priority("a", Priority::kLow);
  queue_.set_priority("c", Priority::kHigh);
  EXPECT_THAT(due(), IsEmpty());
  EXPECT_EQ(queue_.running(), 2U);
}

TEST_F(Queue, an_absent_peer_holds_up_nobody) {
  for (const char* id : {"a", "b", "c", "d"}) add(id);
  due();
  queue_.set_absent("a", now_);
  EXPECT_THAT(due(), ElementsAre(runs("c")));
  EXPECT_EQ(queue_.position("d"), 1U);
  EXPECT_EQ(queue_.position("a"), std::nullopt) << "it waits for its peer, not for a turn";
}

TEST_F(Queue, it_looks_for_an_absent_peer_less_and_less_often) {
  add("a");
  due();
  queue_.set_absent("a", now_);
  std::vector<std::chrono::seconds> pauses;
  for (int i = 0; i < 6; ++i) {
    const auto at = queue_.next_look().value();
    pauses.push_back(std::chrono::duration_cast<std::chrono::seconds>(at - now_));
    EXPECT_THAT(queue_.due(at - 1ms), IsEmpty());
    now_ = at;
    EXPECT_THAT(due(), ElementsAre(looks("a")));
    EXPECT_EQ(queue_.next_look(), std::nullopt);
    queue_.set_absent("a", now_);
  }
  EXPECT_THAT(pauses, ElementsAre(5s, 10s, 20s, 40s, 60s, 60s));
}

TEST_F(Queue, a_peer_that_is_back_goes_on_in_a_free_place) {
  add("a");
  add("b");
  due();
  queue_.set_absent("a", now_);
  now_ += 5s;
  EXPECT_THAT(due(), ElementsAre(looks("a")));
  EXPECT_TRUE(queue_.set_found("a"));
  EXPECT_EQ(queue_.running(), 2U);
  EXPECT_EQ(queue_.looking(), 0U);
}

TEST_F(Queue, a_peer_that_is_back_gets_the_next_place_before_those_that_came_later) {
  for (const char* id : {"a", "b", "c", "d"}) add(id);
  due();
  queue_.set_absent("a", now_);
  due();
  now_ += 5s;
  due();
  EXPECT_FALSE(queue_.set_found("a")) << "b and c have the places";
  queue_.add("a", Priority::kNormal, 1);
  EXPECT_EQ(queue_.position("a"), 1U);
  queue_.remove("b");
  EXPECT_THAT(due(), ElementsAre(runs("a")));
}

TEST_F(Queue, many_absent_peers_neither_hold_up_what_can_run_nor_each_other) {
  for (int i = 0; i < 10; ++i) add("absent" + std::to_string(i));
  add("present");
  // Ten that fail at once, then the one that runs.
  for (std::vector<Start> started = due(); !started.empty(); started = due()) {
    for (const Start& start : started) {
      if (start.id != "present") queue_.set_absent(start.id, now_);
    }
  }
  EXPECT_EQ(queue_.running(), 1U);
  std::set<std::string> looked;
  now_ += 5s;
  for (int i = 0; i < 5; ++i) {
    const auto started = due();
    EXPECT_EQ(started.size(), 2U) << "no more look at a time than there are places";
    for (const Start& start : started) {
      looked.insert(start.id);
      queue_.set_absent(start.id, now_);
    }
  }
  EXPECT_EQ(looked.size(), 10U);
}

TEST_F(Queue, fewer_places_send_back_the_last_ones) {
  add("a");
  add("b", Priority::kHigh);
  due();
  queue_.set_places(1);
  EXPECT_THAT(queue_.surplus(), ElementsAre("a"));
  EXPECT_EQ(queue_.running(), 1U);
  queue_.add("a", Priority::kNormal, 1);
  EXPECT_THAT(queue_.surplus(), IsEmpty());
  EXPECT_THAT(due(), IsEmpty());
  queue_.set_places(5);
  EXPECT_THAT(due(), ElementsAre(runs("a")));
}

TEST_F(Queue, what_is_removed_leaves_nothing_behind) {
  for (const char* id : {"queued", "x", "y"}) add(id);
  due();
  queue_.set_absent("x", now_);
  for (const char* id : {"queued", "x", "y", "unknown"}) queue_.remove(id);
  now_ += 1h;
  EXPECT_THAT(due(), IsEmpty());
  EXPECT_EQ(queue_.running() + queue_.looking(), 0U);
  EXPECT_EQ(queue_.next_look(), std::nullopt);
}

}  // namespace
}  // namespace covey::daemon
