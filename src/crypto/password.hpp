#pragma once
// Passphrases into keys: Argon2id. Its cost travels with what it protects, so it is bounded on both sides:
// too cheap protects nothing, too dear is an attack on whoever opens the file. Any thread; takes about a
// second.

#include <cstdint>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/secret.hpp"

namespace covey::crypto {

using PasswordSalt = FixedBytes<struct PasswordSaltTag, 16>;

struct PasswordCost {
  std::uint64_t memory_bytes = 256ULL << 20;
  std::uint32_t passes = 3;

  bool operator==(const PasswordCost&) const = default;
};

inline constexpr std::uint64_t kMinPasswordMemory = 64ULL << 20;
inline constexpr std::uint64_t kMaxPasswordMemory = 2ULL << 30;
inline constexpr std::uint32_t kMaxPasswordPasses = 16;

/// Whether a cost lies within the limits; kLimitExceeded otherwise. Allocates nothing.
[[nodiscard]] Result<> check_cost(const PasswordCost& cost);

/// A 32-byte key. kLimitExceeded when the cost is out of bounds, kIo when the machine lacks the memory.
[[nodiscard]] Result<SecretBytes> stretch_password(const SecretBytes& passphrase, const PasswordSalt& salt,
                                                   const PasswordCost& cost);

}  // namespace covey::crypto
