#include "mail/receipt.hpp"

#include <gtest/gtest.h>

namespace covey::mail {
namespace {

std::vector<LetterId> ids(std::size_t count) {
  crypto::SeededRandom random(1);
  std::vector<LetterId> out(count);
  for (LetterId& id : out) id = random.fixed<LetterId>();
  return out;
}

TEST(Receipt, names_what_was_taken) {
  for (const std::size_t count : {std::size_t{1}, kMaxReceiptIds})
    EXPECT_EQ(*read_receipt(write_receipt(ids(count))), ids(count));
}

TEST(Receipt, is_refused_without_letters_or_with_too_many) {
  EXPECT_EQ(read_receipt({}).error().code, ErrorCode::kMalformed);
  EXPECT_EQ(read_receipt(write_receipt({})).error().code, ErrorCode::kMalformed);
  EXPECT_EQ(read_receipt(write_receipt(ids(kMaxReceiptIds + 1))).error().code, ErrorCode::kLimitExceeded);
}

TEST(Receipt, has_the_length_that_it_says) {
  Bytes body = write_receipt(ids(2));
  EXPECT_EQ(read_receipt(ByteView(body).first(body.size() - 1)).error().code, ErrorCode::kMalformed);
  body.push_back(0);
  EXPECT_EQ(read_receipt(body).error().code, ErrorCode::kMalformed);
}

}  // namespace
}  // namespace covey::mail
