#include "daemon/known_names.hpp"

#include <gtest/gtest.h>

#include "crypto/random.hpp"
#include "identity/device_key.hpp"

namespace covey::daemon {
namespace {

struct KnownNamesTest : testing::Test {
  crypto::SeededRandom random{4};
  crypto::PublicKey network = crypto::SigningKey::generate(random).public_key();
  identity::PeerId alice = identity::DeviceKey::ephemeral(random).peer_id();
  identity::PeerId mallory = identity::DeviceKey::ephemeral(random).peer_id();
  identity::PeerName name = *identity::PeerName::parse("alice");
  KnownNames names;

  KnownName is(const identity::PeerId& peer) const {
    return {.network = network, .name = name, .peer = peer, .serial = 1};
  }
};

TEST_F(KnownNamesTest, the_first_peer_of_a_name_keeps_it) {
  EXPECT_EQ(names.meet(is(alice)), KnownNames::Verdict::kNew);
  EXPECT_EQ(names.meet(is(alice)), KnownNames::Verdict::kKnown);
  EXPECT_EQ(names.meet(is(mallory)), KnownNames::Verdict::kAnothers);
  EXPECT_EQ(names.owner(network, name), alice);
}

TEST_F(KnownNamesTest, are_remembered_from_an_earlier_run) {
  names.restore(is(alice));
  EXPECT_EQ(names.meet(is(mallory)), KnownNames::Verdict::kAnothers);
}

TEST_F(KnownNamesTest, the_same_name_in_another_network_is_another) {
  names.restore(is(alice));
  KnownName elsewhere = is(mallory);
  elsewhere.network = crypto::SigningKey::generate(random).public_key();
  EXPECT_EQ(names.meet(elsewhere), KnownNames::Verdict::kNew);
}

TEST_F(KnownNamesTest, one_lie_is_told_once) {
  EXPECT_TRUE(names.first_time(is(mallory)));
  EXPECT_FALSE(names.first_time(is(mallory)));
  EXPECT_TRUE(names.first_time(is(alice)));
}

}  // namespace
}  // namespace covey::daemon
