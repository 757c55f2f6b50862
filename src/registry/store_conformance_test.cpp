// What store.hpp promises, held by every backend: the network, its members, invites and presence, and
// transactions.

#include <gmock/gmock.h>

#include "registry/store_fixture.hpp"

namespace covey::registry {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class StoreConformance : public StoreTest {};

TEST_P(StoreConformance, a_database_is_one_networks) {
  expect_value(store->bind_network(network.key()));
  expect_value(open()->bind_network(network.key()));
  const auto other = network.random().fixed<crypto::PublicKey>();
  EXPECT_EQ(error_of(open()->bind_network(other)), ErrorCode::kRefused);
}

TEST_P(StoreConformance, registration_is_open_until_it_is_set) {
  EXPECT_EQ(error_of(store->set_registration(Registration::kInvite)), ErrorCode::kNotFound);
  expect_value(store->bind_network(network.key()));
  EXPECT_EQ(expect_value(store->registration()), Registration::kOpen);
  expect_value(store->set_registration(Registration::kInvite));
  EXPECT_EQ(expect_value(open()->registration()), Registration::kInvite);
  expect_value(store->bind_network(network.key()));
  EXPECT_EQ(expect_value(store->registration()), Registration::kInvite);
}

TEST_P(StoreConformance, a_challenge_is_answered_once_until_it_is_purged) {
  const Bytes challenge(32, 5);
  expect_value(store->use_challenge(challenge, kNow + 1min));
  EXPECT_EQ(error_of(open()->use_challenge(challenge, kNow + 1min)), ErrorCode::kAlreadyExists);
  expect_value(store->use_challenge(Bytes(32, 6), kNow + 1min));
  expect_value(store->purge(kNow + 1min - 1ms));
  EXPECT_EQ(error_of(store->use_challenge(challenge, kNow)), ErrorCode::kAlreadyExists);
  expect_value(store->purge(kNow + 1min));
  expect_value(store->use_challenge(challenge, kNow + 2min));
  EXPECT_EQ(error_of(store->use_challenge(Bytes(), kNow)), ErrorCode::kInvalidArgument);
  EXPECT_EQ(error_of(store->use_challenge(Bytes(65, 1), kNow)), ErrorCode::kInvalidArgument);
}

TEST_P(StoreConformance, a_member_is_found_by_peer_and_by_name) {
  const auto ada = network.person("ada");
  const Member added = expect_value(store->add_member(TestNetwork::application(ada), kNow));
  EXPECT_EQ(added.serial, 1U);
  for (const auto& found : {expect_value(open()->member(ada.id())), expect_value(open()->member(ada.name))}) {
    ASSERT_TRUE(found);
    EXPECT_EQ(found->peer, ada.id());
    EXPECT_EQ(found->name, ada.name);
    EXPECT_EQ(found->serial, 1U);
    EXPECT_EQ(found->state, MemberState::kActive);
    EXPECT_EQ(as_text(found->claim), "claim of ada");
    EXPECT_EQ(found->claim_signature, crypto::Signature::from(Bytes(64, 3)));
    EXPECT_EQ(found->registered_at, kNow);
  }
  EXPECT_FALSE(expect_value(store->member(network.person("bob").id())));
  EXPECT_FALSE(expect_value(store->member(network.person("bob").name)));
}

TEST_P(StoreConformance, who_registers_again_is_the_member_it_was) {
  const auto ada = network.member(*store, "ada");
  const Member again = expect_value(store->add_member(TestNetwork::application(ada), kNow + 1h));
  EXPECT_EQ(again.registered_at, kNow);
  NewMember renamed = TestNetwork::application(network.person("eva"));
  renamed.peer = ada.id();
  const auto refused = store->add_member(renamed, kNow);
  EXPECT_EQ(error_of(refused), ErrorCode::kAlreadyExists);
  EXPECT_THAT(refused.error().context, HasSubstr("registered as ada"));
}

TEST_P(StoreConformance, a_name_and_what_looks_like_it_are_one_peers) {
  (void)network.member(*store, "bob");
  const auto same = store->add_member(TestNetwork::application(network.person("bob")), kNow);
  EXPECT_EQ(error_of(same), ErrorCode::kAlreadyExists);
  EXPECT_THAT(same.error().context, HasSubstr("bob is taken"));
  const auto similar = store->add_member(TestNetwork::application(network.person("b0b")), kNow);
  EXPECT_EQ(error_of(similar), ErrorCode::kAlreadyExists);
  EXPECT_THAT(similar.error().context, HasSubstr("looks like bob"));
}

TEST_P(StoreConformance, a_freed_name_goes_on_with_the_next_serial) {
  for (std::uint64_t serial = 1; serial <= 3; ++serial) {
    const auto ada = network.person("ada");
    EXPECT_EQ(expect_value(store->add_member(TestNetwork::application(ada), kNow)).serial, serial);
    expect_value(store->remove_member(ada.id()));
    EXPECT_EQ(error_of(store->remove_member(ada.id())), ErrorCode::kNotFound);
  }
  EXPECT_EQ(expect_value(store->add_member(TestNetwork::application(network.person("eva")), kNow)).serial,
            1U);
}

TEST_P(StoreConformance, an_invite_is_spent_by_who_is_let_in) {
  const auto code = network.random().fixed<crypto::Hash>();
  expect_value(store->add_invite(
      {.code_hash = code, .note = "for 'the' club; --", .uses_left = 2, .expires_at = kNow + 1h}));
  EXPECT_EQ(error_of(store->add_invite({.code_hash = code, .note = ""})), ErrorCode::kAlreadyExists);
  const auto register_at = [&](std::string_view name, const crypto::Hash& hash, WallTime now) {
    NewMember application = TestNetwork::application(network.person(name));
    application.invite = hash;
    return store->add_member(application, now);
  };
  (void)expect_value(register_at("ada", code, kNow));
  EXPECT_EQ(error_of(register_at("ada", code, kNow)), ErrorCode::kAlreadyExists);  // and spends nothing
  EXPECT_EQ(error_of(register_at("bob", code, kNow + 1h)), ErrorCode::kRefused);
  EXPECT_EQ(error_of(register_at("bob", network.random().fixed<crypto::Hash>(), kNow)), ErrorCode::kRefused);
  EXPECT_FALSE(expect_value(store->member(*identity::PeerName::parse("bob"))));
  ASSERT_EQ(expect_value(store->invites()).size(), 1U);
  EXPECT_EQ(expect_value(store->invites())[0].uses_left, 1U);
  EXPECT_EQ(expect_value(store->invites())[0].note, "for 'the' club; --");
  EXPECT_EQ(expect_value(store->invites())[0].expires_at, kNow + 1h);
  (void)expect_value(register_at("bob", code, kNow));
  EXPECT_EQ(error_of(register_at("eve", code, kNow)), ErrorCode::kRefused);
  expect_value(store->remove_invite(code));
  EXPECT_EQ(error_of(store->remove_invite(code)), ErrorCode::kNotFound);
}

TEST_P(StoreConformance, an_invite_beyond_its_limits_is_refused) {
  const auto code = network.random().fixed<crypto::Hash>();
  const auto problem = [&](std::string note, std::uint64_t uses) {
    return error_of(store->add_invite({.code_hash = code, .note = std::move(note), .uses_left = uses}));
  };
  EXPECT_EQ(problem("", 0), ErrorCode::kInvalidArgument);
  EXPECT_EQ(problem("", ~std::uint64_t{0}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(problem(std::string(256, 'x'), 1), ErrorCode::kInvalidArgument);
  EXPECT_EQ(problem(std::string("a\0b", 3), 1), ErrorCode::kInvalidArgument);
  EXPECT_EQ(problem("\xff", 1), ErrorCode::kInvalidArgument);
}

TEST_P(StoreConformance, members_come_in_pages_by_the_bytes_of_their_names) {
  for (const auto* name : {"b.b", "a-a", "a_b", "a.c", "aad", "123", "zoe"})
    (void)network.member(*store, name);
  std::vector<std::string> seen;
  std::string after;
  for (;;) {
    const auto page = expect_value(store->members(after, 2));
    if (page.empty()) break;
    EXPECT_LE(page.size(), 2U);
    for (const Member& each : page) seen.push_back(each.name.text());
    after = seen.back();
  }
  EXPECT_THAT(seen, ElementsAre("123", "a-a", "a.c", "a_b", "aad", "b.b", "zoe"));
  EXPECT_EQ(error_of(store->members(std::string("a\0", 2), 2)), ErrorCode::kInvalidArgument);
  EXPECT_EQ(error_of(store->members("\xff", 2)), ErrorCode::kInvalidArgument);
}

TEST_P(StoreConformance, whoever_is_banned_holds_nothing_and_sees_nothing) {
  const auto ada = network.member(*store, "ada");
  const auto bob = network.member(*store, "bob");
  const auto id = network.share_id();
  const auto bobs = network.share_id();
  announce(ada, id, {});
  announce(bob, bobs, {.title = "Bob's"});
  expect_value(store->renew_presence(ada.id(), std::nullopt, kNow + 1min));
  expect_value(store->add_provider(bobs, ada.id(), kNow + 1min, kNow));
  const Message letter{.from = bob.id(),
                       .to = ada.id(),
                       .kind = "chat",
                       .body = {1},
                       .sent_at = kNow,
                       .expires_at = kNow + 1h};
  (void)expect_value(store->post(letter, {}, kNow));
  Message back = letter;
  std::swap(back.from, back.to);
  (void)expect_value(store->post(back, {}, kNow));

  expect_value(store->set_member_state(ada.id(), MemberState::kBanned));
  EXPECT_EQ(expect_value(store->member(ada.id()))->state, MemberState::kBanned);
  EXPECT_FALSE(expect_value(store->presence(ada.id(), kNow)));
  EXPECT_FALSE(expect_value(store->share(id, bob.id(), kNow)));
  EXPECT_THAT(titles_of(search(bob.id(), "")), ElementsAre("Bob's"));
  EXPECT_THAT(expect_value(store->providers(bobs, bob.id(), 9, kNow)), IsEmpty());
  EXPECT_THAT(expect_value(store->messages(ada.id(), 0, 9, kNow)), IsEmpty());
  EXPECT_THAT(expect_value(store->messages(bob.id(), 0, 9, kNow)), IsEmpty());
  EXPECT_FALSE(expect_value(store->share(bobs, ada.id(), kNow)));
  EXPECT_THAT(search(ada.id(), "").shares, IsEmpty());
  EXPECT_EQ(search(ada.id(), "").total, 0U);
  EXPECT_EQ(error_of(store->renew_presence(ada.id(), std::nullopt, kNow + 1min)), ErrorCode::kNotFound);
  EXPECT_EQ(error_of(store->announce(network.announcement(ada, id, {}), 9)), ErrorCode::kNotFound);
  EXPECT_EQ(error_of(store->post(letter, {}, kNow)), ErrorCode::kNotFound);
  EXPECT_EQ(expect_value(store->counts(kNow)).members, 1U);

  expect_value(store->set_member_state(ada.id(), MemberState::kActive));
  announce(ada, id, {});
  EXPECT_EQ(error_of(store->set_member_state(network.person("eve").id(), MemberState::kBanned)),
            ErrorCode::kNotFound);
}

TEST_P(StoreConformance, presence_lasts_as_long_as_its_lease) {
  const auto ada = network.member(*store, "ada");
  const std::vector<access::Endpoint> addresses{*access::Endpoint::parse("192.0.2.7:7440"),
                                                *access::Endpoint::parse("[2001:db8::1]:1")};
  EXPECT_FALSE(expect_value(store->presence(ada.id(), kNow)));
  expect_value(store->renew_presence(ada.id(), addresses, kNow + 1min));
  const auto seen = expect_value(open()->presence(ada.id(), kNow + 1min - 1ms));
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->name, ada.name);
  EXPECT_EQ(seen->addresses, addresses);
  EXPECT_EQ(seen->expires_at, kNow + 1min);
  EXPECT_FALSE(expect_value(store->presence(ada.id(), kNow + 1min)));
  expect_value(store->renew_presence(ada.id(), std::nullopt, kNow + 2min));
  EXPECT_EQ(expect_value(store->presence(ada.id(), kNow + 1min))->addresses, addresses);
  expect_value(store->renew_presence(ada.id(), std::vector<access::Endpoint>(), kNow + 2min));
  EXPECT_THAT(expect_value(store->presence(ada.id(), kNow))->addresses, IsEmpty());
  expect_value(store->end_presence(ada.id()));
  EXPECT_FALSE(expect_value(store->presence(ada.id(), kNow)));
  EXPECT_EQ(error_of(store->renew_presence(network.person("eve").id(), addresses, kNow + 1min)),
            ErrorCode::kNotFound);
  const std::vector<access::Endpoint> many(kMaxAddresses + 1, addresses[0]);
  EXPECT_EQ(error_of(store->renew_presence(ada.id(), many, kNow + 1min)), ErrorCode::kLimitExceeded);
}

TEST_P(StoreConformance, who_is_present_comes_in_pages_by_name) {
  for (const auto* name : {"zoe", "ada", "bob", "eve"}) {
    const auto person = network.member(*store, name);
    expect_value(
        store->renew_presence(person.id(), std::nullopt, person.name.text() == "bob" ? kNow : kNow + 1min));
  }
  const auto names = [&](std::string_view after, std::size_t limit) {
    std::vector<std::string> out;
    for (const Presence& each : expect_value(store->present(after, limit, kNow)))
      out.push_back(each.name.text());
    return out;
  };
  EXPECT_THAT(names("", 2), ElementsAre("ada", "eve"));
  EXPECT_THAT(names("eve", 2), ElementsAre("zoe"));
  EXPECT_EQ(expect_value(store->counts(kNow)).present, 3U);
}

TEST_P(StoreConformance, a_transaction_is_kept_or_undone_as_a_whole) {
  const auto ada = network.person("ada");
  const auto bob = network.person("bob");
  const auto undone = store->in_transaction([&]() -> Result<> {
    TRY_VOID(store->add_member(TestNetwork::application(ada), kNow));
    EXPECT_TRUE(expect_value(store->member(ada.id())));
    return fail(ErrorCode::kRefused, "no");
  });
  EXPECT_EQ(error_of(undone), ErrorCode::kRefused);
  EXPECT_FALSE(expect_value(store->member(ada.id())));

  expect_value(store->in_transaction([&]() -> Result<> {
    const auto inner = store->in_transaction([&]() -> Result<> {
      TRY_VOID(store->add_member(TestNetwork::application(ada), kNow));
      return fail(ErrorCode::kRefused, "no");
    });
    EXPECT_EQ(error_of(inner), ErrorCode::kRefused);
    return store->in_transaction([&]() -> Result<> {
      TRY_VOID(store->add_member(TestNetwork::application(bob), kNow));
      return {};
    });
  }));
  EXPECT_FALSE(expect_value(open()->member(ada.id())));
  EXPECT_TRUE(expect_value(open()->member(bob.id())));
}

TEST_P(StoreConformance, a_transaction_that_throws_is_undone) {
  const auto ada = network.person("ada");
  EXPECT_THROW((void)store->in_transaction([&]() -> Result<> {
    (void)expect_value(store->add_member(TestNetwork::application(ada), kNow));
    throw std::runtime_error("a programmer's error");
  }),
               std::runtime_error);
  EXPECT_FALSE(expect_value(store->member(ada.id())));
  (void)expect_value(store->add_member(TestNetwork::application(ada), kNow));
}

COVEY_ON_EACH_BACKEND(StoreConformance);

}  // namespace
}  // namespace covey::registry
