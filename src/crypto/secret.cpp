#include "crypto/secret.hpp"

#include <new>
#include <utility>

#include <sodium.h>

#include "crypto/init.hpp"

namespace covey::crypto {

void SecretBytes::Release::operator()(Byte* memory) const noexcept {
  sodium_free(memory);  // wipes first
}

SecretBytes::SecretBytes(std::size_t size) : size_(size) {
  if (size == 0) return;
  ensure_ready();
  memory_.reset(static_cast<Byte*>(sodium_malloc(size)));
  if (!memory_) throw std::bad_alloc();
  std::memset(memory_.get(), 0, size);
}

SecretBytes SecretBytes::copy_of(ByteView source) {
  SecretBytes out(source.size());
  if (!source.empty()) std::memcpy(out.memory_.get(), source.data(), source.size());
  return out;
}

SecretBytes SecretBytes::take_from(MutableBytes source) {
  SecretBytes out = copy_of(source);
  wipe(source);
  return out;
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : memory_(std::move(other.memory_)), size_(std::exchange(other.size_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this != &other) {
    memory_ = std::move(other.memory_);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

bool SecretBytes::equals(ByteView other) const {
  return constant_time_equal(view(), other);
}

bool constant_time_equal(ByteView a, ByteView b) {
  if (a.size() != b.size()) return false;
  return a.empty() || sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

void wipe(MutableBytes bytes) {
  if (!bytes.empty()) sodium_memzero(bytes.data(), bytes.size());
}

}  // namespace covey::crypto
