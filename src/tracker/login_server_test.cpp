// Logging in at a running tracker, and every way in which it is refused.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/base64.hpp"
#include "tracker/server_fixture.hpp"

namespace covey::tracker {
namespace {

using ::testing::HasSubstr;

TEST(Login, tells_the_network_to_whoever_asks) {
  RunningTracker tracker;
  Peer peer(tracker);
  const Reply reply = peer.get("/api/v1/network");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.json()["network"], crypto::to_base64url(tracker.keys->network.public_key().view()));
  EXPECT_EQ(reply.json()["link"], "covey-network:test");
  EXPECT_EQ(reply.fields.at("cache-control"), "no-store");
}

TEST(Login, gives_a_token_for_a_quarter_of_an_hour) {
  RunningTracker tracker;
  Peer peer(tracker);
  const Reply login = peer.login();
  EXPECT_EQ(login.status, 200) << login.body;
  EXPECT_EQ(login.json()["state"], "unknown");
  EXPECT_EQ(login.json()["expires_in"], 900);
  EXPECT_EQ(peer.get("/api/v1/members/me").status, 404) << "not registered, but let in";
  ASSERT_EQ(peer.register_as("mira").status, 201);
  EXPECT_EQ(peer.get("/api/v1/members/me").status, 200);
  tracker.clock.advance(15min);
  EXPECT_EQ(peer.get("/api/v1/members/me").status, 401);
  EXPECT_THAT(peer.get("/api/v1/members/me").message(), HasSubstr("log in again"));
  const Reply again = peer.login();
  EXPECT_EQ(again.json()["state"], "active");
  EXPECT_EQ(again.json()["name"], "mira");
}

TEST(Login, a_challenge_is_good_once) {
  RunningTracker tracker;
  Peer peer(tracker);
  const Json body = peer.login_body(peer.challenge());
  EXPECT_EQ(peer.post("/api/v1/login", body).status, 200);
  const Reply replay = peer.post("/api/v1/login", body);
  EXPECT_EQ(replay.status, 403);
  EXPECT_EQ(replay.code(), "refused");
  EXPECT_THAT(replay.message(), HasSubstr("answered before"));
}

TEST(Login, a_challenge_is_good_for_its_peer_and_a_minute) {
  RunningTracker tracker;
  Peer peer(tracker);
  Peer other(tracker);
  EXPECT_EQ(other.post("/api/v1/login", other.login_body(peer.challenge())).status, 403);
  const Challenge late = peer.challenge();
  tracker.clock.advance(60s);
  EXPECT_EQ(peer.post("/api/v1/login", peer.login_body(late)).status, 410);
  Challenge invented;
  tracker.random.fill(invented.mutable_view());
  EXPECT_EQ(peer.post("/api/v1/login", peer.login_body(invented)).status, 403);
}

TEST(Login, a_wrong_signature_is_refused_and_spends_nothing) {
  RunningTracker tracker;
  Peer peer(tracker);
  Peer other(tracker);
  const Challenge challenge = peer.challenge();
  Json body = peer.login_body(challenge);
  body["signature"] = other.login_body(challenge)["signature"];
  EXPECT_EQ(peer.post("/api/v1/login", body).status, 403);
  body["signature"] = crypto::to_base64url(Bytes(64));
  EXPECT_EQ(peer.post("/api/v1/login", body).status, 403);
  EXPECT_EQ(peer.post("/api/v1/login", peer.login_body(challenge)).status, 200);
}

TEST(Login, hostile_bodies_are_400) {
  RunningTracker tracker;
  Peer peer(tracker);
  const std::string id = peer.id_text();
  const std::string deep = R"({"peer_id":)" + std::string(5000, '[') + std::string(5000, ']') + "}";
  for (const std::string& body : {std::string(), std::string("{}"), std::string("[]"), std::string("null"),
                                  std::string("{\"peer_id\":1}"), std::string(R"({"peer_id":"abc"})"),
                                  std::string(R"({"peer_id":NaN})"), std::string(R"({"peer_id":1e999})"),
                                  R"({"peer_id":")" + id + R"(","peer_id":")" + id + R"("})", deep,
                                  std::string("\xff\xfe"), std::string("{\"peer_id\":\"' OR 1=1 --\"}")}) {
    EXPECT_EQ(peer.ask("POST", "/api/v1/login/challenge", body).status, 400) << body.substr(0, 80);
    EXPECT_EQ(peer.ask("POST", "/api/v1/login", body).status, 400) << body.substr(0, 80);
  }
  Json body = peer.login_body(peer.challenge());
  body["challenge"] = "AAAA";
  EXPECT_THAT(peer.post("/api/v1/login", body).message(), HasSubstr("3 bytes, not 32"));
}

TEST(Login, tokens_of_others_open_nothing) {
  RunningTracker tracker;
  RunningTracker foreign;
  Peer peer(tracker);
  Peer stranger(foreign);
  ASSERT_EQ(peer.login().status, 200);
  ASSERT_EQ(stranger.login().status, 200);
  const std::string own = peer.token;
  const std::string unsigned_token = crypto::to_base64url(as_bytes(R"({"alg":"none","typ":"JWT"})")) +
                                     own.substr(own.find('.'), own.rfind('.') - own.find('.')) + ".";
  for (const std::string& token : {stranger.token, unsigned_token, own + "A", own.substr(1), std::string("x"),
                                   std::string(2000, 'A'), std::string()}) {
    peer.token = token;
    const Reply reply = peer.get("/api/v1/members/me");
    EXPECT_EQ(reply.status, 401) << token.substr(0, 60);
  }
}

TEST(Login, a_banned_peer_is_refused_and_its_token_dies) {
  RunningTracker tracker;
  Peer peer(tracker);
  peer.join("mallory");
  EXPECT_EQ(peer.get("/api/v1/peers").status, 200);
  ASSERT_TRUE(tracker.store->set_member_state(peer.id(), registry::MemberState::kBanned));
  const Reply refused = peer.get("/api/v1/peers");
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(refused.message(), HasSubstr("banned"));
  EXPECT_EQ(peer.get("/api/v1/members/me").status, 403);
  EXPECT_EQ(peer.register_as("mallory").status, 403);
  EXPECT_EQ(peer.login().status, 403);
  ASSERT_TRUE(tracker.store->set_member_state(peer.id(), registry::MemberState::kActive));
  EXPECT_EQ(peer.login().status, 200);
}

TEST(Login, what_was_known_of_a_member_is_believed_for_a_moment_only) {
  Limits limits = RunningTracker::generous();
  limits.member_recheck = 2s;
  RunningTracker tracker(limits);
  Peer peer(tracker);
  peer.join("mallory");
  EXPECT_EQ(peer.get("/api/v1/peers").status, 200);
  ASSERT_TRUE(tracker.store->set_member_state(peer.id(), registry::MemberState::kBanned));
  tracker.clock.advance(2s);
  EXPECT_EQ(peer.get("/api/v1/peers").status, 403);
}

}  // namespace
}  // namespace covey::tracker
