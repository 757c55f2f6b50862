// A running tracker against clients that ask too much, too fast, too slowly or for what there is not.

#include <atomic>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "crypto/base64.hpp"
#include "tracker/raw_connection.hpp"
#include "tracker/server_fixture.hpp"

namespace covey::tracker {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view kHealth = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n";

TEST(Http, what_there_is_not_is_told_in_json) {
  RunningTracker tracker;
  Peer peer(tracker);
  EXPECT_EQ(peer.get("/api/v1/nothing").status, 404);
  EXPECT_EQ(peer.get("/").status, 404);
  EXPECT_EQ(peer.get("/api/v1/members/../../etc/passwd").status, 404);
  const Reply wrong = peer.remove("/api/v1/members");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.fields.at("allow"), "POST");
  EXPECT_EQ(peer.get("/api/v1/presence").fields.at("allow"), "PUT, DELETE");
  EXPECT_EQ(peer.ask("POST", "/api/v1/login", "a=b", "application/x-www-form-urlencoded").status, 415);
}

TEST(Http, large_bodies_and_heads_are_refused) {
  RunningTracker tracker;
  Peer peer(tracker);
  const std::string large = "{\"x\":\"" + std::string(kMaxBodyBytes, 'x') + "\"}";
  const Reply reply = peer.ask("POST", "/api/v1/login", large);
  EXPECT_EQ(reply.status, 413);
  EXPECT_THAT(reply.message(), HasSubstr("at most"));
  EXPECT_EQ(peer.ask("POST", "/api/v1/login", std::string(3 * kMaxBodyBytes, 'x')).status, 0) << "closed";
  RawConnection head(tracker.port());
  ASSERT_TRUE(head.shake_hands());
  std::string fields;
  for (int i = 0; i < 3; ++i) fields += "X-" + std::to_string(i) + ": " + std::string(7000, 'x') + "\r\n";
  head.send("GET /health HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n");
  EXPECT_THAT(head.receive_until("}}"), StartsWith("HTTP/1.1 431"));
  RawConnection many(tracker.port());
  ASSERT_TRUE(many.shake_hands());
  many.send("GET /health HTTP/1.1\r\n");
  for (int i = 0; i < 100; ++i) many.send("X: 1\r\n");
  EXPECT_EQ(many.receive_all(), "") << "closed";
  EXPECT_EQ(peer.get("/health").status, 200);
}

TEST(Http, garbage_and_upgrades_are_refused) {
  RunningTracker tracker;
  RawConnection garbage(tracker.port());
  ASSERT_TRUE(garbage.shake_hands());
  garbage.send(std::string(1000, '\xff'));
  EXPECT_EQ(garbage.receive_all(), "");
  RawConnection plain(tracker.port());
  plain.send(kHealth);
  EXPECT_THAT(plain.receive_all(), Not(HasSubstr("HTTP/1.1 200")));
  RawConnection upgrade(tracker.port());
  ASSERT_TRUE(upgrade.shake_hands());
  upgrade.send("GET /health HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  EXPECT_THAT(upgrade.receive_until("}}"), StartsWith("HTTP/1.1 400"));
}

TEST(Http, a_head_request_does_not_put_answers_out_of_step) {
  RunningTracker tracker;
  RawConnection head(tracker.port());
  ASSERT_TRUE(head.shake_hands());
  head.send(
      "HEAD /health HTTP/1.1\r\nHost: x\r\n\r\nGET /nothing HTTP/1.1\r\nHost: x\r\nConnection: "
      "close\r\n\r\n");
  const std::string answers = head.receive_all();
  EXPECT_THAT(answers, StartsWith("HTTP/1.1 405"));
  EXPECT_THAT(answers, HasSubstr("\r\n\r\nHTTP/1.1 404")) << "nothing stands between the two";
}

TEST(Http, speaks_tls_13_only) {
  RunningTracker tracker;
  RawConnection old(tracker.port());
  EXPECT_FALSE(old.shake_hands(TLS1_2_VERSION));
  RawConnection current(tracker.port());
  EXPECT_TRUE(current.shake_hands());
}

TEST(Http, serves_many_requests_on_one_connection) {
  RunningTracker tracker;
  RawConnection connection(tracker.port());
  ASSERT_TRUE(connection.shake_hands());
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(connection.send(kHealth));
    ASSERT_THAT(connection.receive_until("}"), StartsWith("HTTP/1.1 200"));
  }
}

TEST(Slow, a_request_that_trickles_in_is_cut_off_and_an_idle_connection_is_not) {
  Limits limits = RunningTracker::generous();
  limits.request_timeout = 100ms;
  RunningTracker tracker(limits);
  RawConnection idle(tracker.port());
  ASSERT_TRUE(idle.shake_hands());
  RawConnection slow(tracker.port());
  ASSERT_TRUE(slow.shake_hands());
  slow.send("GET /hea");
  EXPECT_EQ(slow.receive_all(), "");
  RawConnection body(tracker.port());
  ASSERT_TRUE(body.shake_hands());
  body.send("POST /api/v1/login HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{");
  EXPECT_EQ(body.receive_all(), "");
  idle.send(kHealth);
  EXPECT_THAT(idle.receive_until("}"), StartsWith("HTTP/1.1 200"));
}

TEST(Slow, an_idle_connection_ends_after_its_own_time) {
  Limits limits = RunningTracker::generous();
  limits.idle_timeout = 100ms;
  RunningTracker tracker(limits);
  RawConnection idle(tracker.port());
  ASSERT_TRUE(idle.shake_hands());
  EXPECT_EQ(idle.receive_all(), "");
}

TEST(Slow, a_handshake_has_a_deadline) {
  Limits limits = RunningTracker::generous();
  limits.handshake_timeout = 100ms;
  RunningTracker tracker(limits);
  RawConnection silent(tracker.port());
  ASSERT_TRUE(silent.connected());
  EXPECT_EQ(silent.receive_all(), "");
  EXPECT_TRUE(tracker.eventually([&] { return tracker.tracker->metrics.connections == 0; }));
}

TEST(Flood, a_peer_that_asks_too_fast_is_told_when_to_come_again) {
  Limits limits = RunningTracker::generous();
  limits.requests_of_one_peer = {1, 5};
  RunningTracker tracker(limits);
  Peer mira(tracker);
  Peer nora(tracker);
  ASSERT_EQ(mira.login().status, 200);
  ASSERT_EQ(nora.login().status, 200);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(mira.get("/api/v1/members/me").status, 404);
  const Reply refused = mira.get("/api/v1/members/me");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.fields.at("retry-after"), "1");
  EXPECT_EQ(nora.get("/api/v1/members/me").status, 404) << "another peer";
  tracker.clock.advance(1s);
  EXPECT_EQ(mira.get("/api/v1/members/me").status, 404);
}

TEST(Flood, an_address_that_asks_or_logs_in_too_fast_is_told_as_well) {
  Limits limits = RunningTracker::generous();
  limits.logins_of_one_address = {1, 3};
  limits.requests_of_one_address = {1, 20};
  RunningTracker tracker(limits);
  Peer peer(tracker);
  ASSERT_EQ(peer.login().status, 200);
  EXPECT_EQ(peer.post("/api/v1/login/challenge", {{"peer_id", peer.id_text()}}).status, 429);
  EXPECT_EQ(peer.get("/health").status, 200) << "only logins are over";
  int status = 200;
  for (int i = 0; i < 40 && status == 200; ++i) status = peer.get("/health").status;
  EXPECT_EQ(status, 429);
  EXPECT_EQ(tracker.on_network([&] { return tracker.tracker->metrics.rate_limited; }), 2U);
}

TEST(Flood, connections_of_one_address_are_bounded_and_come_free_again) {
  Limits limits = RunningTracker::generous();
  limits.connections_of_one_address = 3;
  RunningTracker tracker(limits);
  std::vector<std::unique_ptr<RawConnection>> open;
  for (int i = 0; i < 3; ++i) {
    open.push_back(std::make_unique<RawConnection>(tracker.port()));
    ASSERT_TRUE(open.back()->shake_hands());
  }
  RawConnection fourth(tracker.port());
  EXPECT_FALSE(fourth.shake_hands());
  open.clear();
  EXPECT_TRUE(tracker.eventually([&] { return tracker.tracker->metrics.connections == 0; }));
  RawConnection again(tracker.port());
  EXPECT_TRUE(again.shake_hands());
  EXPECT_EQ(tracker.on_network([&] { return tracker.tracker->metrics.refused_connections; }), 1U);
}

TEST(Flood, handshakes_of_one_address_are_bounded_in_time) {
  Limits limits = RunningTracker::generous();
  limits.handshakes_of_one_address = {1, 2};
  RunningTracker tracker(limits);
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(RawConnection(tracker.port()).shake_hands());
  EXPECT_FALSE(RawConnection(tracker.port()).shake_hands());
  tracker.clock.advance(1s);
  EXPECT_TRUE(RawConnection(tracker.port()).shake_hands());
}

TEST(Flood, accepting_goes_on_after_descriptors_ran_out) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizers need descriptors of their own to look at memory";
#endif
  RunningTracker tracker;
  RawConnection first(tracker.port());
  ASSERT_TRUE(first.shake_hands());
  first.send(kHealth);
  ASSERT_THAT(first.receive_until("}"), StartsWith("HTTP/1.1 200"));
  RawConnection second;  // has its descriptor on this side already
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  none.rlim_cur = 3;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  second.connect(tracker.port());
  for (int i = 0; i < 3; ++i) {
    first.send(kHealth);
    EXPECT_THAT(first.receive_until("}"), StartsWith("HTTP/1.1 200")) << "who is in is served";
  }
  EXPECT_EQ(tracker.on_network([&] { return tracker.tracker->metrics.connections; }), 1U)
      << "it was not accepted";
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_TRUE(second.shake_hands());
}

TEST(Watching, health_and_metrics) {
  RunningTracker tracker;
  Peer peer(tracker);
  peer.join("mira");
  peer.announce("Film");
  peer.get("/elsewhere/<script>");
  const Reply health = peer.get("/health");
  EXPECT_EQ(health.json()["status"], "ok");
  RawConnection raw(tracker.port());
  ASSERT_TRUE(raw.shake_hands());
  raw.send("GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string page = raw.receive_all();
  EXPECT_THAT(page, HasSubstr("Content-Type: text/plain"));
  EXPECT_THAT(
      page,
      HasSubstr(
          "covey_tracker_requests_total{method=\"POST\",route=\"/api/v1/members\",status=\"201\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("route=\"none\",status=\"404\"} 1\n"));
  EXPECT_THAT(page, Not(HasSubstr("script")));
  EXPECT_THAT(page, HasSubstr("covey_tracker_members 1\n"));
  EXPECT_THAT(page, HasSubstr("covey_tracker_shares 1\n"));
  EXPECT_THAT(page, HasSubstr("covey_tracker_request_seconds_bucket{le=\"+Inf\"}"));
}

TEST(Watching, answers_while_many_ask_at_once) {
  RunningTracker tracker;
  Peer owner(tracker);
  owner.join("mira");
  const auto share = owner.announce("Film");
  std::vector<std::thread> crowd;
  std::atomic<int> good = 0;
  for (int i = 0; i < 8; ++i) {
    crowd.emplace_back([&, i] {
      Peer peer(tracker);
      peer.join("peer-" + std::string(1, static_cast<char>('a' + i)) + "x");
      for (int k = 0; k < 20; ++k) {
        if (peer.get(share_path(share)).status == 200) ++good;
        peer.put("/api/v1/presence", Json::object());
      }
    });
  }
  for (std::thread& one : crowd) one.join();
  EXPECT_EQ(good, 160);
}

}  // namespace
}  // namespace covey::tracker
