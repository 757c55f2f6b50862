// Messages and event streams at a running tracker.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/base64.hpp"
#include "tracker/server_fixture.hpp"

namespace covey::tracker {
namespace {

using ::testing::HasSubstr;

Json letter(const Peer& to, const std::string& body, std::uint64_t hold = 3600,
            const std::string& kind = "chat") {
  return {{"to", to.id_text()},
          {"kind", kind},
          {"body", crypto::to_base64url(as_bytes(body))},
          {"hold_seconds", hold}};
}

std::string body_of(const Json& message) {
  return std::string(as_text(crypto::from_base64url(message.value("body", "")).value()));
}

struct Messages : ::testing::Test {
  explicit Messages(Limits limits = RunningTracker::generous()) : tracker(limits) {}
  RunningTracker tracker;
  Peer mira{tracker};
  Peer nora{tracker};
  void SetUp() override {
    mira.join("mira");
    nora.join("nora");
  }
};

TEST_F(Messages, wait_for_their_receiver_and_come_in_order) {
  const Reply sent = mira.post("/api/v1/messages", letter(nora, "one"));
  ASSERT_EQ(sent.status, 202) << sent.body;
  EXPECT_EQ(sent.json()["online"], false);
  ASSERT_EQ(mira.post("/api/v1/messages", letter(nora, "two", 3600, "signal")).status, 202);
  EventReader reader(nora);
  const Json first = reader.message();
  EXPECT_EQ(first["from"], mira.id_text());
  EXPECT_EQ(first["id"], sent.json()["id"]);
  EXPECT_EQ(body_of(first), "one");
  EXPECT_EQ(first["sent_at"], to_unix_ms(tracker.clock.wall()));
  const Json second = reader.message();
  EXPECT_EQ(body_of(second), "two");
  EXPECT_EQ(second["kind"], "signal");
}

TEST_F(Messages, come_to_an_open_stream_at_once) {
  EventReader reader(nora);
  EXPECT_EQ(reader.line(), "") << "a first sign of life";
  for (int i = 0; i < 100; ++i)
    ASSERT_EQ(mira.post("/api/v1/messages", letter(nora, std::to_string(i))).status, 202) << i;
  for (int i = 0; i < 100; ++i) EXPECT_EQ(body_of(reader.message()), std::to_string(i));
}

TEST_F(Messages, come_again_until_they_are_acknowledged) {
  ASSERT_EQ(mira.post("/api/v1/messages", letter(nora, "one")).status, 202);
  ASSERT_EQ(mira.post("/api/v1/messages", letter(nora, "two")).status, 202);
  Json first;
  {
    EventReader reader(nora);
    first = reader.message();
  }
  EventReader again(nora);
  EXPECT_EQ(again.message(), first);
  EXPECT_EQ(nora.post("/api/v1/messages/acknowledge", {{"ids", {first["id"], 999999}}}).status, 204);
  EventReader last(nora);
  EXPECT_EQ(body_of(last.message()), "two");
}

TEST_F(Messages, nobody_acknowledges_those_of_others) {
  const Json sent = mira.post("/api/v1/messages", letter(nora, "one")).json();
  EXPECT_EQ(mira.post("/api/v1/messages/acknowledge", {{"ids", {sent["id"]}}}).status, 204);
  EventReader reader(nora);
  EXPECT_EQ(body_of(reader.message()), "one");
}

TEST_F(Messages, a_newer_stream_ends_the_older) {
  EventReader older(nora);
  EXPECT_EQ(older.line(), "");
  EventReader newer(nora);
  EXPECT_EQ(newer.line(), "");
  EXPECT_EQ(older.line(), std::nullopt);
  ASSERT_EQ(mira.post("/api/v1/messages", letter(nora, "one")).status, 202);
  EXPECT_EQ(body_of(newer.message()), "one");
}

TEST_F(Messages, that_are_not_to_be_held_go_to_the_present_only) {
  const Reply refused = mira.post("/api/v1/messages", letter(nora, "now", 0));
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.code(), "unreachable");
  ASSERT_EQ(nora.put("/api/v1/presence", Json::object()).status, 200);
  EventReader reader(nora);
  const Reply sent = mira.post("/api/v1/messages", letter(nora, "now", 0));
  EXPECT_EQ(sent.status, 202);
  EXPECT_EQ(sent.json()["online"], true);
  EXPECT_EQ(body_of(reader.message()), "now");
}

TEST_F(Messages, expire) {
  ASSERT_EQ(mira.post("/api/v1/messages", letter(nora, "late", 60)).status, 202);
  tracker.clock.advance(60s);
  ASSERT_EQ(mira.post("/api/v1/messages", letter(nora, "fresh", 60)).status, 202);
  EventReader reader(nora);
  EXPECT_EQ(body_of(reader.message()), "fresh");
}

TEST_F(Messages, are_refused_beyond_their_bounds) {
  EXPECT_EQ(mira.post("/api/v1/messages", letter(nora, std::string(32 * 1024, 'x'))).status, 202);
  EXPECT_EQ(mira.post("/api/v1/messages", letter(nora, std::string(32 * 1024 + 1, 'x'))).status, 400);
  EXPECT_EQ(mira.post("/api/v1/messages", letter(nora, "", 7 * 24 * 3600)).status, 202);
  EXPECT_EQ(mira.post("/api/v1/messages", letter(nora, "", 7 * 24 * 3600 + 1)).status, 400);
  for (const char* kind : {"", "Chat", "a b", "a_b", "'", "aaaaaaaaaabbbbbbbbbbccccccccccddd"}) {
    EXPECT_EQ(mira.post("/api/v1/messages", letter(nora, "x", 60, kind)).status, 400) << kind;
  }
  Json body = letter(nora, "x");
  body["hold_seconds"] = -1;
  EXPECT_EQ(mira.post("/api/v1/messages", body).status, 400);
  Peer stranger(tracker);
  EXPECT_EQ(mira.post("/api/v1/messages", letter(stranger, "x")).status, 404);
  EXPECT_EQ(mira.post("/api/v1/messages", letter(stranger, "x", 0)).status, 404);
  EXPECT_EQ(mira.post("/api/v1/messages/acknowledge", {{"ids", std::vector<int>(1001)}}).status, 400);
  EXPECT_EQ(mira.post("/api/v1/messages/acknowledge", {{"ids", {-1}}}).status, 400);
  EXPECT_EQ(mira.post("/api/v1/messages/acknowledge", Json::object()).status, 400);
}

TEST_F(Messages, a_full_mailbox_takes_no_more) {
  int status = 202;
  int sent = 0;
  for (; sent < 2000 && status == 202; ++sent)
    status = mira.post("/api/v1/messages", letter(nora, "x")).status;
  EXPECT_EQ(status, 429);
  EXPECT_EQ(sent, 101) << "a hundred of one sender";
}

struct QuickHeartbeat : Messages {
  static Limits limits() {
    Limits limits = RunningTracker::generous();
    limits.heartbeat = 20ms;
    return limits;
  }
  QuickHeartbeat() : Messages(limits()) {}
};

TEST_F(QuickHeartbeat, shows_that_the_tracker_lives_and_notices_a_ban) {
  EventReader reader(nora);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(reader.line(), "");
  ASSERT_TRUE(tracker.store->set_member_state(nora.id(), registry::MemberState::kBanned));
  while (reader.line()) {
  }
  EXPECT_TRUE(tracker.eventually([&] { return tracker.tracker->metrics.streams == 0; }));
}

TEST_F(QuickHeartbeat, notices_a_reader_that_went_away) {
  {
    EventReader reader(nora);
    EXPECT_EQ(reader.line(), "");
  }
  EXPECT_TRUE(tracker.eventually([&] { return tracker.tracker->metrics.streams == 0; }));
}

}  // namespace
}  // namespace covey::tracker
