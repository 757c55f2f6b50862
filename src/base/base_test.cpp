#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "base/cursor.hpp"
#include "base/encoding.hpp"
#include "base/quantity.hpp"
#include "base/result.hpp"

namespace covey {
namespace {

Result<int> half(int n) {
  if (n % 2 != 0) return fail(ErrorCode::kInvalidArgument, "{} is odd", n);
  return n / 2;
}

Result<int> quarter(int n) {
  TRY(const int first, half(n));
  TRY(const int second, half(first));
  return second;
}

TEST(Result, try_passes_values_on_and_stops_at_the_first_error) {
  EXPECT_EQ(*quarter(8), 2);
  ASSERT_FALSE(quarter(6));
  EXPECT_EQ(quarter(6).error(), (Error{ErrorCode::kInvalidArgument, "3 is odd"}));
}

TEST(Result, errno_becomes_the_code_a_caller_can_act_on) {
  EXPECT_EQ(fail_errno(ENOSPC, "cannot write x").error().code, ErrorCode::kDiskFull);
  EXPECT_EQ(fail_errno(EACCES, "cannot open x").error().context, "cannot open x: Permission denied");
}

TEST(Encoding, base32_matches_rfc_4648_in_lower_case) {
  EXPECT_EQ(to_base32(as_bytes("")), "");
  EXPECT_EQ(to_base32(as_bytes("f")), "my");
  EXPECT_EQ(to_base32(as_bytes("foobar")), "mzxw6ytboi");
  EXPECT_EQ(*from_base32("MZXW6ytboi"), to_bytes("foobar"));
}

TEST(Encoding, base32_has_one_text_for_each_value) {
  EXPECT_FALSE(from_base32("mz"));        // stray bits
  EXPECT_FALSE(from_base32("m"));         // impossible length
  EXPECT_FALSE(from_base32("mzxw6yt0"));  // foreign character
}

TEST(Encoding, hex_round_trips_and_refuses_what_is_not_hex) {
  EXPECT_EQ(to_hex(*from_hex("00ff7A")), "00ff7a");
  EXPECT_FALSE(from_hex("abc"));
  EXPECT_FALSE(from_hex("zz"));
}

TEST(Cursor, reads_back_what_was_written_and_never_past_the_end) {
  const Bytes bytes = ByteWriter().number(std::uint32_t{0x01020304}).sized16(as_bytes("hey")).take();
  EXPECT_EQ(bytes[0], 1);  // big-endian
  ByteReader reader(bytes);
  EXPECT_EQ(*reader.number<std::uint32_t>(), 0x01020304U);
  EXPECT_EQ(as_text(*reader.sized16(10)), "hey");
  EXPECT_TRUE(reader.expect_done());
  EXPECT_EQ(reader.number<std::uint16_t>().error().code, ErrorCode::kMalformed);
}

TEST(Cursor, checks_a_length_against_its_limit_before_reading) {
  const Bytes bytes = ByteWriter().number(std::uint16_t{60000}).take();
  EXPECT_EQ(ByteReader(bytes).sized16(100).error().code, ErrorCode::kLimitExceeded);
}

TEST(Quantity, sizes_and_rates_read_well) {
  EXPECT_EQ(human_bytes(0), "0 B");
  EXPECT_EQ(human_bytes(1023), "1023 B");
  EXPECT_EQ(human_bytes(1536), "1.5 KiB");
  EXPECT_EQ(human_bytes(2ULL << 30), "2 GiB");
  EXPECT_EQ(human_rate(412.3e6), "412 MB/s");
  EXPECT_EQ(human_duration(std::chrono::seconds(75)), "1m 15s");
}

TEST(Quantity, durations_and_sizes_parse_or_say_how_to_write_them) {
  EXPECT_EQ(*parse_duration("7d"), std::chrono::hours(168));
  EXPECT_EQ(*parse_duration("1.5h"), std::chrono::minutes(90));
  EXPECT_NE(parse_duration("soon").error().context.find("7d"), std::string::npos);
  EXPECT_FALSE(parse_duration("0s"));
  EXPECT_FALSE(parse_duration("-1h"));
  EXPECT_FALSE(parse_duration("900000w"));
  EXPECT_EQ(*parse_bytes("2M"), 2000000U);
  EXPECT_EQ(*parse_bytes("64KiB"), 65536U);
  EXPECT_FALSE(parse_bytes("12 parsecs"));
}

TEST(Quantity, sizes_can_be_written_so_that_they_parse_to_the_same) {
  EXPECT_EQ(exact_bytes(0), "0");
  EXPECT_EQ(exact_bytes(1234), "1234");
  EXPECT_EQ(exact_bytes(2'000'000), "2M");
  EXPECT_EQ(exact_bytes(1'500'000), "1500K");
  EXPECT_EQ(exact_bytes(65536), "64KiB");
  EXPECT_EQ(exact_bytes(3ULL << 40), "3TiB");
  for (const std::uint64_t bytes :
       {1ULL, 999ULL, 1000ULL, 1024ULL, 1'024'000ULL, 5ULL << 30, 7'000'000'000'000'000ULL})
    EXPECT_EQ(*parse_bytes(exact_bytes(bytes)), bytes);
}

TEST(Encoding, text_in_urls_keeps_nothing_that_means_something_there) {
  EXPECT_EQ(percent_encoded("Az09-_~"), "Az09-_~");
  EXPECT_EQ(percent_encoded("a/b?c=d&e #%+."), "a%2Fb%3Fc%3Dd%26e%20%23%25%2B%2E");
  EXPECT_EQ(percent_encoded("\xc3\xa9"), "%C3%A9");
}

TEST(ManualClock, moves_only_when_told) {
  ManualClock clock;
  const auto before = clock.wall();
  clock.advance(Milliseconds(1500));
  EXPECT_EQ(clock.wall() - before, Milliseconds(1500));
  EXPECT_EQ(clock.steady() - SteadyTime{}, Milliseconds(1500));
}

}  // namespace
}  // namespace covey
