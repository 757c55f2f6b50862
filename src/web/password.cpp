#include "web/password.hpp"

#include "base/cursor.hpp"
#include "base/encoding.hpp"
#include "base/growing_pause.hpp"

namespace covey::web {
namespace {

constexpr Byte kVersion = 1;
constexpr unsigned kFreeAttempts = 3;
constexpr std::chrono::seconds kFirstPause{2};
constexpr std::chrono::seconds kLongestPause{300};

Result<crypto::Hash> hash_of(const crypto::SecretBytes& password, const crypto::PasswordSalt& salt,
                             const crypto::PasswordCost& cost) {
  TRY(const auto key, crypto::stretch_password(password, salt, cost));
  return crypto::labelled_blake3(crypto::kUiPasswordLabel, key.view());
}

}  // namespace

Result<PasswordRecord> make_password(const crypto::SecretBytes& password, crypto::Random& random,
                                     const crypto::PasswordCost& cost) {
  if (password.size() < kMinPasswordBytes || password.size() > kMaxPasswordBytes) {
    return fail(ErrorCode::kInvalidArgument, "a password has {} to {} bytes", kMinPasswordBytes,
                kMaxPasswordBytes);
  }
  PasswordRecord out{.cost = cost, .salt = random.fixed<crypto::PasswordSalt>(), .hash = {}};
  TRY(out.hash, hash_of(password, out.salt, out.cost));
  return out;
}

Result<> check_password(const PasswordRecord& record, const crypto::SecretBytes& password) {
  if (password.size() > kMaxPasswordBytes) return fail(ErrorCode::kRefused, "this is not the password");
  TRY(const auto hash, hash_of(password, record.salt, record.cost));
  if (!crypto::constant_time_equal(hash.view(), record.hash.view()))
    return fail(ErrorCode::kRefused, "this is not the password");
  return {};
}

std::string to_text(const PasswordRecord& record) {
  ByteWriter out;
  out.number(kVersion).number(record.cost.memory_bytes).number(record.cost.passes);
  out.raw(record.salt.view()).raw(record.hash.view());
  return to_hex(out.bytes());
}

Result<PasswordRecord> password_record(std::string_view text) {
  TRY(const Bytes bytes, from_hex(text));
  ByteReader reader(bytes);
  PasswordRecord out;
  TRY(const Byte version, reader.number<Byte>());
  if (version != kVersion)
    return fail(ErrorCode::kUnsupported, "the web UI's password is kept in a newer form");
  TRY(out.cost.memory_bytes, reader.number<std::uint64_t>());
  TRY(out.cost.passes, reader.number<std::uint32_t>());
  TRY_VOID(crypto::check_cost(out.cost));
  TRY(out.salt, reader.fixed<crypto::PasswordSalt>());
  TRY(out.hash, reader.fixed<crypto::Hash>());
  if (!reader.done()) return fail(ErrorCode::kCorrupt, "the web UI's password has something behind it");
  return out;
}

std::chrono::seconds SignInPause::left(SteadyTime now) const {
  if (now >= until_) return std::chrono::seconds(0);
  return std::chrono::ceil<std::chrono::seconds>(until_ - now);
}

void SignInPause::failed(SteadyTime now) {
  ++failures_;
  if (failures_ < kFreeAttempts) return;
  until_ = now + growing_pause(kFirstPause, kLongestPause, failures_ - kFreeAttempts);
}

}  // namespace covey::web
