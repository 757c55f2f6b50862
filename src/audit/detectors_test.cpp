// Which behaviour raises an alert, and which never does.

#include "audit/detectors.hpp"

#include <gtest/gtest.h>

#include "audit/test_log.hpp"

namespace covey::audit {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class DetectorsTest : public testing::Test {
 protected:
  AuditEvent opening(ReasonCode code, const std::string& share = "s") const {
    AuditEvent event;
    event.at = clock.wall();
    event.action = AuditAction::kOpened;
    event.outcome = code == ReasonCode::kNone ? Outcome::kAllowed : Outcome::kRefused;
    event.code = code;
    event.peer = peer;
    event.address = "192.0.2.7:50000";
    event.share = share;
    return event;
  }
  AuditEvent action(AuditAction what) const {
    AuditEvent event = opening(ReasonCode::kNone);
    event.action = what;
    event.outcome = Outcome::kNoted;
    return event;
  }
  /// The findings of `count` events, `pause` apart.
  std::vector<Finding> repeat(const AuditEvent& event, int count, seconds pause = seconds(1)) {
    std::vector<Finding> out;
    for (int i = 0; i < count; ++i) {
      for (Finding& finding : detectors.observe(event)) out.push_back(std::move(finding));
      clock.advance(pause);
    }
    return out;
  }

  ManualClock clock;
  Detectors detectors{clock};
  identity::PeerId peer = test_key(1).peer_id();
};

TEST_F(DetectorsTest, five_wrong_proofs_are_ticket_guessing) {
  EXPECT_TRUE(repeat(opening(ReasonCode::kWrongTicketProof), 4).empty());
  const auto found = detectors.observe(opening(ReasonCode::kWrongTicketProof));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].kind, AlertKind::kTicketGuessing);
  EXPECT_EQ(found[0].peer, peer);
  EXPECT_EQ(found[0].block_for, hours(1));
  EXPECT_EQ(found[0].text, "a peer tried 5 shares or tickets that do not exist here within 10 minutes");
}

TEST_F(DetectorsTest, five_unknown_shares_are_ticket_guessing_but_one_that_is_gone_is_not) {
  EXPECT_TRUE(repeat(opening(ReasonCode::kUnknownShare), 20).empty());
  std::size_t findings = 0;
  for (const char* share : {"a", "b", "c", "d"}) {
    findings += detectors.observe(opening(ReasonCode::kUnknownShare, share)).size();
  }
  EXPECT_EQ(findings, 1U);
}

TEST_F(DetectorsTest, guesses_that_are_far_apart_are_not_one_attack) {
  EXPECT_TRUE(repeat(opening(ReasonCode::kWrongTicketProof), 50, minutes(3)).empty());
}

TEST_F(DetectorsTest, one_address_with_many_keys_is_found) {
  std::vector<Finding> found;
  for (std::uint64_t i = 0; i < 25; ++i) {
    AuditEvent event = opening(ReasonCode::kWrongTicketProof);
    event.peer = test_key(100 + i).peer_id();
    event.address = fmt::format("[2001:db8:1:2::{:x}]:{}", i + 1, 50000 + i);
    for (Finding& finding : detectors.observe(event)) found.push_back(std::move(finding));
  }
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].peer, std::nullopt);
  EXPECT_EQ(found[0].address, "2001:db8:1:2::");
  EXPECT_EQ(found[0].block_for, hours(1));
}

TEST_F(DetectorsTest, more_than_twenty_requests_in_an_hour_are_a_flood) {
  EXPECT_TRUE(repeat(action(AuditAction::kRequestReceived), 20, minutes(2)).empty());
  const auto found = detectors.observe(action(AuditAction::kRequestReceived));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].kind, AlertKind::kRequestFlood);
  EXPECT_EQ(found[0].block_for, hours(1));
}

TEST_F(DetectorsTest, thirty_refusals_in_ten_minutes_are_found) {
  const auto found = repeat(opening(ReasonCode::kHidden), 30, seconds(10));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].kind, AlertKind::kRepeatedRefusals);
}

TEST_F(DetectorsTest, a_client_that_comes_back_politely_is_never_found) {
  EXPECT_TRUE(repeat(opening(ReasonCode::kShareClosed), 24 * 60, minutes(1)).empty());
  EXPECT_TRUE(repeat(opening(ReasonCode::kUnknownShare), 24 * 60, minutes(1)).empty());
}

TEST_F(DetectorsTest, a_finding_comes_once_in_its_window) {
  EXPECT_EQ(repeat(opening(ReasonCode::kHidden), 300, seconds(1)).size(), 1U);
  EXPECT_EQ(repeat(opening(ReasonCode::kHidden), 600, seconds(1)).size(), 1U);
}

TEST_F(DetectorsTest, the_first_bad_piece_is_an_alert_and_a_day) {
  const auto found = repeat(action(AuditAction::kBadPiece), 5);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].kind, AlertKind::kBadPieces);
  EXPECT_EQ(found[0].block_for, hours(24));
}

TEST_F(DetectorsTest, the_first_forged_grant_is_an_alert) {
  const auto found = detectors.observe(opening(ReasonCode::kGrantForged));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].kind, AlertKind::kForgedGrant);
  EXPECT_EQ(found[0].block_for, hours(1));
}

TEST_F(DetectorsTest, the_third_foreign_grant_of_a_day_is_an_alert) {
  const auto found = repeat(opening(ReasonCode::kGrantForeign), 3, hours(7));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].kind, AlertKind::kForeignGrant);
}

TEST_F(DetectorsTest, a_name_that_changed_is_told_but_nobody_is_blocked) {
  AuditEvent event = action(AuditAction::kNameChanged);
  event.note = "alice";
  const auto found = detectors.observe(event);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].kind, AlertKind::kImpersonation);
  EXPECT_EQ(found[0].block_for, std::nullopt);
  EXPECT_NE(found[0].text.find("alice"), std::string::npos);
}

TEST_F(DetectorsTest, three_dates_in_the_future_are_told) {
  const auto found = repeat(opening(ReasonCode::kDateInFuture), 3, hours(1));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].kind, AlertKind::kClockGames);
}

TEST_F(DetectorsTest, opening_fifty_shares_is_told_but_one_share_fifty_times_is_not) {
  EXPECT_TRUE(repeat(opening(ReasonCode::kNone), 100).empty());
  std::vector<Finding> found;
  for (int i = 0; i < 60; ++i) {
    for (Finding& finding : detectors.observe(opening(ReasonCode::kNone, "share " + std::to_string(i)))) {
      found.push_back(std::move(finding));
    }
  }
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].kind, AlertKind::kMassOpenings);
  EXPECT_EQ(found[0].block_for, std::nullopt);
}

TEST_F(DetectorsTest, blocks_grow_when_it_happens_again_and_are_forgotten_after_a_week) {
  std::vector<std::optional<seconds>> blocks;
  for (int i = 0; i < 4; ++i) {
    for (const Finding& finding : detectors.observe(opening(ReasonCode::kGrantForged))) {
      blocks.push_back(finding.block_for);
    }
    clock.advance(hours(25));
  }
  clock.advance(hours(24 * 7));
  blocks.push_back(detectors.observe(opening(ReasonCode::kGrantForged)).at(0).block_for);
  EXPECT_EQ(blocks,
            (std::vector<std::optional<seconds>>{hours(1), hours(6), hours(24), hours(24), hours(1)}));
}

TEST_F(DetectorsTest, one_peer_does_not_answer_for_another) {
  for (std::uint64_t i = 0; i < 100; ++i) {
    peer = test_key(200 + i % 10).peer_id();
    AuditEvent event = opening(ReasonCode::kHidden);
    EXPECT_EQ(detectors.observe(event).size(), 0U);
    clock.advance(seconds(1));
  }
}

TEST_F(DetectorsTest, who_is_forgiven_begins_anew) {
  EXPECT_EQ(repeat(opening(ReasonCode::kWrongTicketProof), 5).size(), 1U);
  EXPECT_TRUE(detectors.observe(action(AuditAction::kAlertUndone)).empty());
  const auto again = repeat(opening(ReasonCode::kWrongTicketProof), 5);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].block_for, hours(1));
}

TEST_F(DetectorsTest, what_a_block_refuses_counts_for_nothing) {
  EXPECT_TRUE(repeat(opening(ReasonCode::kBlocked), 1000).empty());
  EXPECT_EQ(detectors.peers_remembered(), 0U);
}

TEST_F(DetectorsTest, a_flood_of_peers_and_addresses_takes_no_more_memory) {
  AuditEvent event = opening(ReasonCode::kWrongTicketProof);
  crypto::SeededRandom random(3);
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    event.peer = identity::PeerId(random.fixed<crypto::PublicKey>());
    event.address = fmt::format("10.{}.{}.{}:1", i >> 16, (i >> 8) & 255, i & 255);
    detectors.observe(event);
  }
  EXPECT_EQ(detectors.peers_remembered(), 4096U);
  EXPECT_EQ(detectors.addresses_remembered(), 4096U);
}

TEST_F(DetectorsTest, what_was_logged_before_a_restart_still_counts) {
  AuditEvent event = opening(ReasonCode::kWrongTicketProof);
  std::vector<AuditEvent> logged(4, event);
  clock.advance(minutes(5));
  Detectors restarted(clock);
  for (const AuditEvent& old : logged) restarted.remember(old);
  EXPECT_EQ(restarted.observe(event).size(), 1U);
  clock.advance(minutes(6));
  Detectors later(clock);
  for (const AuditEvent& old : logged) later.remember(old);
  EXPECT_TRUE(later.observe(event).empty());
}

TEST_F(DetectorsTest, a_threshold_of_nothing_turns_a_detector_off) {
  DetectorLimits limits;
  limits.bad_pieces.count = 0;
  Detectors quiet(clock, limits);
  EXPECT_TRUE(quiet.observe(action(AuditAction::kBadPiece)).empty());
}

TEST(AlertKind, has_names_both_ways) {
  for (int value = 0; value <= static_cast<int>(AlertKind::kMassOpenings); ++value) {
    EXPECT_EQ(alert_kind_named(name_of(static_cast<AlertKind>(value))), static_cast<AlertKind>(value));
  }
  EXPECT_EQ(alert_kind_named("none"), std::nullopt);
}

TEST(AddressWithoutPort, is_what_a_household_commands) {
  EXPECT_EQ(address_without_port("192.0.2.7:50123"), "192.0.2.7");
  EXPECT_EQ(address_without_port("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(address_without_port("[2001:db8:1:2:3:4:5:6]:7440"), "2001:db8:1:2::");
  EXPECT_EQ(address_without_port("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
  EXPECT_EQ(address_without_port("[::ffff:192.0.2.7]:1"), "192.0.2.7");
  EXPECT_EQ(address_without_port("[broken"), "broken");
  EXPECT_EQ(address_without_port(""), "");
}

}  // namespace
}  // namespace covey::audit
