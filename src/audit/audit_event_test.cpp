// Names of what stands in the log, and events as the log takes them.

#include "audit/audit_event.hpp"

#include <gtest/gtest.h>

#include "audit/visible_text.hpp"
#include "base/record_time.hpp"

namespace covey::audit {
namespace {

template <typename Enum, typename Named>
void expect_names_both_ways(Enum last, Named named) {
  for (int value = 0; value <= static_cast<int>(last); ++value) {
    const auto given = static_cast<Enum>(value);
    EXPECT_EQ(named(name_of(given)), given) << name_of(given);
    EXPECT_EQ(name_of(given).find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string_view::npos);
  }
  EXPECT_EQ(named("no such word"), std::nullopt);
  EXPECT_EQ(named(""), std::nullopt);
}

TEST(AuditEvent, has_a_name_for_each_value_and_a_value_for_each_name) {
  expect_names_both_ways(AuditAction::kLogDamaged, &audit_action_named);
  expect_names_both_ways(Outcome::kNoted, &outcome_named);
  expect_names_both_ways(ReasonCode::kNotAuthenticated, &reason_code_named);
  expect_names_both_ways(Right::kTrust, &right_named);
  EXPECT_EQ(name_of(AuditAction::kRevocationsPublished), "revocations_published");
  EXPECT_EQ(name_of(ReasonCode::kGrantOfOtherShare), "grant_of_other_share");
}

TEST(AuditEvent, is_cut_to_the_limits_between_characters) {
  AuditEvent event;
  event.note = std::string(kMaxNoteBytes - 1, 'x') + "é";
  event.address = std::string(1000, 'a');
  const AuditEvent clean = cleaned(event);
  EXPECT_EQ(clean.note, std::string(kMaxNoteBytes - 1, 'x'));
  EXPECT_EQ(clean.address, std::string(kMaxAddressBytes, 'a'));
  EXPECT_EQ(cleaned(clean), clean);
}

TEST(AuditEvent, shows_bytes_that_are_no_text_as_such) {
  AuditEvent event;
  event.note = "a\xff\xc0\xaf\xed\xa0\x80z\xf0\x9f\x98";
  EXPECT_EQ(cleaned(event).note, "a\ufffd\ufffd\ufffd\ufffd\ufffd\ufffdz\ufffd\ufffd\ufffd");
}

TEST(AuditEvent, keeps_its_time_between_1970_and_9999) {
  AuditEvent event;
  event.at = from_unix_ms(-5);
  EXPECT_EQ(cleaned(event).at, from_unix_ms(0));
  event.at = WallTime::max();
  EXPECT_EQ(cleaned(event).at, from_unix_ms(static_cast<std::int64_t>(kMaxUnixMs)));
}

TEST(VisibleText, writes_what_does_not_show_as_numbers) {
  std::string out;
  append_visible(out, "a\nb\u202ec\u200bd\U000e0041é😀\"\\", "\"\\");
  EXPECT_EQ(out, "a\\u000ab\\u202ec\\u200bd\\udb40\\udc41é😀\\\"\\\\");
}

TEST(VisibleText, takes_its_numbers_back) {
  std::string_view text = "db40\\udc41x";
  EXPECT_EQ(take_escaped(text), 0xe0041U);
  EXPECT_EQ(text, "x");
  for (const std::string_view wrong : {"dc41", "db40", "db40\\u0041", "12", "00G0", "000A"}) {
    std::string_view left = wrong;
    EXPECT_EQ(take_escaped(left), std::nullopt) << wrong;
  }
}

}  // namespace
}  // namespace covey::audit
