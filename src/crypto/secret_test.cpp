#include "crypto/secret.hpp"

#include <type_traits>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "crypto/random.hpp"

namespace covey::crypto {
namespace {

static_assert(!std::is_copy_constructible_v<SecretBytes>);
static_assert(!std::is_copy_assignable_v<SecretBytes>);
static_assert(!std::is_convertible_v<SecretBytes, ByteView>);
static_assert(!fmt::is_formattable<SecretBytes>::value);

TEST(SecretBytes, are_empty_once_moved_away) {
  SecretBytes first = SecretBytes::copy_of(as_bytes("key"));
  SecretBytes second = std::move(first);
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move)
  EXPECT_TRUE(second.equals(as_bytes("key")));
  second = SecretBytes(2);
  EXPECT_TRUE(second.equals(Bytes{0, 0}));
}

TEST(SecretBytes, taking_from_a_buffer_wipes_it) {
  Bytes buffer = to_bytes("passphrase");
  const SecretBytes secret = SecretBytes::take_from(buffer);
  EXPECT_TRUE(secret.equals(as_bytes("passphrase")));
  EXPECT_EQ(buffer, Bytes(10));
}

TEST(SecretBytes, a_clone_stands_on_its_own) {
  SecretBytes first = SecretBytes::copy_of(as_bytes("key"));
  const SecretBytes second = first.clone();
  first.mutable_view()[0] = 'K';
  EXPECT_TRUE(second.equals(as_bytes("key")));
}

TEST(SecretBytes, equal_only_the_same_bytes) {
  const SecretBytes secret = SecretBytes::copy_of(as_bytes("key"));
  EXPECT_FALSE(secret.equals(as_bytes("kez")));
  EXPECT_FALSE(secret.equals(as_bytes("keyy")));
  EXPECT_FALSE(secret.equals({}));
  EXPECT_TRUE(SecretBytes().equals({}));
}

TEST(SeededRandom, repeats_a_run_and_never_itself) {
  SeededRandom first(7);
  SeededRandom second(7);
  SeededRandom other(8);
  const std::uint64_t number = first.number();
  EXPECT_EQ(number, second.number());
  EXPECT_NE(number, first.number());
  EXPECT_NE(number, other.number());
}

TEST(SystemRandom, fills_every_byte) {
  SystemRandom random;
  Bytes seen(64);
  for (int round = 0; round < 64; ++round) {
    const SecretBytes bytes = random.secret(seen.size());
    for (std::size_t i = 0; i < seen.size(); ++i) seen[i] = static_cast<Byte>(seen[i] | bytes.view()[i]);
  }
  for (const Byte byte : seen) EXPECT_NE(byte, 0);
}

}  // namespace
}  // namespace covey::crypto
