// The rules of consent: single cells by name, and all of them against a model that says them one by one.

#include "access/consent.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>

namespace covey::access {
namespace {

ShareRules rules_of(Visibility visibility, Access access) {
  return {.visibility = visibility, .access = access, .named = {}};
}

Judgement judged(Visibility visibility, Access access, const Asker& asker,
                 ShareAge age = ShareAge::kCurrent) {
  return judge(rules_of(visibility, access), age, asker);
}

/// The rules again, as the specification words them: whoever is let in, and by what.
Right naive_right(Visibility visibility, Access access, bool expired, const Asker& asker) {
  if (asker.owner) return Right::kOwner;
  const bool ticket = asker.ticket == TicketStanding::kHolds;
  const bool asks_by_ticket = asker.ticket != TicketStanding::kNone;
  const bool grant = asker.grant == GrantStanding::kHolds;
  if (asker.blocked || expired) return Right::kNone;
  if (asks_by_ticket) return ticket ? Right::kTicket : Right::kNone;
  if (grant) return Right::kGrant;
  const bool finds = asker.member && (visibility == Visibility::kNetwork ||
                                      (visibility == Visibility::kListed && asker.named));
  if (finds && access == Access::kOpen) return Right::kOpen;
  if (finds && access == Access::kListed && asker.named) return Right::kNamed;
  return Right::kNone;
}

/// Whether the owner has ever let this peer know of the share.
bool naive_knows(Visibility visibility, bool expired, const Asker& asker) {
  if (asker.owner) return true;
  if (asker.blocked) return false;
  if (asker.ticket != TicketStanding::kNone) return asker.ticket != TicketStanding::kWrongProof;
  const auto grant = static_cast<int>(asker.grant);
  const bool signed_for_it =
      grant == static_cast<int>(GrantStanding::kHolds) || grant >= static_cast<int>(GrantStanding::kNotYet);
  if (signed_for_it) return true;
  if (expired || !asker.member) return false;
  return visibility == Visibility::kNetwork || (visibility == Visibility::kListed && asker.named);
}

template <typename Check>
void for_every_case(Check check) {
  for (int bits = 0; bits < 16; ++bits) {
    for (int ticket = 0; ticket <= static_cast<int>(TicketStanding::kUsedUp); ++ticket) {
      for (int grant = 0; grant <= static_cast<int>(GrantStanding::kUsedUp); ++grant) {
        const Asker asker{.owner = (bits & 1) != 0,
                          .blocked = (bits & 2) != 0,
                          .member = (bits & 4) != 0,
                          .named = (bits & 8) != 0,
                          .ticket = static_cast<TicketStanding>(ticket),
                          .grant = static_cast<GrantStanding>(grant)};
        for (int visibility = 1; visibility <= 3; ++visibility) {
          for (int access = 1; access <= 3; ++access) {
            for (const ShareAge age : {ShareAge::kCurrent, ShareAge::kExpired})
              check(static_cast<Visibility>(visibility), static_cast<Access>(access), age, asker,
                    fmt::format("visibility {} access {} age {} bits {} ticket {} grant {}", visibility,
                                access, static_cast<int>(age), bits, ticket, grant));
          }
        }
      }
    }
  }
}

TEST(Consent, agrees_with_the_rules_said_one_by_one) {
  for_every_case(
      [](Visibility visibility, Access access, ShareAge age, const Asker& asker, const std::string& what) {
        const Judgement judgement = judged(visibility, access, asker, age);
        const bool expired = age == ShareAge::kExpired;
        EXPECT_EQ(judgement.right, naive_right(visibility, access, expired, asker)) << what;
        EXPECT_EQ(judgement.shown, naive_knows(visibility, expired, asker)) << what;
        EXPECT_EQ(judgement.allowed(), judgement.reason == Reason::kNone) << what;
      });
}

TEST(Consent, whoever_must_not_know_of_a_share_gets_one_and_the_same_answer) {
  const Judgement unknown{.right = Right::kNone, .reason = Reason::kUnknownShare, .shown = false};
  for_every_case(
      [&](Visibility visibility, Access access, ShareAge age, const Asker& asker, const std::string& what) {
        const Judgement judgement = judged(visibility, access, asker, age);
        if (judgement.shown) return;
        for (const AskedBy asked_by : {AskedBy::kTicket, AskedBy::kShareId})
          EXPECT_EQ(answer(judgement, asked_by), answer(unknown, asked_by)) << what;
      });
}

TEST(Consent, a_block_outweighs_every_right) {
  Asker asker{.blocked = true, .member = true, .named = true};
  EXPECT_EQ(judged(Visibility::kNetwork, Access::kOpen, asker).reason, Reason::kBlocked);
  asker.grant = GrantStanding::kHolds;
  EXPECT_EQ(judged(Visibility::kNetwork, Access::kAsk, asker).reason, Reason::kBlocked);
  asker.ticket = TicketStanding::kHolds;
  EXPECT_EQ(judged(Visibility::kUnlisted, Access::kAsk, asker).reason, Reason::kBlocked);
}

TEST(Consent, a_member_who_may_see_a_share_is_told_to_ask) {
  const Judgement judgement = judged(Visibility::kNetwork, Access::kAsk, {.member = true});
  EXPECT_EQ(judgement.reason, Reason::kMustAsk);
  EXPECT_EQ(answer(judgement, AskedBy::kShareId).code, ErrorCode::kMustAsk);
  EXPECT_EQ(judged(Visibility::kNetwork, Access::kListed, {.member = true}).reason, Reason::kNotNamed);
}

TEST(Consent, names_what_is_wrong_with_a_grant) {
  Asker asker{.member = true};
  const std::pair<GrantStanding, Reason> cases[] = {{GrantStanding::kMalformed, Reason::kGrantMalformed},
                                                    {GrantStanding::kForged, Reason::kGrantForged},
                                                    {GrantStanding::kOtherShare, Reason::kGrantOfOtherShare},
                                                    {GrantStanding::kForeign, Reason::kGrantForeign},
                                                    {GrantStanding::kNotYet, Reason::kGrantNotYet},
                                                    {GrantStanding::kExpired, Reason::kGrantExpired},
                                                    {GrantStanding::kRevoked, Reason::kGrantRevoked},
                                                    {GrantStanding::kUsedUp, Reason::kByteLimit}};
  for (const auto& [grant, reason] : cases) {
    asker.grant = grant;
    EXPECT_EQ(judged(Visibility::kNetwork, Access::kAsk, asker).reason, reason) << to_text(reason);
    EXPECT_TRUE(judged(Visibility::kNetwork, Access::kOpen, asker).allowed()) << "an open share needs none";
  }
}

TEST(Consent, has_a_word_of_its_own_for_each_reason_and_right) {
  std::set<std::string_view> words;
  for (int i = 0; i <= static_cast<int>(Reason::kByteLimit); ++i)
    EXPECT_TRUE(words.insert(to_text(static_cast<Reason>(i))).second) << i;
  words.clear();
  for (int i = 0; i <= static_cast<int>(Right::kGrant); ++i)
    EXPECT_TRUE(words.insert(to_text(static_cast<Right>(i))).second) << i;
  EXPECT_EQ(to_text(Reason::kByteLimit), "byte_limit_reached");
  EXPECT_EQ(to_text(Right::kGrant), "grant");
}

}  // namespace
}  // namespace covey::access
