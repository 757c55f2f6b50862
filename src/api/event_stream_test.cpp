// The event stream over a real socket: what a reader gets, how slow it may be, and how it ends.

#include "api/event_stream.hpp"

#include <algorithm>
#include <stop_token>
#include <vector>

#include <gmock/gmock.h>

#include "api/server_fixture.hpp"

namespace covey::api {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

using ApiEvents = ApiServer;

TEST_F(ApiEvents, events_begin_with_what_is_and_go_on_with_what_changes) {
  service_.kept_shares.emplace_back().id = "s1";
  service_.kept_transfers = {transfer_named("t1", 5)};
  start();
  std::vector<std::string> seen;
  const Result<> result = client().events([&](const Event& event) {
    if (event.limits) seen.push_back("limits");
    if (event.removed_transfer) seen.push_back("-" + *event.removed_transfer);
    if (event.share) seen.push_back(event.share->id);
    if (event.removed_share) seen.push_back("-" + *event.removed_share);
    if (event.transfer) seen.push_back(fmt::format("{}:{}", event.transfer->id, event.transfer->bytes_done));
    if (seen.size() == 3) {
      asio::post(io_, [this] {
        service_.emit(transfer_named("t1", 6));
        Event removed;
        removed.removed_share = "s1";
        service_.emit(removed);
        Event gone;
        gone.removed_transfer = "t2";
        service_.emit(gone);
      });
    }
    return seen.size() == 6 ? Watch::kEnough : Watch::kGoOn;
  });
  EXPECT_TRUE(result) << to_string(result.error());
  EXPECT_THAT(seen, ElementsAre("limits", "s1", "t1:5", "t1:6", "-s1", "-t2"));
}

TEST_F(ApiEvents, events_of_one_transfer_only) {
  service_.kept_transfers = {transfer_named("t1", 5), transfer_named("t 2", 7)};
  service_.kept_shares.emplace_back().id = "s1";
  start();
  const Result<> result = client().events(
      [&](const Event& event) {
        EXPECT_EQ(event.transfer.value_or(TransferView()).id, "t 2");
        return Watch::kEnough;
      },
      {}, "t 2");
  EXPECT_TRUE(result);
}

TEST_F(ApiEvents, a_heartbeat_shows_that_the_daemon_lives_and_finds_readers_that_left) {
  ServerOptions options;
  options.requests.heartbeat = std::chrono::milliseconds(20);
  start(options);
  {
    RawConnection reader(path());
    reader.send("GET /api/v1/events HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(reader.receive_until("\r\n1\r\n\n\r\n1\r\n\n\r\n"),
                AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("application/x-ndjson")));
    EXPECT_EQ(service_.subscribers, 1);
  }
  EXPECT_TRUE(eventually([&] { return service_.subscribers == 0; }));
}

TEST_F(ApiEvents, ten_thousand_updates_to_a_slow_reader_become_a_few_lines) {
  start();
  RawConnection reader(path());
  reader.send("GET /api/v1/events HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return service_.subscribers == 1; }));
  // The reader takes nothing meanwhile: what the socket's buffer does not hold waits, joined, in the queue.
  for (std::uint64_t i = 1; i <= 10'000; ++i) {
    on_network([&] { service_.emit(transfer_named(fmt::format("t{}", i % 5), i)); });
  }
  on_network([&] { service_.emit(transfer_named("last", 1)); });
  const std::string all = reader.receive_until("\"last\"");
  const auto lines = std::count(all.begin(), all.end(), '{');
  EXPECT_LT(lines, 5'000);
  for (std::uint64_t i = 9'996; i <= 10'000; ++i) {
    EXPECT_THAT(all, HasSubstr(fmt::format("\"bytes_done\":{},", i))) << "the newest is never lost";
  }
}

TEST_F(ApiEvents, a_reader_that_lets_too_much_wait_is_told_so_and_dropped) {
  ServerOptions options;
  options.requests.max_waiting_event_bytes = 256 * 1024;
  start(options);
  RawConnection reader(path());
  reader.send("GET /api/v1/events HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return service_.subscribers == 1; }));
  on_network([&] {
    for (int i = 0; i < 10'000; ++i) service_.emit(transfer_named(fmt::format("t{}", i), 1));
  });
  EXPECT_TRUE(eventually([&] { return service_.subscribers == 0; }));
  const std::string all = reader.receive_all();
  EXPECT_LT(all.size(), 1024U * 1024);
  EXPECT_THAT(all, HasSubstr(R"({"error":{"code":"limit_exceeded")"));
}

TEST_F(ApiEvents, the_client_learns_why_its_stream_ended) {
  ServerOptions options;
  options.requests.max_waiting_event_bytes = 1000;
  start(options);
  service_.kept_transfers = {transfer_named("t", 1)};
  const Result<> dropped = client().events([&](const Event&) {
    on_network([&] {
      for (int i = 0; i < 10; ++i) service_.emit(transfer_named(fmt::format("t{}", i), 1));
    });
    return Watch::kGoOn;
  });
  EXPECT_EQ(dropped.error().code, ErrorCode::kLimitExceeded);
  std::promise<void> watching;
  auto lost = std::async(std::launch::async, [&] {
    return client().events([&](const Event& event) {
      if (event.transfer) watching.set_value();
      return Watch::kGoOn;
    });
  });
  watching.get_future().get();
  close();
  EXPECT_EQ(lost.get().error().code, ErrorCode::kConnectionLost);
}

TEST_F(ApiEvents, watching_ends_when_the_caller_asks) {
  service_.kept_transfers = {transfer_named("t", 1)};
  start();
  std::stop_source stop;
  const Result<> result = client().events(
      [&](const Event&) {
        stop.request_stop();
        return Watch::kGoOn;
      },
      stop.get_token());
  EXPECT_TRUE(result);
}

TEST_F(ApiEvents, readers_of_the_stream_leave_room_for_others) {
  ServerOptions options;
  options.requests.max_event_streams = 1;
  start(options);
  RawConnection reader(path());
  reader.send("GET /api/v1/events HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return service_.subscribers == 1; }));
  EXPECT_EQ(client().events([](const Event&) { return Watch::kEnough; }).error().code,
            ErrorCode::kLimitExceeded);
  EXPECT_TRUE(client().status());
}

}  // namespace
}  // namespace covey::api
