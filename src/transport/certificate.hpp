#pragma once
// Certificates that carry a peer's identity: made afresh at each process start on an ephemeral P-256 key,
// with one critical extension that holds the device's public key and its signature over the certificate's key
// and dates.
//
// A certificate is accepted only if it stands alone, signs itself, is within its dates, uses P-256, and its
// extension verifies by libsodium. Nothing else in it is looked at. Any thread. Spec: docs/spec/handshake.md.

#include "base/clock.hpp"
#include "base/result.hpp"
#include "identity/device_key.hpp"
#include "identity/peer_id.hpp"
#include "transport/openssl_ptr.hpp"

namespace covey::transport {

struct Certificate {
  X509Ptr x509;
  KeyPtr key;
};

/// kInternal when OpenSSL fails.
Result<Certificate> make_certificate(const identity::DeviceKey& device, const Clock& clock);

/// Whose certificate it is. kVerificationFailed with the reason when any rule is broken.
Result<identity::PeerId> check_certificate(X509& certificate, WallTime now);

}  // namespace covey::transport
