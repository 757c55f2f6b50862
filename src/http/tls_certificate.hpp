#pragma once
// A server's TLS certificate: a self-signed one, which network links pin and browsers are shown the
// fingerprint of, or one that an authority signed; and the TLS context made of it: TLS 1.3 only. Any thread.
// Spec: docs/spec/network.md, "Network link".

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <asio/ssl/context.hpp>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/secret.hpp"
#include "identity/network_link.hpp"

namespace covey::http {

/// A private key in PEM: ECDSA on P-256.
Result<crypto::SecretBytes> make_tls_key();
/// A certificate in PEM over this key, signed by itself.
Result<Bytes> make_self_signed(ByteView key_pem, WallTime now, const char* name);
/// The certificate's SHA-256 as browsers show it: "4F:2A:…".
Result<std::string> fingerprint_of(ByteView chain_pem);

/// A file that anybody may read. kLimitExceeded above 256 KiB.
Result<Bytes> read_chain(const std::filesystem::path& file);

struct ServerTls {
  std::shared_ptr<asio::ssl::context> context;
  /// What the network link pins; nothing when an authority signed the certificate.
  std::optional<identity::CertificatePin> pin;
};

/// From a chain and its key, both in PEM. kInvalidArgument says which of them does not fit.
Result<ServerTls> make_server_tls(ByteView chain_pem, ByteView key_pem);

}  // namespace covey::http
