#include "crypto/password.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"

namespace covey::crypto {
namespace {

PasswordSalt counting_salt() {
  PasswordSalt salt;
  Byte next = 0;
  for (Byte& byte : salt.mutable_view()) byte = next++;
  return salt;
}

// The expected key comes from OpenSSL's Argon2id with one lane.
TEST(Password, is_stretched_by_argon2id) {
  const auto key = stretch_password(SecretBytes::copy_of(as_bytes("correct horse")), counting_salt(),
                                    {.memory_bytes = 64U << 20, .passes = 2});
  ASSERT_TRUE(key);
  EXPECT_EQ(to_hex(key->view()), "9aab5a81db651bf866ff7b6169794d2ad9bb00f3d95177925a5fca692a34dbd1");
}

TEST(Password, costs_out_of_bounds_are_refused_before_any_memory_is_taken) {
  const SecretBytes passphrase = SecretBytes::copy_of(as_bytes("x"));
  for (const PasswordCost cost :
       {PasswordCost{kMinPasswordMemory - 1, 3}, PasswordCost{8192, 3},
        PasswordCost{kMaxPasswordMemory + 1, 3}, PasswordCost{~0ULL, 3}, PasswordCost{kMinPasswordMemory, 0},
        PasswordCost{kMinPasswordMemory, 17}}) {
    EXPECT_EQ(stretch_password(passphrase, {}, cost).error().code, ErrorCode::kLimitExceeded);
  }
  EXPECT_TRUE(check_cost({kMaxPasswordMemory, kMaxPasswordPasses}));
  EXPECT_TRUE(check_cost({}));
}

}  // namespace
}  // namespace covey::crypto
