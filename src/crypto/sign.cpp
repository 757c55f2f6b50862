#include "crypto/sign.hpp"

#include <array>
#include <stdexcept>

#include <sodium.h>

#include "crypto/init.hpp"

namespace covey::crypto {
namespace {

constexpr std::size_t kMaxLabelBytes = 255;

Bytes labelled(Label label, ByteView message) {
  if (label.text.size() > kMaxLabelBytes) throw std::invalid_argument("a label above 255 bytes");
  Bytes out;
  out.reserve(1 + label.text.size() + message.size());
  out.push_back(static_cast<Byte>(label.text.size()));
  const ByteView text = as_bytes(label.text);
  out.insert(out.end(), text.begin(), text.end());
  out.insert(out.end(), message.begin(), message.end());
  return out;
}

}  // namespace

SigningKey SigningKey::generate(Random& random) {
  return *from_seed(random.secret(kSeedBytes));
}

Result<SigningKey> SigningKey::from_seed(SecretBytes seed) {
  if (seed.size() != kSeedBytes) {
    return fail(ErrorCode::kInvalidArgument, "a signing key is made from {} bytes, not {}", kSeedBytes,
                seed.size());
  }
  ensure_ready();
  PublicKey public_key;
  SecretBytes secret(crypto_sign_SECRETKEYBYTES);
  crypto_sign_seed_keypair(public_key.mutable_view().data(), secret.mutable_view().data(),
                           seed.view().data());
  return SigningKey(std::move(secret), public_key);
}

Signature SigningKey::sign(Label label, ByteView message) const {
  const Bytes text = labelled(label, message);
  Signature out;
  crypto_sign_detached(out.mutable_view().data(), nullptr, text.data(), text.size(), secret_.view().data());
  return out;
}

SecretBytes SigningKey::seed() const {
  return SecretBytes::copy_of(secret_.view().first(kSeedBytes));
}

SecretBytes SigningKey::exchange_secret() const {
  SecretBytes out(crypto_scalarmult_SCALARBYTES);
  crypto_sign_ed25519_sk_to_curve25519(out.mutable_view().data(), secret_.view().data());
  return out;
}

bool verify(const PublicKey& key, Label label, ByteView message, const Signature& signature) {
  ensure_ready();
  const Bytes text = labelled(label, message);
  return crypto_sign_verify_detached(signature.data(), text.data(), text.size(), key.data()) == 0;
}

bool is_usable(const PublicKey& key) {
  ensure_ready();
  return crypto_core_ed25519_is_valid_point(key.data()) == 1;
}

}  // namespace covey::crypto
