#include "transport/tls_context.hpp"

#include <csignal>
#include <cstring>

#include <openssl/err.h>

namespace covey::transport {
namespace {

constexpr const char* kCipherSuites =
    "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384";
constexpr const char* kGroups = "X25519:P-256";
constexpr const char* kSignatureAlgorithms = "ECDSA+SHA256";
constexpr unsigned char kAlpn[] = {7, 'c', 'o', 'v', 'e', 'y', '/', '1'};
/// Two records a system call. Reading more ahead saves calls, but then what was decrypted leaves the nearest
/// cache before it is copied to its reader, which costs more (docs/performance.md).
constexpr std::size_t kReadBufferBytes = 32U << 10;

/// Index of the PeerCheck in a session's user data.
int peer_check_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

/// Replaces OpenSSL's chain building: our rules know one certificate, no chain and no authority.
int verify_peer(X509_STORE_CTX* store, void* /*unused*/) {
  auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* check = static_cast<PeerCheck*>(SSL_get_ex_data(ssl, peer_check_index()));
  X509* certificate = X509_STORE_CTX_get0_cert(store);
  const STACK_OF(X509)* sent = X509_STORE_CTX_get0_untrusted(store);
  const auto refuse = [&](Error error) {
    check->refusal = std::move(error);
    X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
    return 0;
  };
  if (certificate == nullptr || sk_X509_num(sent) != 1) {
    return refuse({ErrorCode::kVerificationFailed, "the peer sent not exactly one certificate"});
  }
  auto peer = check_certificate(*certificate, check->clock->wall());
  if (!peer) return refuse(std::move(peer).error());
  if (check->expected && *check->expected != *peer) {
    return refuse({ErrorCode::kVerificationFailed,
                   "another peer answers: expected " + check->expected->to_text() + ", found " +
                       peer->to_text() + "; ask the sender for a fresh ticket"});
  }
  check->found = *peer;
  return 1;
}

int select_alpn(SSL* /*ssl*/, const unsigned char** out, unsigned char* out_length,
                const unsigned char* offered, unsigned int offered_length, void* /*unused*/) {
  unsigned char* chosen = nullptr;
  const int outcome =
      SSL_select_next_proto(&chosen, out_length, kAlpn, sizeof kAlpn, offered, offered_length);
  *out = chosen;
  return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace

Result<TlsContext> TlsContext::create(const identity::DeviceKey& device, const Clock& clock) {
  // OpenSSL writes with write(2); a peer that has gone must be an error, not a signal that ends the process.
  std::signal(SIGPIPE, SIG_IGN);
  TRY(Certificate certificate, make_certificate(device, clock));
  SslContextPtr context(SSL_CTX_new(TLS_method()));
  SSL_CTX* c = context.get();
  if (c == nullptr || SSL_CTX_set_min_proto_version(c, TLS1_3_VERSION) != 1 ||
      SSL_CTX_set_max_proto_version(c, TLS1_3_VERSION) != 1 ||
      SSL_CTX_set_ciphersuites(c, kCipherSuites) != 1 || SSL_CTX_set1_groups_list(c, kGroups) != 1 ||
      SSL_CTX_set1_sigalgs_list(c, kSignatureAlgorithms) != 1 ||
      SSL_CTX_use_certificate(c, certificate.x509.get()) != 1 ||
      SSL_CTX_use_PrivateKey(c, certificate.key.get()) != 1 || SSL_CTX_set_num_tickets(c, 0) != 1 ||
      SSL_CTX_set_alpn_protos(c, kAlpn, sizeof kAlpn) != 0) {
    return fail(ErrorCode::kInternal, "cannot set TLS up: {}", take_openssl_error());
  }
  SSL_CTX_set_options(c, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_PRIORITIZE_CHACHA |
                             SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_max_early_data(c, 0);
  SSL_CTX_set_mode(
      c, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(c, 1);
  SSL_CTX_set_default_read_buffer_len(c, kReadBufferBytes);
  SSL_CTX_set_verify(c, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(c, &verify_peer, nullptr);
  SSL_CTX_set_alpn_select_cb(c, &select_alpn, nullptr);
  return TlsContext(std::move(context), clock);
}

Result<SslPtr> TlsContext::new_session(int socket, TlsRole role, PeerCheck& check) const {
  check.clock = clock_;
  SslPtr ssl(SSL_new(context_.get()));
  if (!ssl || SSL_set_fd(ssl.get(), socket) != 1 ||
      SSL_set_ex_data(ssl.get(), peer_check_index(), &check) != 1) {
    return fail(ErrorCode::kInternal, "cannot start a TLS session: {}", take_openssl_error());
  }
  if (role == TlsRole::kDialer) {
    SSL_set_connect_state(ssl.get());
  } else {
    SSL_set_accept_state(ssl.get());
  }
  return ssl;
}

}  // namespace covey::transport
