#include "crypto/random.hpp"

#include <array>

#include <sodium.h>

#include "crypto/init.hpp"

namespace covey::crypto {

SecretBytes Random::secret(std::size_t size) {
  SecretBytes out(size);
  fill(out.mutable_view());
  return out;
}

std::uint64_t Random::number() {
  std::uint64_t out = 0;
  std::array<Byte, sizeof out> bytes{};
  fill(bytes);
  for (const Byte b : bytes) out = (out << 8) | b;
  return out;
}

void SystemRandom::fill(MutableBytes out) {
  ensure_ready();
  if (!out.empty()) randombytes_buf(out.data(), out.size());
}

void SeededRandom::fill(MutableBytes out) {
  std::array<Byte, crypto_stream_chacha20_KEYBYTES> key{};
  std::array<Byte, crypto_stream_chacha20_NONCEBYTES> nonce{};
  for (std::size_t i = 0; i < sizeof seed_; ++i) {
    key.at(i) = static_cast<Byte>(seed_ >> (8 * i));
    nonce.at(i) = static_cast<Byte>(calls_ >> (8 * i));
  }
  ++calls_;
  if (!out.empty()) crypto_stream_chacha20(out.data(), out.size(), nonce.data(), key.data());
}

}  // namespace covey::crypto
