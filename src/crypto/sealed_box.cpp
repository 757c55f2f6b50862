#include "crypto/sealed_box.hpp"

#include <array>
#include <cstring>

#include <sodium.h>

#include "crypto/hash.hpp"
#include "crypto/init.hpp"

namespace covey::crypto {
namespace {

constexpr std::size_t kPointBytes = crypto_scalarmult_BYTES;
static_assert(kPointBytes == crypto_scalarmult_SCALARBYTES && kPointBytes == 32);

/// What both ends agree on, bound to both public keys. Nothing where `theirs` is of small order.
Result<SecretBytes> agreed_key(Label purpose, const SecretBytes& mine, ByteView theirs, ByteView ephemeral,
                               ByteView receiver) {
  SecretBytes material(3 * kPointBytes);
  const MutableBytes shared = material.mutable_view().first(kPointBytes);
  if (crypto_scalarmult(shared.data(), mine.view().data(), theirs.data()) != 0)
    return fail(ErrorCode::kVerificationFailed, "sealed with a key that agrees with everybody");
  std::memcpy(material.mutable_view().data() + kPointBytes, ephemeral.data(), kPointBytes);
  std::memcpy(material.mutable_view().data() + 2 * kPointBytes, receiver.data(), kPointBytes);
  return derive_key(purpose, material.view());
}

}  // namespace

Result<Bytes> seal_to(const PublicKey& receiver, Label purpose, Random& random, ByteView plain) {
  std::array<Byte, kPointBytes> to{};
  if (!is_usable(receiver) || crypto_sign_ed25519_pk_to_curve25519(to.data(), receiver.data()) != 0)
    return fail(ErrorCode::kInvalidArgument, "nothing can be sealed to a key that is none");
  const SecretBytes secret = random.secret(kPointBytes);
  std::array<Byte, kPointBytes> ephemeral{};
  crypto_scalarmult_base(ephemeral.data(), secret.view().data());
  TRY(const auto key, agreed_key(purpose, secret, to, ephemeral, to));
  const Bytes sealed = seal(key, random, ephemeral, plain);
  Bytes out;
  out.reserve(ephemeral.size() + sealed.size());
  out.insert(out.end(), ephemeral.begin(), ephemeral.end());
  out.insert(out.end(), sealed.begin(), sealed.end());
  return out;
}

Result<SecretBytes> open_sealed(const SigningKey& receiver, Label purpose, ByteView sealed) {
  if (sealed.size() < kSealedBoxOverhead)
    return fail(ErrorCode::kVerificationFailed, "the sealed data is too short to be whole");
  ensure_ready();
  const ByteView ephemeral = sealed.first(kPointBytes);
  const SecretBytes secret = receiver.exchange_secret();
  std::array<Byte, kPointBytes> mine{};
  crypto_scalarmult_base(mine.data(), secret.view().data());
  TRY(const auto key, agreed_key(purpose, secret, ephemeral, ephemeral, mine));
  return open(key, ephemeral, sealed.subspan(kPointBytes));
}

}  // namespace covey::crypto
