#include "registry/name_rules.hpp"

#include <gtest/gtest.h>

namespace covey::registry {
namespace {

identity::PeerName name(std::string_view text) {
  return *identity::PeerName::parse(text);
}

bool look_alike(std::string_view a, std::string_view b) {
  return lookalike_of(name(a)) == lookalike_of(name(b));
}

TEST(NameRules, names_that_people_mistake_for_each_other_look_alike) {
  EXPECT_TRUE(look_alike("bob", "b0b"));
  EXPECT_TRUE(look_alike("alice", "a1ice"));
  EXPECT_TRUE(look_alike("alice", "aiice"));
  EXPECT_TRUE(look_alike("mike", "rnike"));
  EXPECT_TRUE(look_alike("wendy", "vvendy"));
  EXPECT_TRUE(look_alike("dora", "c1ora"));
  EXPECT_TRUE(look_alike("ann.lee", "ann-lee"));
  EXPECT_TRUE(look_alike("ann_lee", "annlee"));
  EXPECT_TRUE(look_alike("r.n.ike", "mike"));
}

TEST(NameRules, other_names_do_not) {
  EXPECT_FALSE(look_alike("alice", "alicia"));
  EXPECT_FALSE(look_alike("bob", "rob"));
  EXPECT_FALSE(look_alike("...", "---"));
  EXPECT_FALSE(look_alike("ada", "eda"));
}

TEST(NameRules, what_looks_like_an_office_is_reserved) {
  for (const auto* taken : {"admin", "adm1n", "r00t", "covey", "c.o.v.e.y", "tracker", "tr4cker", "support",
                            "sys-tem", "adrnin", "m.e-"}) {
    EXPECT_TRUE(is_reserved(name(taken))) << taken;
  }
  for (const auto* free : {"alice", "bob", "administer", "rooted", "coveys"}) {
    EXPECT_FALSE(is_reserved(name(free))) << free;
  }
}

}  // namespace
}  // namespace covey::registry
