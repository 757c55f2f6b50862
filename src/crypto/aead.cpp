#include "crypto/aead.hpp"

#include <stdexcept>

#include <sodium.h>

#include "crypto/init.hpp"

namespace covey::crypto {
namespace {

constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(kNonceBytes + kTagBytes == kSealOverhead);

void require_key_size(const SecretBytes& key) {
  if (key.size() != crypto_aead_xchacha20poly1305_ietf_KEYBYTES) {
    throw std::invalid_argument("sealing needs a key of 32 bytes");
  }
  ensure_ready();
}

}  // namespace

Bytes seal(const SecretBytes& key, Random& random, ByteView associated, ByteView plaintext) {
  require_key_size(key);
  Bytes out(kSealOverhead + plaintext.size());
  const MutableBytes nonce = MutableBytes(out).first(kNonceBytes);
  random.fill(nonce);
  crypto_aead_xchacha20poly1305_ietf_encrypt(nonce.data() + kNonceBytes, nullptr, plaintext.data(),
                                             plaintext.size(), associated.data(), associated.size(), nullptr,
                                             nonce.data(), key.view().data());
  return out;
}

Result<SecretBytes> open(const SecretBytes& key, ByteView associated, ByteView sealed) {
  require_key_size(key);
  if (sealed.size() < kSealOverhead) {
    return fail(ErrorCode::kVerificationFailed, "the sealed data is too short to be whole");
  }
  const ByteView nonce = sealed.first(kNonceBytes);
  const ByteView text = sealed.subspan(kNonceBytes);
  SecretBytes out(sealed.size() - kSealOverhead);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(out.mutable_view().data(), nullptr, nullptr, text.data(),
                                                 text.size(), associated.data(), associated.size(),
                                                 nonce.data(), key.view().data()) != 0) {
    return fail(ErrorCode::kVerificationFailed,
                "the sealed data was changed, or was sealed with another key");
  }
  return out;
}

}  // namespace covey::crypto
