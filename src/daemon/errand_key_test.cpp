#include "daemon/errand_key.hpp"

#include <gtest/gtest.h>

namespace covey::daemon {
namespace {

access::TicketSecret secret_of(Byte value) {
  return access::TicketSecret::from(Bytes(access::TicketSecret::kSize, value));
}

TEST(ErrandKey, is_the_same_for_who_comes_back) {
  crypto::SeededRandom random(1);
  const auto first = errand_key(secret_of(1), "/tmp/here", "machine", random);
  EXPECT_EQ(first.peer_id(), errand_key(secret_of(1), "/tmp/here", "machine", random).peer_id());
  EXPECT_EQ(first.peer_id(), errand_key(secret_of(1), "/tmp/../tmp/here/", "machine", random).peer_id())
      << "another way to write the same folder";
}

TEST(ErrandKey, is_another_for_another_ticket_folder_or_machine) {
  crypto::SeededRandom random(1);
  const auto id = errand_key(secret_of(1), "/tmp/here", "machine", random).peer_id();
  EXPECT_NE(id, errand_key(secret_of(2), "/tmp/here", "machine", random).peer_id());
  EXPECT_NE(id, errand_key(secret_of(1), "/tmp/there", "machine", random).peer_id());
  EXPECT_NE(id, errand_key(secret_of(1), "/tmp/here", "another", random).peer_id());
}

TEST(ErrandKey, is_a_fresh_one_where_the_machine_has_no_name_of_its_own) {
  crypto::SeededRandom random(1);
  EXPECT_NE(errand_key(secret_of(1), "/tmp/here", "", random).peer_id(),
            errand_key(secret_of(1), "/tmp/here", "", random).peer_id());
}

}  // namespace
}  // namespace covey::daemon
