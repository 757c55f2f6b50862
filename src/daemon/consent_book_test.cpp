#include "daemon/consent_book.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"

namespace covey::daemon {
namespace {

using namespace std::chrono_literals;
using access::GrantStanding;

class Consents : public testing::Test {
 protected:
  Consents() {
    book_.on_change([this](const Consent& consent) { kept_.insert_or_assign(consent.id, consent); });
    book_.on_revoked([this](const std::string&, const access::SignedRevocationList& list) {
      lists_.push_back(*access::verify(list, owner_.peer_id(), share_));
    });
  }
  [[nodiscard]] std::expected<access::Grant, access::GrantFlaw> shown(
      const access::SignedGrant& grant) const {
    return access::check(grant, owner_.peer_id(), share_, root_, peer_, clock_.wall());
  }

  /// As the owner's word is carried out: offered, on the disk, given.
  const Consent& given(const identity::PeerId& peer, ConsentTerms terms) {
    const Consent offered = book_.offer(id_, peer, terms);
    kept_.insert_or_assign(offered.id, offered);
    book_.give(offered);
    return *book_.find(offered.id);
  }

  ManualClock clock_;
  crypto::SeededRandom random_{4};
  identity::DeviceKey owner_ = identity::DeviceKey::ephemeral(random_);
  identity::PeerId peer_ = identity::DeviceKey::ephemeral(random_).peer_id();
  identity::PeerId other_ = identity::DeviceKey::ephemeral(random_).peer_id();
  access::ShareId share_ = access::ShareId::from(Bytes(16, 3));
  std::string id_ = access::to_text(share_);
  access::ContentRoot root_ = access::ContentRoot::from(Bytes(32, 9));
  ConsentBook book_{owner_, clock_, random_};
  std::map<access::GrantId, Consent> kept_;
  std::vector<access::RevocationList> lists_;
};

TEST_F(Consents, hold_for_their_time) {
  EXPECT_EQ(book_.standing(id_, peer_), GrantStanding::kNone);
  given(peer_, {.until = clock_.wall() + 2h, .byte_limit = std::nullopt});
  EXPECT_EQ(book_.standing(id_, peer_), GrantStanding::kHolds);
  EXPECT_EQ(book_.standing(id_, other_), GrantStanding::kNone);
  clock_.advance(2h);
  EXPECT_EQ(book_.standing(id_, peer_), GrantStanding::kExpired);
}

TEST_F(Consents, count_from_when_they_are_given_and_keep_what_was_used_meanwhile) {
  const Consent offered = book_.offer(id_, peer_, {.until = std::nullopt, .byte_limit = 100});
  EXPECT_EQ(book_.standing(id_, peer_), GrantStanding::kNone);
  book_.give(offered);
  EXPECT_EQ(book_.standing(id_, peer_), GrantStanding::kHolds);
  const Consent more = book_.offer(id_, peer_, {.until = std::nullopt, .byte_limit = 200});
  book_.used(offered.id, 60);
  book_.give(more);
  EXPECT_EQ(book_.find(offered.id)->bytes_used, 60U);
  EXPECT_EQ(book_.find(offered.id)->byte_limit, 200U);
}

TEST_F(Consents, give_grants_for_a_day_that_end_with_them) {
  const Consent forever = given(peer_, {});
  EXPECT_EQ(shown(book_.grant(forever, share_, root_))->expires_at, clock_.wall() + 24h);
  const Consent short_one = given(peer_, {.until = clock_.wall() + 1h, .byte_limit = std::nullopt});
  EXPECT_EQ(short_one.id, forever.id) << "the same yes with other terms";
  EXPECT_EQ(shown(book_.grant(short_one, share_, root_))->expires_at, clock_.wall() + 1h);
}

TEST_F(Consents, count_their_bytes_over_restarts) {
  const Consent consent = given(peer_, {.until = std::nullopt, .byte_limit = 100});
  EXPECT_EQ(book_.terms(consent), book_.terms(consent)) << "all streams of a peer count together";
  ASSERT_TRUE(book_.terms(consent)->take(60, clock_.wall()));
  book_.used(consent.id, 60);
  ConsentBook later(owner_, clock_, random_);
  later.restore(kept_.at(consent.id));
  const auto terms = later.terms(*later.find(consent.id));
  EXPECT_EQ(terms->take(41, clock_.wall()).error().code, ErrorCode::kRefused);
  EXPECT_TRUE(terms->take(40, clock_.wall()));
  later.used(consent.id, 40);
  EXPECT_EQ(later.standing(id_, peer_), GrantStanding::kUsedUp);
}

TEST_F(Consents, that_are_taken_back_end_what_runs_and_are_listed_until_their_grants_have_ended) {
  const Consent consent = given(peer_, {});
  const auto grant = book_.grant(consent, share_, root_);
  const auto terms = book_.terms(consent);
  EXPECT_FALSE(book_.revocations(id_)) << "nothing was ever taken back";
  ASSERT_TRUE(book_.revoke(consent.id));
  EXPECT_EQ(terms->take(1, clock_.wall()).error().code, ErrorCode::kRefused);
  EXPECT_EQ(book_.standing(id_, peer_), GrantStanding::kRevoked);
  ASSERT_EQ(lists_.size(), 1U);
  EXPECT_TRUE(lists_[0].revokes(*shown(grant)));
  EXPECT_EQ(book_.revoke(consent.id).error().code, ErrorCode::kNotFound);
  clock_.advance(25h);  // the grant's life, and what is written down ahead
  const auto later = access::verify(*book_.revocations(id_), owner_.peer_id(), share_);
  EXPECT_TRUE(later->revoked.empty());
  EXPECT_EQ(later->number, lists_[0].number) << "nothing new was decided";
}

TEST_F(Consents, a_new_yes_after_a_revocation_is_another_one) {
  const Consent first = given(peer_, {});
  const auto old_grant = book_.grant(first, share_, root_);
  ASSERT_TRUE(book_.revoke(first.id));
  const Consent second = given(peer_, {});
  EXPECT_NE(second.id, first.id);
  EXPECT_EQ(book_.standing(id_, peer_), GrantStanding::kHolds);
  const auto list = access::verify(*book_.revocations(id_), owner_.peer_id(), share_);
  EXPECT_TRUE(list->revokes(*shown(old_grant)));
  EXPECT_FALSE(list->revokes(*shown(book_.grant(second, share_, root_))));
}

TEST_F(Consents, lists_grow_in_number_even_within_one_millisecond) {
  const Consent first = given(peer_, {});
  const Consent second = given(other_, {});
  ASSERT_TRUE(book_.revoke(first.id));
  ASSERT_TRUE(book_.revoke(second.id));
  ASSERT_EQ(lists_.size(), 2U);
  EXPECT_LT(lists_[0].number, lists_[1].number);
}

TEST_F(Consents, more_than_a_list_holds_are_taken_back_all_at_once) {
  for (std::size_t i = 0; i <= access::kMaxRevocations; ++i) {
    const auto peer = identity::DeviceKey::ephemeral(random_).peer_id();
    book_.grant(given(peer, {}), share_, root_);
  }
  const Consent kept = given(peer_, {});
  const auto before = book_.grant(kept, share_, root_);
  clock_.advance(1ms);
  for (const Consent* consent : book_.all()) {
    if (consent->peer != peer_) {
      ASSERT_TRUE(book_.revoke(consent->id));
    }
  }
  clock_.advance(1h);
  const auto list = access::verify(*book_.revocations(id_), owner_.peer_id(), share_);
  EXPECT_TRUE(list->revoked.empty());
  EXPECT_TRUE(list->revokes(*shown(before)));
  EXPECT_FALSE(list->revokes(*shown(book_.grant(*book_.find(kept.id), share_, root_))))
      << "a fresh grant holds";
}

}  // namespace
}  // namespace covey::daemon
