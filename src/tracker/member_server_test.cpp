// Names at a running tracker: who gets one, who does not and why, and what others see.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/base64.hpp"
#include "tracker/admin.hpp"
#include "tracker/server_fixture.hpp"

namespace covey::tracker {
namespace {

using ::testing::HasSubstr;

Result<identity::Membership> membership_in(const RunningTracker& tracker, const Json& json) {
  const auto record = crypto::from_base64url(json.value("membership", ""));
  EXPECT_TRUE(record) << json.dump();
  return identity::verify_membership(*record, tracker.keys->network.public_key(), tracker.clock.wall());
}

TEST(Members, a_registered_peer_can_show_its_membership) {
  RunningTracker tracker;
  Peer peer(tracker);
  ASSERT_EQ(peer.login().status, 200);
  const Reply reply = peer.register_as("mira");
  ASSERT_EQ(reply.status, 201) << reply.body;
  const auto membership = membership_in(tracker, reply.json());
  ASSERT_TRUE(membership) << to_string(membership.error());
  EXPECT_EQ(membership->claim.peer, peer.id());
  EXPECT_EQ(membership->claim.name.text(), "mira");
  EXPECT_EQ(membership->expires_at - membership->issued_at, 48h);
  EXPECT_EQ(peer.register_as("mira").status, 201) << "again, after an answer that was lost";
}

TEST(Members, a_membership_is_fresh_each_time) {
  RunningTracker tracker;
  Peer peer(tracker);
  peer.join("mira");
  const auto first = membership_in(tracker, peer.get("/api/v1/members/me").json());
  tracker.clock.advance(10min);
  const Reply reply = peer.get("/api/v1/members/me");
  EXPECT_EQ(reply.json()["state"], "active");
  const auto second = membership_in(tracker, reply.json());
  ASSERT_TRUE(first && second);
  EXPECT_EQ(second->issued_at - first->issued_at, 10min);
}

TEST(Members, names_that_are_taken_or_look_like_it_are_refused) {
  RunningTracker tracker;
  Peer first(tracker);
  first.join("mike-o");
  Peer second(tracker);
  ASSERT_EQ(second.login().status, 200);
  for (const char* name : {"mike-o", "mike-0", "rnike.o", "mikeo"}) {
    const Reply reply = second.register_as(name);
    EXPECT_EQ(reply.status, 409) << name;
    EXPECT_FALSE(reply.message().empty());
  }
  EXPECT_EQ(first.register_as("other").status, 409) << "one name for a peer";
  EXPECT_EQ(second.register_as("nora").status, 201);
}

TEST(Members, reserved_names_are_nobodys) {
  RunningTracker tracker;
  Peer peer(tracker);
  ASSERT_EQ(peer.login().status, 200);
  for (const char* name : {"admin", "adm1n", "covey", "tracker", "root"}) {
    const Reply reply = peer.register_as(name);
    EXPECT_EQ(reply.status, 403) << name;
    EXPECT_THAT(reply.message(), HasSubstr("reserved"));
  }
}

TEST(Members, a_claim_must_be_the_callers_for_this_network_and_of_today) {
  RunningTracker tracker;
  RunningTracker elsewhere;
  Peer peer(tracker);
  Peer other(tracker);
  Peer foreign(elsewhere);
  ASSERT_EQ(peer.login().status, 200);
  EXPECT_EQ(peer.post("/api/v1/members", other.claim("nora")).status, 403);
  EXPECT_EQ(peer.post("/api/v1/members", foreign.claim("nora")).status, 403);
  Json unsigned_claim = peer.claim("nora");
  unsigned_claim["signature"] = other.claim("nora")["signature"];
  EXPECT_EQ(peer.post("/api/v1/members", unsigned_claim).status, 403);
  const Json stale = peer.claim("nora");
  tracker.clock.advance(25h);
  ASSERT_EQ(peer.login().status, 200);
  EXPECT_THAT(peer.post("/api/v1/members", stale).message(), HasSubstr("compare the clocks"));
  Json broken = peer.claim("nora");
  broken["claim"] = "AAAA";
  EXPECT_EQ(peer.post("/api/v1/members", broken).status, 400);
  EXPECT_EQ(peer.get("/api/v1/members/me").status, 404) << "none of it registered anybody";
  peer.token.clear();
  EXPECT_EQ(peer.register_as("nora").status, 401);
}

TEST(Members, by_invitation_only_who_has_a_code_gets_in) {
  RunningTracker tracker;
  Admin admin(*tracker.store, OutputForm::kJson, tracker.clock.wall());
  ASSERT_TRUE(admin.set_registration(registry::Registration::kInvite));
  const Json made =
      Json::parse(admin.invite({.uses = 1, .life = 1h, .note = "for mira"}, tracker.random).value());
  Peer peer(tracker);
  ASSERT_EQ(peer.login().status, 200);
  EXPECT_EQ(peer.get("/api/v1/network").json()["registration"], "invite");
  EXPECT_THAT(peer.register_as("mira").message(), HasSubstr("invitation"));
  Json claim = peer.claim("mira");
  claim["invite"] = "aaaa-bbbb-cccc-dddd";
  EXPECT_EQ(peer.post("/api/v1/members", claim).status, 403);
  claim["invite"] = made["code"];
  EXPECT_EQ(peer.post("/api/v1/members", claim).status, 201);
  EXPECT_EQ(peer.register_as("mira").status, 201) << "who is in needs no code";
  Peer second(tracker);
  ASSERT_EQ(second.login().status, 200);
  claim = second.claim("nora");
  claim["invite"] = made["code"];
  EXPECT_EQ(second.post("/api/v1/members", claim).status, 403) << "used up";
}

TEST(Members, an_expired_invite_lets_nobody_in) {
  RunningTracker tracker;
  Admin admin(*tracker.store, OutputForm::kJson, tracker.clock.wall());
  ASSERT_TRUE(admin.set_registration(registry::Registration::kInvite));
  const Json made = Json::parse(admin.invite({.uses = 5, .life = 1h, .note = {}}, tracker.random).value());
  tracker.clock.advance(1h);
  Peer peer(tracker);
  ASSERT_EQ(peer.login().status, 200);
  Json claim = peer.claim("mira");
  claim["invite"] = made["code"];
  EXPECT_EQ(peer.post("/api/v1/members", claim).status, 403);
}

TEST(Members, by_approval_a_peer_waits_until_it_is_let_in) {
  RunningTracker tracker;
  Admin admin(*tracker.store, OutputForm::kText, tracker.clock.wall());
  ASSERT_TRUE(admin.set_registration(registry::Registration::kApproval));
  Peer peer(tracker);
  ASSERT_EQ(peer.login().status, 200);
  const Reply reply = peer.register_as("mira");
  EXPECT_EQ(reply.status, 202);
  EXPECT_EQ(reply.json()["state"], "waiting");
  EXPECT_EQ(peer.get("/api/v1/members/me").json()["state"], "waiting");
  EXPECT_FALSE(peer.get("/api/v1/members/me").json().contains("membership"));
  EXPECT_THAT(peer.get("/api/v1/shares").message(), HasSubstr("waits"));
  EXPECT_EQ(peer.get("/api/v1/shares").status, 403);
  ASSERT_TRUE(admin.approve("mira"));
  EXPECT_EQ(peer.get("/api/v1/shares").status, 200);
  EXPECT_EQ(peer.login().json()["state"], "active");
}

TEST(Members, members_see_one_another) {
  RunningTracker tracker;
  Peer mira(tracker);
  Peer nora(tracker);
  mira.join("mira");
  nora.join("nora");
  Reply reply = mira.get("/api/v1/members/nora");
  ASSERT_EQ(reply.status, 200);
  EXPECT_EQ(reply.json()["peer_id"], nora.id_text());
  EXPECT_EQ(reply.json()["online"], false);
  EXPECT_TRUE(membership_in(tracker, reply.json()));
  ASSERT_EQ(nora.put("/api/v1/presence", {{"addresses", {"192.0.2.7:7440"}}}).status, 200);
  reply = mira.get("/api/v1/members/" + nora.id_text());
  EXPECT_EQ(reply.json()["online"], true);
  EXPECT_EQ(reply.json()["addresses"][0], "192.0.2.7:7440");
}

TEST(Members, who_does_not_exist_is_not_found_whatever_the_name) {
  RunningTracker tracker;
  Peer peer(tracker);
  peer.join("mira");
  EXPECT_EQ(peer.get("/api/v1/members/nobody").status, 404);
  for (const char* name :
       {"'%20OR%201=1--", "%00", "a%22b", "x%3B%20DROP%20TABLE%20members", "%25", "%zz", "Mira"}) {
    EXPECT_EQ(peer.get("/api/v1/members/" + std::string(name)).status, 400) << name;
  }
  EXPECT_EQ(peer.get("/api/v1/members/me").status, 200) << "all tables are there";
}

}  // namespace
}  // namespace covey::tracker
