// Certificates: nobody but the holder of a device key makes one that carries its identity.
//
// The input is read as a certificate, and as changes to a good one: pairs of a place and a new byte.

#include "transport/certificate.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>

#include "fuzz/promise.hpp"

namespace covey::fuzz {
namespace {

const WallTime kNow{std::chrono::hours{24 * 365 * 56}};

struct Good {
  identity::PeerId peer;
  Bytes der;
};

Bytes der_of(X509& certificate) {
  Byte* der = nullptr;
  const int size = i2d_X509(&certificate, &der);
  require(size > 0, "a certificate can be written");
  Bytes out(der, der + size);
  OPENSSL_free(der);
  return out;
}

/// Of the device key that the committed inputs carry as well.
const Good& good() {
  static const Good made = [] {
    crypto::SeededRandom random(7);
    const auto device = identity::DeviceKey::ephemeral(random);
    const auto certificate = transport::make_certificate(device, ManualClock(kNow));
    require(certificate.has_value(), "a certificate can be made");
    return Good{device.peer_id(), der_of(*certificate->x509)};
  }();
  return made;
}

Result<identity::PeerId> peer_of(ByteView der) {
  const Byte* at = der.data();
  const transport::X509Ptr certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (!certificate) {
    (void)transport::take_openssl_error();
    return fail(ErrorCode::kVerificationFailed, "no certificate");
  }
  return transport::check_certificate(*certificate, kNow);
}

void check(ByteView der) {
  const auto peer = peer_of(der);
  if (peer) {
    require(*peer == good().peer, "an identity is not forged");
    require(ERR_peek_error() == 0, "accepting leaves no error that the handshake would take for its own");
  } else {
    require(peer.error().code == ErrorCode::kVerificationFailed, "a bad certificate does not verify");
  }
  ERR_clear_error();
}

void run(ByteView input) {
  static const bool accepted = peer_of(good().der) == good().peer;
  require(accepted, "a good certificate is accepted");
  check(input);
  Bytes changed = good().der;
  for (Choices choices(input.first(std::min<std::size_t>(input.size(), 48))); !choices.done();) {
    const std::size_t at = choices.below(changed.size());
    changed[at] = choices.byte();
  }
  check(changed);
}

}  // namespace
}  // namespace covey::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  covey::fuzz::run({data, size});
  return 0;
}
