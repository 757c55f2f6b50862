#include "identity/vault.hpp"

#include <gtest/gtest.h>

#include "crypto/hash.hpp"

namespace covey::identity {
namespace {

constexpr crypto::PasswordCost kCheap{crypto::kMinPasswordMemory, 1};

crypto::SecretBytes secret(std::string_view text) {
  return crypto::SecretBytes::copy_of(as_bytes(text));
}

class Vault : public testing::Test {
 protected:
  [[nodiscard]] NewIdentity with_key_file() {
    return std::move(*make_identity(random_, std::nullopt, kCheap));
  }
  [[nodiscard]] NewIdentity with_passphrase() {
    return std::move(*make_identity(random_, secret("correct horse"), kCheap));
  }
  crypto::SeededRandom random_{5};
};

TEST_F(Vault, opens_with_its_passphrase_after_being_stored) {
  const NewIdentity made = with_passphrase();
  const auto read = parse_identity(encode_identity(made.sealed));
  ASSERT_TRUE(read) << read.error().context;
  EXPECT_EQ(read->peer, made.unlocked.device.peer_id());
  const auto unlocked = unlock_with_passphrase(*read, secret("correct horse"));
  ASSERT_TRUE(unlocked) << unlocked.error().context;
  EXPECT_EQ(unlocked->device.peer_id(), made.unlocked.device.peer_id());
  EXPECT_TRUE(unlocked->vault_key.equals(made.unlocked.vault_key.view()));
}

TEST_F(Vault, stays_shut_for_another_passphrase) {
  const NewIdentity made = with_passphrase();
  EXPECT_EQ(unlock_with_passphrase(made.sealed, secret("correct horsf")).error().code,
            ErrorCode::kVerificationFailed);
  EXPECT_EQ(unlock_with_passphrase(made.sealed, {}).error().code, ErrorCode::kVerificationFailed);
}

TEST_F(Vault, opens_with_its_key_file_and_no_other) {
  const NewIdentity made = with_key_file();
  const auto read = parse_identity(encode_identity(made.sealed));
  ASSERT_TRUE(read);
  auto key = parse_vault_key(encode_vault_key(made.unlocked.vault_key).view());
  ASSERT_TRUE(key);
  EXPECT_EQ(unlock_with_vault_key(*read, std::move(*key))->device.peer_id(), made.sealed.peer);
  EXPECT_EQ(unlock_with_vault_key(*read, random_.secret(32)).error().code, ErrorCode::kVerificationFailed);
  EXPECT_EQ(unlock_with_vault_key(*read, random_.secret(31)).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(unlock_with_passphrase(*read, secret("x")).error().code, ErrorCode::kInvalidArgument);
}

TEST_F(Vault, refuses_an_empty_passphrase_and_an_absurd_cost) {
  EXPECT_EQ(make_identity(random_, crypto::SecretBytes(), kCheap).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(make_identity(random_, secret("x"), {.memory_bytes = 1024, .passes = 1}).error().code,
            ErrorCode::kLimitExceeded);
}

TEST_F(Vault, notices_any_changed_byte_of_an_identity_under_a_key_file) {
  const NewIdentity made = with_key_file();
  const Bytes good = encode_identity(made.sealed);
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes changed = good;
    changed[bit / 8] ^= static_cast<Byte>(1U << (bit % 8));
    const auto read = parse_identity(changed);
    EXPECT_FALSE(read && unlock_with_vault_key(*read, made.unlocked.vault_key.clone())) << bit;
  }
}

TEST_F(Vault, notices_changed_parameters_and_seals_under_a_passphrase) {
  const Bytes good = encode_identity(with_passphrase().sealed);
  // One byte in each field: peer id, passes, salt, sealed vault key, sealed seed. Memory is refused below.
  for (const std::size_t at :
       {std::size_t{20}, std::size_t{54}, std::size_t{60}, std::size_t{100}, good.size() - 1}) {
    Bytes changed = good;
    changed[at] ^= 2;
    const auto read = parse_identity(changed);
    EXPECT_FALSE(read && unlock_with_passphrase(*read, secret("correct horse"))) << at;
  }
}

TEST_F(Vault, refuses_a_well_sealed_key_of_another_peer_than_the_file_names) {
  NewIdentity made = with_key_file();
  made.sealed.peer = DeviceKey::ephemeral(random_).peer_id();
  Bytes head = encode_identity(made.sealed);
  head.resize(head.size() - kSealedKeyBytes);
  const auto key = crypto::derive_key(crypto::kDeviceKeyLabel, made.unlocked.vault_key.view());
  made.sealed.device_seed = crypto::seal(key, random_, head, made.unlocked.device.seed().view());
  EXPECT_EQ(unlock_with_vault_key(made.sealed, made.unlocked.vault_key.clone()).error().code,
            ErrorCode::kCorrupt);
}

TEST_F(Vault, refuses_files_that_are_cut_short_continued_or_foreign) {
  for (const Bytes& good :
       {encode_identity(with_key_file().sealed), encode_identity(with_passphrase().sealed)}) {
    EXPECT_LE(good.size(), kMaxIdentityFileBytes);
    for (std::size_t size = 0; size < good.size(); ++size) {
      EXPECT_EQ(parse_identity(ByteView(good).first(size)).error().code, ErrorCode::kCorrupt) << size;
    }
    Bytes longer = good;
    longer.push_back(0);
    EXPECT_EQ(parse_identity(longer).error().code, ErrorCode::kCorrupt);
    Bytes newer = good;
    newer[8] = 2;
    EXPECT_EQ(parse_identity(newer).error().code, ErrorCode::kUnsupported);
  }
  const auto key = encode_vault_key(random_.secret(32));
  EXPECT_EQ(key.size(), kVaultKeyFileBytes);
  for (std::size_t size = 0; size < key.size(); ++size) {
    EXPECT_EQ(parse_vault_key(key.view().first(size)).error().code, ErrorCode::kCorrupt) << size;
  }
}

TEST_F(Vault, refuses_a_file_that_asks_for_more_than_two_gibibytes) {
  NewIdentity made = with_passphrase();
  made.sealed.passphrase->cost.memory_bytes = (2ULL << 30) + 1;
  EXPECT_EQ(parse_identity(encode_identity(made.sealed)).error().code, ErrorCode::kLimitExceeded);
  made.sealed.passphrase->cost = {.memory_bytes = crypto::kMinPasswordMemory, .passes = 1000000};
  EXPECT_EQ(parse_identity(encode_identity(made.sealed)).error().code, ErrorCode::kLimitExceeded);
}

TEST_F(Vault, never_stores_a_key_in_the_clear) {
  const NewIdentity made = with_passphrase();
  const Bytes file = encode_identity(made.sealed);
  const auto seed = made.unlocked.device.seed();
  EXPECT_EQ(as_text(file).find(as_text(seed.view())), std::string_view::npos);
  EXPECT_EQ(as_text(file).find(as_text(made.unlocked.vault_key.view())), std::string_view::npos);
}

}  // namespace
}  // namespace covey::identity
