// Both sides of a request, and the letters between them.

#include <gtest/gtest.h>

#include "requests/incoming_requests.hpp"
#include "requests/outgoing_requests.hpp"

namespace covey::requests {
namespace {

using namespace std::chrono_literals;
using Verdict = IncomingRequests::Verdict;

identity::PeerId peer_of(Byte number) {
  return identity::PeerId(crypto::PublicKey::from(Bytes(crypto::PublicKey::kSize, number)));
}

RequestId id_of(unsigned number) {
  Bytes bytes(RequestId::kSize, 0);
  bytes[0] = static_cast<Byte>(number >> 8);
  bytes[1] = static_cast<Byte>(number);
  return RequestId::from(bytes);
}

const access::ShareId kShare = access::ShareId::from(Bytes(16, 1));
const access::ShareId kOther = access::ShareId::from(Bytes(16, 2));
const identity::PeerId kAsker = peer_of(3);
const identity::PeerId kOwner = peer_of(4);
const WallTime kNow = ManualClock().wall();

AccessRequest asked(unsigned id, const access::ShareId& share = kShare) {
  return {.id = id_of(id),
          .share = share,
          .reason = "for the exhibition",
          .select = {"*.tif"},
          .membership = Bytes(20, 5),
          .expires_at = kNow + 24h};
}

// As whoever writes them to the disk does.
IncomingRequests::Arrival arrive(IncomingRequests& requests, const AccessRequest& asked,
                                 const identity::PeerId& by, WallTime now) {
  auto arrival = requests.arrive(asked, by, now);
  if (arrival.replaced) requests.forget(*arrival.replaced);
  if (arrival.verdict == Verdict::kNew || arrival.verdict == Verdict::kChanged)
    requests.keep(*arrival.request);
  return arrival;
}

template <typename Book, typename Decision>
Decision kept(Book& requests, Decision decision) {
  if (decision) requests.keep(*decision);
  return decision;
}

TEST(IncomingRequests, wait_for_the_owners_word) {
  IncomingRequests requests;
  const auto arrival = arrive(requests, asked(1), kAsker, kNow);
  ASSERT_EQ(arrival.verdict, Verdict::kNew);
  EXPECT_EQ(arrival.request->state, RequestState::kWaiting);
  EXPECT_EQ(arrival.request->reason, "for the exhibition");
  const auto approved = kept(requests, requests.approve(id_of(1), kNow + 1h));
  ASSERT_TRUE(approved);
  EXPECT_EQ(approved->state, RequestState::kApproved);
  EXPECT_EQ(kept(requests, requests.approve(id_of(1), kNow + 1h)).error().code, ErrorCode::kNotFound)
      << "only once";
  EXPECT_EQ(kept(requests, requests.deny(id_of(1), "", kNow)).error().code, ErrorCode::kNotFound);
}

TEST(IncomingRequests, that_come_twice_are_one) {
  IncomingRequests requests;
  arrive(requests, asked(1), kAsker, kNow);
  EXPECT_EQ(arrive(requests, asked(1), kAsker, kNow).verdict, Verdict::kKnown);
  EXPECT_NE(arrive(requests, asked(1), peer_of(9), kNow).verdict, Verdict::kKnown)
      << "another's id says nothing";
  EXPECT_EQ(requests.all().size(), 1U);
}

TEST(IncomingRequests, of_one_peer_for_one_share_replace_each_other) {
  IncomingRequests requests;
  arrive(requests, asked(1), kAsker, kNow);
  const auto arrival = arrive(requests, asked(2), kAsker, kNow);
  EXPECT_EQ(arrival.verdict, Verdict::kChanged);
  EXPECT_EQ(arrival.replaced, id_of(1));
  EXPECT_EQ(arrive(requests, asked(3, kOther), kAsker, kNow).verdict, Verdict::kNew);
  EXPECT_EQ(arrive(requests, asked(4), peer_of(9), kNow).verdict, Verdict::kNew);
  EXPECT_EQ(requests.all().size(), 3U);
}

TEST(IncomingRequests, after_a_denial_come_too_soon_for_a_while_that_grows) {
  IncomingRequests requests;
  WallTime now = kNow;
  const std::chrono::minutes pauses[] = {10min, 60min, 24 * 60min, 24 * 60min};
  unsigned id = 0;
  for (const auto pause : pauses) {
    AccessRequest request = asked(++id);
    request.expires_at = now + 1h;
    ASSERT_EQ(arrive(requests, request, kAsker, now).verdict, Verdict::kNew);
    const auto denied = kept(requests, requests.deny(id_of(id), "not yet", now));
    ASSERT_TRUE(denied);
    EXPECT_EQ(denied->ask_again_at, now + pause);
    request.id = id_of(++id);
    now += pause - 1ms;
    request.expires_at = now + 1h;
    const auto soon = arrive(requests, request, kAsker, now);
    EXPECT_EQ(soon.verdict, Verdict::kTooSoon);
    EXPECT_EQ(soon.request->answer, "not yet");
    now += 1ms;
  }
}

TEST(IncomingRequests, of_one_peer_cannot_fill_the_book) {
  IncomingRequests requests;
  unsigned id = 0;
  const auto share = [](unsigned number) {
    Bytes bytes(16, 7);
    bytes[0] = static_cast<Byte>(number >> 8);
    bytes[1] = static_cast<Byte>(number);
    return access::ShareId::from(bytes);
  };
  for (; id < IncomingRequests::kMaxWaitingOfPeer; ++id)
    ASSERT_EQ(arrive(requests, asked(id, share(id)), kAsker, kNow).verdict, Verdict::kNew);
  EXPECT_EQ(arrive(requests, asked(id, share(id)), kAsker, kNow).verdict, Verdict::kTooMany);
  for (; id < IncomingRequests::kMaxWaiting; ++id)
    ASSERT_EQ(arrive(requests, asked(id, share(id)), peer_of(static_cast<Byte>(10 + id / 20)), kNow).verdict,
              Verdict::kNew);
  EXPECT_EQ(arrive(requests, asked(id, share(id)), peer_of(9), kNow).verdict, Verdict::kTooMany);
}

TEST(IncomingRequests, that_are_over_are_forgotten_when_there_are_many_and_waiting_ones_never) {
  IncomingRequests requests;
  arrive(requests, asked(60'000, kOther), kAsker, kNow - 1h);
  for (unsigned id = 0; id < IncomingRequests::kMaxKept + 5; ++id) {
    ASSERT_EQ(arrive(requests, asked(id), kAsker, kNow + id * 1ms).verdict, Verdict::kNew);
    ASSERT_TRUE(kept(requests, requests.approve(id_of(id), kNow + id * 1ms)));
  }
  const auto surplus = requests.surplus();
  ASSERT_EQ(surplus.size(), 6U);
  EXPECT_EQ(surplus.front(), id_of(0));
  EXPECT_TRUE(requests.find(id_of(60'000)));
}

TEST(IncomingRequests, end_by_their_asker_by_time_with_their_share_and_with_a_block) {
  IncomingRequests requests;
  arrive(requests, asked(1), kAsker, kNow);
  EXPECT_FALSE(requests.withdraw(id_of(1), peer_of(9), kNow)) << "not somebody else's";
  ASSERT_TRUE(kept(requests, requests.withdraw(id_of(1), kAsker, kNow)));
  EXPECT_FALSE(requests.withdraw(id_of(1), kAsker, kNow));
  arrive(requests, asked(2), kAsker, kNow);
  EXPECT_TRUE(requests.expire(kNow + 24h - 1ms).empty());
  EXPECT_EQ(requests.expire(kNow + 24h).size(), 1U);
  const auto with_share = requests.drop(kShare, kNow);
  ASSERT_EQ(with_share.size(), 1U);
  EXPECT_EQ(with_share[0].state, RequestState::kExpired);
  const auto with_peer = requests.drop(kAsker, kNow);
  ASSERT_EQ(with_peer.size(), 1U);
  EXPECT_EQ(with_peer[0].state, RequestState::kDenied);
  requests.keep(with_peer[0]);
  EXPECT_TRUE(requests.drop(kAsker, kNow).empty());
}

TEST(IncomingRequests, are_what_they_were_until_a_decision_is_on_the_disk) {
  IncomingRequests requests;
  arrive(requests, asked(1), kAsker, kNow);
  const auto before = requests.all();
  EXPECT_TRUE(requests.approve(id_of(1), kNow));
  EXPECT_TRUE(requests.deny(id_of(1), "no", kNow));
  EXPECT_TRUE(requests.withdraw(id_of(1), kAsker, kNow));
  EXPECT_EQ(requests.arrive(asked(2), kAsker, kNow).replaced, id_of(1));
  EXPECT_EQ(requests.drop(kAsker, kNow).size(), 1U);
  EXPECT_EQ(requests.all(), before);
}

TEST(IncomingRequests, never_wait_longer_than_a_month_whatever_their_asker_says) {
  IncomingRequests requests;
  AccessRequest request = asked(1);
  request.expires_at = kNow + std::chrono::days(3000);
  EXPECT_EQ(arrive(requests, request, kAsker, kNow).request->expires_at, kNow + kLongestWait);
  request.id = id_of(2);
  request.expires_at = kNow;
  EXPECT_EQ(arrive(requests, request, kAsker, kNow).verdict, Verdict::kOver);
}

class Outgoing : public testing::Test {
 protected:
  [[nodiscard]] OutgoingRequests::Wish wish(std::string transfer = "t1") const {
    return {
        .share = kShare, .owner = kOwner, .transfer = std::move(transfer), .reason = "please", .select = {}};
  }
  crypto::SeededRandom random_{8};
  OutgoingRequests requests_;
};

TEST_F(Outgoing, a_download_asks_once) {
  const auto first = kept(requests_, requests_.ask(wish(), random_, kNow));
  ASSERT_TRUE(first);
  EXPECT_EQ(*requests_.ask(wish(), random_, kNow), *first);
  EXPECT_EQ(requests_.all().size(), 1U);
  EXPECT_EQ(requests_.find("t1")->request.id, first->request.id);
}

TEST_F(Outgoing, only_the_owner_that_was_asked_answers) {
  const RequestId id = kept(requests_, requests_.ask(wish(), random_, kNow))->request.id;
  Answer yes;
  yes.id = id;
  yes.approved = true;
  EXPECT_FALSE(requests_.answered(yes, kAsker, kNow));
  const auto approved = kept(requests_, requests_.answered(yes, kOwner, kNow));
  ASSERT_TRUE(approved);
  EXPECT_EQ(approved->request.state, RequestState::kApproved);
  EXPECT_FALSE(requests_.answered(yes, kOwner, kNow)) << "what comes twice changes nothing";
}

TEST_F(Outgoing, a_denial_says_when_to_ask_again_and_may_be_taken_back) {
  const RequestId id = kept(requests_, requests_.ask(wish(), random_, kNow))->request.id;
  Answer no;
  no.id = id;
  no.reason = "not for now";
  no.ask_again_at = kNow + 10min;
  ASSERT_TRUE(kept(requests_, requests_.answered(no, kOwner, kNow)));
  EXPECT_EQ(requests_.ask(wish("t2"), random_, kNow + 9min).error().code, ErrorCode::kRefused);
  EXPECT_TRUE(requests_.ask(wish("t2"), random_, kNow + 10min));
  Answer yes;
  yes.id = id;
  yes.approved = true;
  ASSERT_TRUE(kept(requests_, requests_.answered(yes, kOwner, kNow)));
  EXPECT_EQ(requests_.find(id)->request.state, RequestState::kApproved);
}

TEST_F(Outgoing, words_that_cannot_be_sent_are_refused) {
  auto too_long = wish();
  too_long.reason = std::string(kMaxReasonBytes + 1, 'a');
  EXPECT_EQ(requests_.ask(too_long, random_, kNow).error().code, ErrorCode::kInvalidArgument);
  auto control = wish();
  control.reason = "two\nlines";
  EXPECT_EQ(requests_.ask(control, random_, kNow).error().code, ErrorCode::kInvalidArgument);
  auto many = wish();
  many.select.assign(kMaxSelected + 1, "*");
  EXPECT_EQ(requests_.ask(many, random_, kNow).error().code, ErrorCode::kInvalidArgument);
}

TEST_F(Outgoing, ends_when_it_is_withdrawn_or_has_waited_too_long) {
  const RequestId id = kept(requests_, requests_.ask(wish(), random_, kNow))->request.id;
  ASSERT_TRUE(kept(requests_, requests_.withdraw(id, kNow)));
  EXPECT_FALSE(requests_.withdraw(id, kNow));
  ASSERT_TRUE(kept(requests_, requests_.ask(wish(), random_, kNow)));
  EXPECT_TRUE(requests_.expire(kNow + kLongestWait - 1ms).empty());
  EXPECT_EQ(requests_.expire(kNow + kLongestWait).size(), 1U);
}

TEST(RequestLetters, come_back_as_they_were_written) {
  EXPECT_EQ(*read_request(encode(asked(1))), asked(1));
  Answer yes;
  yes.id = id_of(1);
  yes.approved = true;
  yes.until = kNow;
  yes.byte_limit = 5;
  yes.grant =
      access::SignedGrant{.payload = Bytes(100, 1), .signature = crypto::Signature::from(Bytes(64, 2))};
  EXPECT_EQ(*read_answer(encode(yes)), yes);
  Answer no;
  no.id = id_of(2);
  no.reason = "no";
  no.ask_again_at = kNow;
  EXPECT_EQ(*read_answer(encode(no)), no);
  EXPECT_EQ(*read_withdrawn(encode_withdrawn(id_of(3))), id_of(3));
  const Revoked revoked{.share = kShare, .list = {.payload = Bytes(50, 1), .signature = {}}};
  EXPECT_EQ(*read_revoked(encode(revoked)), revoked);
}

TEST(RequestLetters, beyond_their_limits_are_refused) {
  AccessRequest request = asked(1);
  request.reason = std::string(kMaxReasonBytes + 1, 'a');
  EXPECT_EQ(read_request(encode(request)).error().code, ErrorCode::kLimitExceeded);
  request = asked(1);
  request.reason = "a\x1b[2J";
  EXPECT_EQ(read_request(encode(request)).error().code, ErrorCode::kMalformed);
  request = asked(1);
  request.select.assign(kMaxSelected + 1, "*");
  EXPECT_EQ(read_request(encode(request)).error().code, ErrorCode::kLimitExceeded);
  request = asked(1);
  request.membership = Bytes(10'000, 1);
  EXPECT_EQ(read_request(encode(request)).error().code, ErrorCode::kLimitExceeded);
  request = asked(1);
  request.name = "otter";
  EXPECT_EQ(*read_request(encode(request)), request);
  request.name = "~otter";
  EXPECT_EQ(read_request(encode(request)).error().code, ErrorCode::kMalformed) << "no name";
  Answer denied;
  denied.grant = access::SignedGrant{.payload = Bytes(100, 1), .signature = {}};
  EXPECT_EQ(read_answer(encode(denied)).error().code, ErrorCode::kMalformed) << "a denial with a grant";
  EXPECT_EQ(read_withdrawn(Bytes(3, 1)).error().code, ErrorCode::kMalformed);
  EXPECT_EQ(read_request({}).error().code, ErrorCode::kMalformed);
}

}  // namespace
}  // namespace covey::requests
