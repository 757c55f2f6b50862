#include "access/endpoint.hpp"

#include <gtest/gtest.h>

namespace covey::access {
namespace {

TEST(Endpoint, is_read_and_written_the_usual_way) {
  const auto v4 = Endpoint::parse("192.0.2.7:7440");
  ASSERT_TRUE(v4);
  EXPECT_FALSE(v4->is_v6());
  EXPECT_EQ(v4->port(), 7440);
  EXPECT_EQ(v4->ip_text(), "192.0.2.7");
  EXPECT_EQ(v4->to_text(), "192.0.2.7:7440");
  const auto v6 = Endpoint::parse("[2001:DB8:0:0::1]:1");
  ASSERT_TRUE(v6);
  EXPECT_TRUE(v6->is_v6());
  EXPECT_EQ(v6->ip_text(), "2001:db8::1");
  EXPECT_EQ(v6->to_text(), "[2001:db8::1]:1");
  EXPECT_EQ(v6->ip().size(), 16U);
}

TEST(Endpoint, knows_the_addresses_that_stand_for_every_interface) {
  EXPECT_TRUE(Endpoint::parse("0.0.0.0:0")->is_unspecified());
  EXPECT_TRUE(Endpoint::parse("[::]:7440")->is_unspecified());
  EXPECT_FALSE(Endpoint::parse("[::1]:7440")->is_unspecified());
  EXPECT_NE(*Endpoint::parse("[::]:0"), *Endpoint::parse("0.0.0.0:0"));
}

TEST(Endpoint, makes_one_value_of_both_forms_of_an_ipv4_address) {
  EXPECT_EQ(*Endpoint::parse("[::ffff:192.0.2.7]:80"), *Endpoint::parse("192.0.2.7:80"));
}

TEST(Endpoint, refuses_what_is_no_address_with_a_port_and_shows_one) {
  for (const std::string_view text :
       {"", ":", "192.0.2.7", "192.0.2.7:", "192.0.2.7:65536", "192.0.2.7:-1", "192.0.2.7:+1", "192.0.2.7:1 ",
        "192.0.2.256:1", "192.0.2:1", "[192.0.2.7]:1", "2001:db8::1:7440", "[2001:db8::1]",
        "[2001:db8::1]7440", "[2001:db8::1:7440", "[fe80::1%eth0]:1", "example.org:7440", "[]:1",
        "[[::1]]:1"}) {
    const auto endpoint = Endpoint::parse(text);
    ASSERT_FALSE(endpoint) << text;
    EXPECT_EQ(endpoint.error().code, ErrorCode::kInvalidArgument);
    EXPECT_NE(endpoint.error().context.find("192.0.2.7:7440"), std::string::npos);
  }
  EXPECT_FALSE(Endpoint::from_ip(std::string_view("::1\0x", 5), 1));
  EXPECT_FALSE(Endpoint::from_ip(std::string(1000, '1'), 1));
  EXPECT_EQ(Endpoint::from_bytes(Bytes(5), 1).error().code, ErrorCode::kMalformed);
}

}  // namespace
}  // namespace covey::access
