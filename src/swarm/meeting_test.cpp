#include "swarm/meeting.hpp"

#include <gtest/gtest.h>

#include <random>

#include "swarm/swarm_messages.hpp"

namespace covey::swarm {
namespace {

using namespace std::chrono_literals;

class MeetingTest : public testing::Test {
 protected:
  [[nodiscard]] access::SignedProviderRecord word_of(const identity::DeviceKey& peer) const {
    return access::sign({.share = share_,
                         .peer = peer.peer_id(),
                         .addresses = {*access::Endpoint::parse("192.0.2.7:7440")},
                         .issued_at = clock_.wall(),
                         .expires_at = clock_.wall() + 30min},
                        peer);
  }

  crypto::SeededRandom random_{5};
  ManualClock clock_;
  access::ShareId share_ = access::ShareId::from(Bytes(16, 1));
  identity::DeviceKey ada_ = identity::DeviceKey::ephemeral(random_);
  identity::DeviceKey bob_ = identity::DeviceKey::ephemeral(random_);
  Meetings meetings_{clock_};
  std::shared_ptr<Meeting> meeting_ = meetings_.at(share_);
};

TEST_F(MeetingTest, tells_everybody_of_a_new_provider_but_itself_and_once) {
  std::size_t ada_heard = 0;
  std::size_t bob_heard = 0;
  const auto ada =
      meeting_->sit(ada_.peer_id(), [&](const News& news) { ada_heard += news.providers.size(); });
  const auto bob =
      meeting_->sit(bob_.peer_id(), [&](const News& news) { bob_heard += news.providers.size(); });
  EXPECT_TRUE(meeting_->add(word_of(ada_))->is_news);
  EXPECT_FALSE(meeting_->add(word_of(ada_))->is_news) << "known already";
  EXPECT_EQ(ada_heard, 0U);
  EXPECT_EQ(bob_heard, 1U);
  EXPECT_TRUE(meeting_->providers(ada_.peer_id()).empty());
  EXPECT_EQ(meeting_->providers(bob_.peer_id()).size(), 1U);
  EXPECT_EQ(meeting_->others(ada_.peer_id()), 1U);
  clock_.advance(31min);
  EXPECT_TRUE(meeting_->providers(bob_.peer_id()).empty()) << "its word has expired";
}

TEST_F(MeetingTest, takes_nobodys_word_for_another) {
  const auto other = bob_.peer_id();
  EXPECT_EQ(meeting_->add(word_of(ada_), &other).error().code, ErrorCode::kVerificationFailed);
  access::SignedProviderRecord forged = word_of(ada_);
  forged.payload.back() ^= 1;
  EXPECT_FALSE(meeting_->add(forged));
  EXPECT_TRUE(meeting_->providers(bob_.peer_id()).empty());
}

TEST_F(MeetingTest, is_filled_by_nobody) {
  std::size_t taken = 0;
  for (std::size_t i = 0; i < Meeting::kMaxProviders + 50; ++i) {
    taken += meeting_->add(word_of(identity::DeviceKey::ephemeral(random_))) ? 1U : 0U;
  }
  EXPECT_EQ(taken, Meeting::kMaxProviders);
}

TEST_F(MeetingTest, news_reach_those_who_still_sit_there) {
  std::vector<std::uint32_t> heard;
  auto ada = meeting_->sit(ada_.peer_id(), [&](const News& news) {
    heard.insert(heard.end(), news.pieces.begin(), news.pieces.end());
  });
  meeting_->arrived({1, 2});
  ada.reset();
  meeting_->arrived({3});
  EXPECT_EQ(heard, (std::vector<std::uint32_t>{1, 2}));
}

TEST_F(MeetingTest, lasts_as_long_as_somebody_needs_it) {
  EXPECT_EQ(meetings_.at(share_), meeting_);
  EXPECT_TRUE(meeting_->add(word_of(ada_)));
  const std::weak_ptr<Meeting> before = meeting_;
  meeting_.reset();
  (void)meetings_.at(access::ShareId::from(Bytes(16, 2)));
  EXPECT_FALSE(before.expired()) << "Ada is known to serve the share";
  clock_.advance(31min);
  (void)meetings_.at(access::ShareId::from(Bytes(16, 2)));
  EXPECT_TRUE(before.expired());
}

TEST(SwarmMessages, a_set_of_pieces_comes_back_from_its_messages) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  for (const std::uint32_t total : {0U, 1U, 64U, 65U, 300'000U, 600'001U}) {
    content::PieceSet held(total);
    for (std::uint32_t i = 0; i < total; ++i) {
      if (random() % 3 == 0) held.insert(i);
    }
    content::PieceSet again(total);
    for (const wire::Have& message : messages_of(held)) {
      EXPECT_LE(message.ByteSizeLong(), 60'000U);
      const auto numbers = read_have(message);
      ASSERT_TRUE(numbers);
      for (const std::uint32_t number : *numbers) again.insert(number);
    }
    EXPECT_TRUE(std::equal(held.words().begin(), held.words().end(), again.words().begin()));
  }
}

TEST(SwarmMessages, single_pieces_come_back_from_their_messages) {
  std::vector<std::uint32_t> pieces;
  for (std::uint32_t i = 0; i < 10'000; ++i) pieces.push_back(i * 400'000U);
  std::vector<std::uint32_t> again;
  for (const wire::Have& message : messages_of(pieces)) {
    EXPECT_LE(message.ByteSizeLong(), 60'000U);
    const auto numbers = *read_have(message);
    again.insert(again.end(), numbers.begin(), numbers.end());
  }
  EXPECT_EQ(again, pieces);
}

TEST(SwarmMessages, above_their_limits_they_are_refused) {
  wire::Have have;
  have.set_bits(std::string(kMaxHaveBits + 1, '\1'));
  EXPECT_EQ(read_have(have).error().code, ErrorCode::kPeerMisbehaved);
  have.set_bits("x");
  have.set_first(4);
  EXPECT_EQ(read_have(have).error().code, ErrorCode::kPeerMisbehaved);
  have.set_first(UINT32_MAX - 7);
  have.set_bits("\xff\xff");
  EXPECT_EQ(read_have(have)->size(), 8U) << "numbers beyond 32 bits are none";
  wire::Providers providers;
  for (std::size_t i = 0; i <= kMaxProvidersTold; ++i) providers.add_providers();
  EXPECT_EQ(read_providers(providers).error().code, ErrorCode::kPeerMisbehaved);
  wire::Provider provider;
  provider.set_record(std::string(access::kMaxProviderRecordBytes + 1, 'x'));
  provider.set_signature(std::string(64, 'x'));
  EXPECT_EQ(read_provider(provider).error().code, ErrorCode::kPeerMisbehaved);
}

}  // namespace
}  // namespace covey::swarm
