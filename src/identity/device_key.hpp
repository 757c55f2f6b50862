#pragma once
// DeviceKey: a peer's key pair. The secret half never leaves this class but sealed by the vault. Movable, not
// copyable; signing and opening are callable from any thread.

#include "crypto/sealed_box.hpp"
#include "crypto/sign.hpp"
#include "identity/peer_id.hpp"

namespace covey::identity {

class DeviceKey {
 public:
  explicit DeviceKey(crypto::SigningKey key) : key_(std::move(key)), id_(key_.public_key()) {}
  /// A key for one errand, never stored: what `covey send` and `covey receive` use.
  [[nodiscard]] static DeviceKey ephemeral(crypto::Random& random) {
    return DeviceKey(crypto::SigningKey::generate(random));
  }

  [[nodiscard]] const PeerId& peer_id() const { return id_; }
  [[nodiscard]] crypto::Signature sign(crypto::Label label, ByteView message) const {
    return key_.sign(label, message);
  }
  /// What was sealed to this peer under that label (crypto::seal_to). kVerificationFailed.
  [[nodiscard]] Result<crypto::SecretBytes> open_sealed(crypto::Label purpose, ByteView sealed) const {
    return crypto::open_sealed(key_, purpose, sealed);
  }
  /// For the vault alone.
  [[nodiscard]] crypto::SecretBytes seed() const { return key_.seed(); }

 private:
  crypto::SigningKey key_;
  PeerId id_;
};

}  // namespace covey::identity
