#include "crypto/hash.hpp"

#include <stdexcept>

namespace covey::crypto {
namespace {

void finish_and_wipe(blake3_hasher& state, MutableBytes out) {
  blake3_hasher_finalize(&state, out.data(), out.size());
  wipe({reinterpret_cast<Byte*>(&state), sizeof state});
}

}  // namespace

Blake3::Blake3() {
  blake3_hasher_init(&state_);
}

Blake3& Blake3::update(ByteView bytes) {
  blake3_hasher_update(&state_, bytes.data(), bytes.size());
  return *this;
}

Hash Blake3::finish() const {
  Hash out;
  blake3_hasher_finalize(&state_, out.mutable_view().data(), Hash::kSize);
  return out;
}

Hash blake3(ByteView bytes) {
  return Blake3().update(bytes).finish();
}

Hash keyed_blake3(const SecretBytes& key, ByteView message) {
  if (key.size() != kKeyBytes) throw std::invalid_argument("keyed_blake3 needs a key of 32 bytes");
  blake3_hasher state;
  blake3_hasher_init_keyed(&state, key.view().data());
  blake3_hasher_update(&state, message.data(), message.size());
  Hash out;
  finish_and_wipe(state, out.mutable_view());
  return out;
}

Hash labelled_blake3(Label label, ByteView message) {
  blake3_hasher state;
  blake3_hasher_init_derive_key_raw(&state, label.text.data(), label.text.size());
  blake3_hasher_update(&state, message.data(), message.size());
  Hash out;
  blake3_hasher_finalize(&state, out.mutable_view().data(), Hash::kSize);
  return out;
}

SecretBytes derive_key(Label label, ByteView key_material) {
  blake3_hasher state;
  blake3_hasher_init_derive_key_raw(&state, label.text.data(), label.text.size());
  blake3_hasher_update(&state, key_material.data(), key_material.size());
  SecretBytes out(kKeyBytes);
  finish_and_wipe(state, out.mutable_view());
  return out;
}

}  // namespace covey::crypto
