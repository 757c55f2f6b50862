#pragma once
// For tests: one end of a TLS connection that keeps none of Covey's rules but those a test gives it, blocking
// on a thread of its own.

#include <future>

#include <asio/ip/tcp.hpp>

#include "transport/certificate.hpp"
#include "transport/tls_context.hpp"

namespace covey::transport {

struct RawTls {
  TlsRole role = TlsRole::kDialer;
  int version = TLS1_3_VERSION;
  std::optional<std::string> alpn = "covey/1";
  const Certificate* certificate = nullptr;  // none is shown without one
  X509* second_certificate = nullptr;

  struct Outcome {
    bool handshake = false;  // as far as this end can tell
    std::string alert;       // why a handshake or the first read ended
  };

  /// Shakes hands and then reads until something ends the connection. The socket is in blocking mode.
  [[nodiscard]] std::future<Outcome> start(asio::ip::tcp::socket socket) const {
    return std::async(std::launch::async, [rules = *this, s = std::move(socket)]() mutable {
      return rules.talk(s.native_handle());
    });
  }

 private:
  static int accept_all(int /*ok*/, X509_STORE_CTX* /*store*/) { return 1; }

  [[nodiscard]] SslContextPtr context() const {
    SslContextPtr out(SSL_CTX_new(TLS_method()));
    SSL_CTX* c = out.get();
    SSL_CTX_set_min_proto_version(c, version);
    SSL_CTX_set_max_proto_version(c, version);
    SSL_CTX_set_verify(c, SSL_VERIFY_PEER, &accept_all);
    if (alpn) {
      const std::string list = static_cast<char>(alpn->size()) + *alpn;
      SSL_CTX_set_alpn_protos(c, reinterpret_cast<const Byte*>(list.data()),
                              static_cast<unsigned>(list.size()));
    }
    if (certificate != nullptr) {
      SSL_CTX_use_certificate(c, certificate->x509.get());
      SSL_CTX_use_PrivateKey(c, certificate->key.get());
    }
    if (second_certificate != nullptr) SSL_CTX_add1_chain_cert(c, second_certificate);
    return out;
  }

  [[nodiscard]] Outcome talk(int socket) const {
    const SslContextPtr made = context();
    const SslPtr ssl(SSL_new(made.get()));
    SSL_set_fd(ssl.get(), socket);
    Outcome out;
    out.handshake = (role == TlsRole::kDialer ? SSL_connect(ssl.get()) : SSL_accept(ssl.get())) == 1;
    Byte sink[512];
    while (out.handshake && SSL_read(ssl.get(), sink, sizeof sink) > 0) continue;
    out.alert = take_openssl_error();
    return out;
  }
};

}  // namespace covey::transport
