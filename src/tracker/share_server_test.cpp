// Shares and presence at a running tracker: who may announce, who sees what, and that the hidden is like the
// missing.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/base64.hpp"
#include "tracker/server_fixture.hpp"

namespace covey::tracker {
namespace {

using access::Visibility;
using ::testing::HasSubstr;

struct Shares : ::testing::Test {
  RunningTracker tracker;
  Peer mira{tracker};
  Peer nora{tracker};
  void SetUp() override {
    mira.join("mira");
    nora.join("nora");
  }
};

TEST_F(Shares, what_is_announced_is_found_as_it_was_signed) {
  const auto share = mira.announce("Holiday photos");
  const Reply reply = nora.get(share_path(share));
  ASSERT_EQ(reply.status, 200) << reply.body;
  access::SignedShareListing listing;
  listing.payload = crypto::from_base64url(reply.json().value("listing", "")).value();
  listing.signature =
      crypto::Signature::from(crypto::from_base64url(reply.json().value("signature", "")).value());
  const auto verified = access::verify(listing, tracker.keys->network.public_key(), tracker.clock.wall());
  ASSERT_TRUE(verified) << to_string(verified.error());
  EXPECT_EQ(verified->share.title, "Holiday photos");
  EXPECT_EQ(reply.json()["owner_name"], "mira");
  EXPECT_EQ(reply.json()["owner_online"], false);
}

TEST_F(Shares, a_newer_listing_replaces_an_older_one_never_the_reverse) {
  const auto share = tracker.random.fixed<access::ShareId>();
  const auto announce = [&](std::uint64_t sequence) {
    return mira.put(share_path(share), mira.announcement(share, "x", Visibility::kNetwork, sequence)).status;
  };
  EXPECT_EQ(announce(5), 201);
  EXPECT_EQ(announce(6), 200);
  EXPECT_EQ(announce(6), 409);
  EXPECT_EQ(announce(5), 409);
}

TEST_F(Shares, only_the_owner_announces_and_withdraws) {
  const auto share = mira.announce("mine");
  const Json stolen = mira.announcement(share, "mine", Visibility::kNetwork, 9);
  EXPECT_EQ(nora.put(share_path(share), stolen).status, 403);
  EXPECT_EQ(nora.put(share_path(share), nora.announcement(share, "yours", Visibility::kNetwork, 9)).status,
            409);
  EXPECT_EQ(nora.remove(share_path(share)).status, 404);
  EXPECT_EQ(nora.get(share_path(share)).status, 200);
  EXPECT_EQ(mira.remove(share_path(share)).status, 204);
  EXPECT_EQ(nora.get(share_path(share)).status, 404);
  EXPECT_EQ(mira.remove(share_path(share)).status, 404);
}

TEST_F(Shares, a_listing_must_be_whole_and_of_this_share_and_network) {
  const auto share = tracker.random.fixed<access::ShareId>();
  const auto other = tracker.random.fixed<access::ShareId>();
  EXPECT_EQ(mira.put(share_path(share), mira.announcement(other, "x")).status, 403);
  RunningTracker elsewhere;
  Peer foreign(elsewhere);
  EXPECT_EQ(mira.put(share_path(share), foreign.announcement(share, "x")).status, 403);
  Json changed = mira.announcement(share, "x");
  Bytes listing = crypto::from_base64url(changed.value("listing", "")).value();
  listing[40] ^= 1;
  changed["listing"] = crypto::to_base64url(listing);
  EXPECT_EQ(mira.put(share_path(share), changed).status, 403);
  changed["listing"] = crypto::to_base64url(ByteView(listing).first(50));
  EXPECT_EQ(mira.put(share_path(share), changed).status, 400);
  EXPECT_EQ(mira.put(share_path(share), Json::object()).status, 400);
  EXPECT_EQ(mira.put("/api/v1/shares/short", mira.announcement(share, "x")).status, 400);
  Json crowd = mira.announcement(share, "x");
  crowd["audience"] = {nora.id_text()};
  EXPECT_THAT(mira.put(share_path(share), crowd).message(), HasSubstr("'listed'"));
}

TEST_F(Shares, the_hidden_is_answered_exactly_as_the_missing) {
  Peer olga(tracker);
  olga.join("olga");
  const auto hidden = mira.announce("for nora alone", Visibility::kListed, {nora.id_text()});
  const auto missing = tracker.random.fixed<access::ShareId>();
  EXPECT_EQ(nora.get(share_path(hidden)).status, 200);
  EXPECT_EQ(mira.get(share_path(hidden)).status, 200);
  const auto same = [](const Reply& a, const Reply& b) {
    EXPECT_EQ(a.status, 404);
    EXPECT_EQ(a.status, b.status);
    EXPECT_EQ(a.body, b.body);
    EXPECT_EQ(a.fields.size(), b.fields.size());
  };
  same(olga.get(share_path(hidden)), olga.get(share_path(missing)));
  same(olga.remove(share_path(hidden)), olga.remove(share_path(missing)));
  same(olga.ask("PUT", share_path(hidden) + "/provider"), olga.ask("PUT", share_path(missing) + "/provider"));
  EXPECT_EQ(olga.get("/api/v1/shares").json()["total"], 0);
  EXPECT_EQ(olga.get("/api/v1/shares?q=nora").json()["shares"].size(), 0U);
  EXPECT_EQ(olga.get("/api/v1/shares?owner=mira").json()["total"], 0);
  EXPECT_EQ(nora.get("/api/v1/shares?owner=mira").json()["total"], 1);
}

TEST_F(Shares, search_finds_beginnings_of_words_page_by_page) {
  for (int i = 0; i < 5; ++i) mira.announce("Holiday photos " + std::to_string(i));
  nora.announce("Tax papers");
  EXPECT_EQ(nora.get("/api/v1/shares").json()["total"], 6);
  EXPECT_EQ(nora.get("/api/v1/shares?q=PHOT+hol").json()["total"], 5);
  EXPECT_EQ(nora.get("/api/v1/shares?q=phot+tax").json()["total"], 0);
  EXPECT_EQ(nora.get("/api/v1/shares?owner=nora").json()["total"], 1);
  EXPECT_EQ(nora.get("/api/v1/shares?owner=" + mira.id_text()).json()["total"], 5);
  EXPECT_EQ(nora.get("/api/v1/shares?owner=nobody").json()["total"], 0);
  std::string after;
  std::size_t found = 0;
  for (int pages = 0; pages < 10; ++pages) {
    const Json page = nora.get("/api/v1/shares?q=holiday&limit=2&after=" + after).json();
    found += page["shares"].size();
    after = page.value("next", "");
    if (after.empty()) break;
  }
  EXPECT_EQ(found, 5U);
  EXPECT_EQ(nora.get("/api/v1/shares?after=garbage").status, 400);
  EXPECT_EQ(nora.get("/api/v1/shares?limit=0").status, 400);
  EXPECT_EQ(nora.get("/api/v1/shares?limit=1000").status, 400);
}

TEST_F(Shares, pages_of_large_listings_have_fewer_of_them) {
  const std::vector<std::string> names(60, std::string(1000, 'n'));
  for (int i = 0; i < 40; ++i) {
    const auto share = tracker.random.fixed<access::ShareId>();
    ASSERT_EQ(
        mira.put(share_path(share), mira.announcement(share, "Large", Visibility::kNetwork, 1, {}, names))
            .status,
        201);
  }
  const Reply first = nora.get("/api/v1/shares?limit=40");
  EXPECT_LT(first.body.size(), 2 * kMaxPageBytes);
  EXPECT_EQ(first.json()["total"], 40);
  std::size_t found = first.json()["shares"].size();
  EXPECT_GT(found, 1U);
  for (std::string after = first.json()["next"]; !after.empty() && found < 100;) {
    const Json page = nora.get("/api/v1/shares?limit=40&after=" + after).json();
    found += page["shares"].size();
    after = page["next"];
  }
  EXPECT_EQ(found, 40U);
}

TEST_F(Shares, query_languages_are_words_like_others) {
  mira.announce("Robert'); DROP TABLE shares;--");
  for (const char* words : {"'", "\"", "%22photos%22", "a*", "NEAR(a,b)", "a+OR+b", "a+AND+NOT+b", "%27%3B--",
                            "title:x", "%00", "%ff%fe", "-a", "%5E", "(", "{a+b}:c"}) {
    const Reply reply = nora.get("/api/v1/shares?q=" + std::string(words));
    EXPECT_EQ(reply.status, 200) << words << reply.body;
    EXPECT_EQ(reply.json()["total"], 0) << words;
  }
  EXPECT_EQ(nora.get("/api/v1/shares?q=robert+drop+table").json()["total"], 1);
  EXPECT_EQ(nora.get("/api/v1/shares?q=" + std::string(300, 'a')).status, 400);
}

TEST_F(Shares, who_serves_it_is_told_while_present) {
  const auto share = mira.announce("Film");
  EXPECT_EQ(nora.get(share_path(share)).json()["providers"].size(), 0U);
  ASSERT_EQ(mira.put("/api/v1/presence", {{"addresses", {"192.0.2.1:7440"}}}).status, 200);
  ASSERT_EQ(nora.put("/api/v1/presence", {{"addresses", {"[2001:db8::2]:7440"}}}).status, 200);
  const Reply lease = nora.ask("PUT", share_path(share) + "/provider");
  EXPECT_EQ(lease.status, 200);
  EXPECT_EQ(lease.json()["expires_in"], 600);
  const Json found = nora.get(share_path(share)).json();
  EXPECT_EQ(found["owner_online"], true);
  ASSERT_EQ(found["providers"].size(), 2U);
  EXPECT_EQ(found["providers"][0]["name"], "mira");
  EXPECT_EQ(found["providers"][1]["addresses"][0], "[2001:db8::2]:7440");
  EXPECT_EQ(nora.remove(share_path(share) + "/provider").status, 204);
  EXPECT_EQ(nora.get(share_path(share)).json()["providers"].size(), 1U);
  tracker.clock.advance(50s);
  EXPECT_EQ(nora.get(share_path(share)).json()["providers"].size(), 0U);
}

TEST_F(Shares, presence_lasts_as_long_as_it_is_renewed) {
  Reply reply = mira.put("/api/v1/presence", {{"addresses", {"192.0.2.1:7440", "[2001:db8::1]:7440"}}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.json()["expires_in"], 50);
  EXPECT_EQ(reply.json()["seen_as"], "127.0.0.1");
  tracker.clock.advance(40s);
  ASSERT_EQ(mira.ask("PUT", "/api/v1/presence").status, 200) << "the addresses hold";
  tracker.clock.advance(40s);
  const Json peers = nora.get("/api/v1/peers").json();
  ASSERT_EQ(peers["peers"].size(), 1U);
  EXPECT_EQ(peers["peers"][0]["name"], "mira");
  EXPECT_EQ(peers["peers"][0]["addresses"].size(), 2U);
  EXPECT_EQ(mira.remove("/api/v1/presence").status, 204);
  EXPECT_EQ(nora.get("/api/v1/peers").json()["peers"].size(), 0U);
}

TEST_F(Shares, addresses_that_nobody_can_reach_are_refused) {
  const std::vector<std::string> nine(9, "192.0.2.1:7440");
  EXPECT_EQ(mira.put("/api/v1/presence", {{"addresses", nine}}).status, 400);
  for (const char* address :
       {"0.0.0.0:7440", "[::]:1", "192.0.2.1:0", "example.org:7440", "192.0.2.1", "", "'"}) {
    EXPECT_EQ(mira.put("/api/v1/presence", {{"addresses", {address}}}).status, 400) << address;
  }
  EXPECT_EQ(mira.put("/api/v1/presence", {{"addresses", "192.0.2.1:7440"}}).status, 400);
  EXPECT_EQ(mira.put("/api/v1/presence", {{"addresses", {1}}}).status, 400);
}

TEST_F(Shares, peers_are_listed_page_by_page) {
  for (Peer* peer : {&mira, &nora}) ASSERT_EQ(peer->put("/api/v1/presence", Json::object()).status, 200);
  const Json first = mira.get("/api/v1/peers?limit=1").json();
  EXPECT_EQ(first["peers"][0]["name"], "mira");
  EXPECT_EQ(first["next"], "mira");
  const Json second = mira.get("/api/v1/peers?limit=1&after=mira").json();
  EXPECT_EQ(second["peers"][0]["name"], "nora");
  EXPECT_EQ(mira.get("/api/v1/peers?after=nora").json()["next"], "");
}

TEST_F(Shares, a_ban_ends_the_shares_too) {
  const auto share = mira.announce("Film");
  ASSERT_TRUE(tracker.store->set_member_state(mira.id(), registry::MemberState::kBanned));
  EXPECT_EQ(nora.get(share_path(share)).status, 404);
  EXPECT_EQ(nora.get("/api/v1/members/mira").status, 404);
}

}  // namespace
}  // namespace covey::tracker
