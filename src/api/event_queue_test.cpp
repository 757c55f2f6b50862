#include "api/event_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/json.hpp"

namespace covey::api {
namespace {

Event progress(const std::string& id, std::uint64_t done) {
  Event event;
  event.transfer.emplace();
  event.transfer->id = id;
  event.transfer->bytes_done = done;
  return event;
}

std::vector<Event> all_taken(EventQueue& queue, std::size_t bytes) {
  std::vector<Event> events;
  while (!queue.empty()) {
    std::string lines = queue.take(bytes);
    for (std::size_t end = 0; (end = lines.find('\n')) != std::string::npos; lines.erase(0, end + 1)) {
      events.push_back(from_json<Event>(lines.substr(0, end)).value());
    }
    EXPECT_TRUE(lines.empty()) << "only whole lines";
  }
  return events;
}

TEST(EventQueue, keeps_the_newest_of_each_object_in_the_order_of_first_changes) {
  EventQueue queue(1 << 20);
  for (std::uint64_t i = 1; i <= 1000; ++i) {
    ASSERT_TRUE(queue.push(progress("a", i)));
    ASSERT_TRUE(queue.push(progress("b", 2 * i)));
  }
  const auto events = all_taken(queue, 1);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].transfer->id, "a");
  EXPECT_EQ(events[0].transfer->bytes_done, 1000U);
  EXPECT_EQ(events[1].transfer->bytes_done, 2000U);
  EXPECT_EQ(queue.waiting_bytes(), 0U);
}

TEST(EventQueue, a_removal_replaces_the_last_change_of_its_share) {
  EventQueue queue(1 << 20);
  Event share;
  share.share.emplace().id = "s";
  Event removed;
  removed.removed_share = "s";
  ASSERT_TRUE(queue.push(share));
  ASSERT_TRUE(queue.push(removed));
  const auto events = all_taken(queue, 1 << 20);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].removed_share, "s");
}

TEST(EventQueue, tells_requests_grants_and_people_of_the_same_id_apart) {
  EventQueue queue(1 << 20);
  for (int round = 0; round < 2; ++round) {
    Event event;
    event.request.emplace().id = "a";
    ASSERT_TRUE(queue.push(event));
    event = {};
    event.grant.emplace().id = "a";
    ASSERT_TRUE(queue.push(event));
    event = {};
    event.person.emplace().peer_id = "a";
    ASSERT_TRUE(queue.push(event));
  }
  EXPECT_EQ(all_taken(queue, 1 << 20).size(), 3U);
}

TEST(EventQueue, refuses_what_would_exceed_its_limit_and_goes_on_below_it) {
  const std::size_t one = to_json(progress("aa", 1)).size() + 1;
  EventQueue queue(2 * one);
  ASSERT_TRUE(queue.push(progress("aa", 1)));
  ASSERT_TRUE(queue.push(progress("bb", 1)));
  EXPECT_EQ(queue.push(progress("cc", 1)).error().code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(queue.waiting_bytes(), 2 * one);
  EXPECT_TRUE(queue.push(progress("bb", 2)));  // takes the place of the old one
  EXPECT_EQ(queue.take(one).size(), one);
  EXPECT_TRUE(queue.push(progress("cc", 1)));
  EXPECT_EQ(all_taken(queue, 1 << 20).size(), 2U);
}

}  // namespace
}  // namespace covey::api
