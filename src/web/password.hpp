#pragma once
// The web UI's password, as it is kept: Argon2id, so that whoever reads the file has to guess slowly; and how
// long whoever guesses wrong has to wait. Making and checking take about a second and 256 MiB: not on the
// network thread. Values.

#include <chrono>
#include <string>

#include "base/clock.hpp"
#include "crypto/hash.hpp"
#include "crypto/password.hpp"
#include "crypto/random.hpp"

namespace covey::web {

inline constexpr std::size_t kMinPasswordBytes = 8;
inline constexpr std::size_t kMaxPasswordBytes = 1024;

struct PasswordRecord {
  crypto::PasswordCost cost;
  crypto::PasswordSalt salt;
  crypto::Hash hash;  // of the stretched password

  bool operator==(const PasswordRecord&) const = default;
};

/// kInvalidArgument for one that is too short or too long; errors of crypto::stretch_password.
Result<PasswordRecord> make_password(const crypto::SecretBytes& password, crypto::Random& random,
                                     const crypto::PasswordCost& cost = {});
/// kRefused for another password.
Result<> check_password(const PasswordRecord& record, const crypto::SecretBytes& password);

/// record := version:u8=1 memory:u64 passes:u32 salt:u8[16] hash:u8[32], as hex.
std::string to_text(const PasswordRecord& record);
/// kCorrupt, kUnsupported.
Result<PasswordRecord> password_record(std::string_view text);

/// The pauses between attempts: none for the first few, then growing; a right one forgets them. The link of
/// covey ui needs no pause, so nobody can lock the owner out.
class SignInPause {
 public:
  /// How long to wait still; zero: now.
  [[nodiscard]] std::chrono::seconds left(SteadyTime now) const;
  void failed(SteadyTime now);
  void passed() { *this = {}; }

 private:
  unsigned failures_ = 0;
  SteadyTime until_{};
};

}  // namespace covey::web
