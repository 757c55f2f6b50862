// Two trackers over one PostgreSQL: what is done at one holds at the other.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/base64.hpp"
#include "registry/postgres_fixture.hpp"
#include "tracker/server_fixture.hpp"

namespace covey::tracker {
namespace {

struct Replicas : ::testing::Test {
  static Limits limits() {
    Limits limits = RunningTracker::generous();
    limits.heartbeat = 1h;  // what comes, comes by the bell
    return limits;
  }
  std::unique_ptr<registry::FreshDatabase> database = registry::fresh_postgres();
  RunningTracker first{limits(), database->where()};
  RunningTracker second{limits(), database->where(), &first};
};

TEST_F(Replicas, a_token_of_one_is_good_at_the_other) {
  Peer peer(first);
  peer.join("mira");
  Peer same(second);
  same.token = peer.token;
  EXPECT_EQ(same.get("/api/v1/members/me").json()["name"], "mira");
  const auto share = peer.announce("Film");
  EXPECT_EQ(same.get(share_path(share)).status, 200);
}

TEST_F(Replicas, a_challenge_is_good_once_in_all) {
  Peer peer(first);
  const Json body = peer.login_body(peer.challenge());
  Peer elsewhere(second);
  EXPECT_EQ(elsewhere.post("/api/v1/login", body).status, 200);
  EXPECT_EQ(peer.post("/api/v1/login", body).status, 403);
}

TEST_F(Replicas, a_message_reaches_the_stream_wherever_it_is) {
  Peer mira(first);
  mira.join("mira");
  Peer nora(second);
  nora.join("nora");
  EventReader reader(nora);
  EXPECT_EQ(reader.line(), "");
  const Reply sent = mira.post("/api/v1/messages", {{"to", nora.id_text()},
                                                    {"kind", "chat"},
                                                    {"body", crypto::to_base64url(as_bytes("hello"))},
                                                    {"hold_seconds", 60}});
  ASSERT_EQ(sent.status, 202) << sent.body;
  EXPECT_EQ(reader.message()["id"], sent.json()["id"]);
}

TEST_F(Replicas, a_ban_holds_at_both) {
  Peer peer(first);
  peer.join("mallory");
  Peer same(second);
  same.token = peer.token;
  EXPECT_EQ(same.get("/api/v1/peers").status, 200);
  ASSERT_TRUE(first.store->set_member_state(peer.id(), registry::MemberState::kBanned));
  EXPECT_EQ(peer.get("/api/v1/peers").status, 403);
  EXPECT_EQ(same.get("/api/v1/peers").status, 403);
}

TEST_F(Replicas, one_name_goes_to_one_of_two_who_want_it_at_once) {
  Peer mira(first);
  Peer nora(second);
  ASSERT_EQ(mira.login().status, 200);
  ASSERT_EQ(nora.login().status, 200);
  for (int round = 0; round < 10; ++round) {
    const std::string name = "name-" + std::string(1, static_cast<char>('a' + round)) + "z";
    Peer here(first);
    Peer there(second);
    ASSERT_EQ(here.login().status, 200);
    ASSERT_EQ(there.login().status, 200);
    auto other = std::async(std::launch::async, [&] { return there.register_as(name).status; });
    const int one = here.register_as(name).status;
    const int two = other.get();
    EXPECT_EQ(std::min(one, two), 201) << name;
    EXPECT_EQ(std::max(one, two), 409) << name;
  }
}

}  // namespace
}  // namespace covey::tracker
