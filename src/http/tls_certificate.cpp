#include "http/tls_certificate.hpp"

#include <cerrno>
#include <fstream>
#include <iterator>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "http/openssl_ptr.hpp"

namespace covey::http {
namespace {

using namespace std::chrono_literals;

constexpr auto kBackdating = 24h;           // clocks of peers differ
constexpr auto kLifetime = 24h * 365 * 20;  // the pin is of the key, so that dates of this one mean nothing

BioPtr reader_of(ByteView pem) {
  return BioPtr(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

KeyPtr read_key(ByteView pem) {
  const BioPtr bio = reader_of(pem);
  return KeyPtr(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr) : nullptr);
}

X509Ptr read_certificate(ByteView pem) {
  const BioPtr bio = reader_of(pem);
  return X509Ptr(bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr) : nullptr);
}

std::unexpected<Error> openssl_failed(std::string_view doing) {
  std::array<char, 200> reason{};
  ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
  ERR_clear_error();
  return fail(ErrorCode::kInternal, "{}: {}", doing, reason.data());
}

bool fill(X509& certificate, EVP_PKEY& key, WallTime now, const char* text) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch());
  X509_NAME* const name = X509_get_subject_name(&certificate);
  const auto* const common = reinterpret_cast<const unsigned char*>(text);
  return X509_set_version(&certificate, X509_VERSION_3) == 1 &&
         ASN1_INTEGER_set_int64(X509_get_serialNumber(&certificate), seconds.count()) == 1 &&
         ASN1_TIME_set(X509_getm_notBefore(&certificate), (seconds - kBackdating).count()) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(&certificate), (seconds + kLifetime).count()) != nullptr &&
         X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, common, -1, -1, 0) == 1 &&
         X509_set_issuer_name(&certificate, name) == 1 && X509_set_pubkey(&certificate, &key) == 1 &&
         X509_sign(&certificate, &key, EVP_sha256()) > 0;
}

identity::CertificatePin pin_of(X509& certificate) {
  Byte* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(&certificate), &der);
  identity::CertificatePin out;
  if (size > 0)
    EVP_Digest(der, static_cast<std::size_t>(size), out.mutable_view().data(), nullptr, EVP_sha256(),
               nullptr);
  OPENSSL_free(der);
  return out;
}

}  // namespace

Result<crypto::SecretBytes> make_tls_key() {
  const KeyPtr key(EVP_EC_gen("P-256"));
  const BioPtr bio(BIO_new(BIO_s_secmem()));
  if (!key || !bio ||
      PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return openssl_failed("cannot make a TLS key");
  Byte* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return crypto::SecretBytes::copy_of({text, static_cast<std::size_t>(size)});
}

Result<Bytes> make_self_signed(ByteView key_pem, WallTime now, const char* name) {
  const KeyPtr key = read_key(key_pem);
  const X509Ptr certificate(X509_new());
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (!key || !certificate || !bio || !fill(*certificate, *key, now, name) ||
      PEM_write_bio_X509(bio.get(), certificate.get()) != 1)
    return openssl_failed("cannot make a TLS certificate");
  Byte* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return Bytes(text, text + size);
}

Result<Bytes> read_chain(const std::filesystem::path& file) {
  constexpr std::size_t kMaxChainFile = 256 * 1024;
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail_errno(errno, fmt::format("cannot open {}", file.string()));
  Bytes out;
  for (std::istreambuf_iterator<char> at(in), end; at != end && out.size() <= kMaxChainFile; ++at)
    out.push_back(static_cast<Byte>(*at));
  if (out.size() > kMaxChainFile)
    return fail(ErrorCode::kLimitExceeded, "{} has more than {} bytes", file.string(), kMaxChainFile);
  return out;
}

Result<std::string> fingerprint_of(ByteView chain_pem) {
  const X509Ptr certificate = read_certificate(chain_pem);
  std::array<Byte, 32> digest{};
  if (!certificate || X509_digest(certificate.get(), EVP_sha256(), digest.data(), nullptr) != 1)
    return fail(ErrorCode::kInvalidArgument, "the certificate is not one in PEM");
  std::string out;
  for (const Byte byte : digest) out += fmt::format("{}{:02X}", out.empty() ? "" : ":", byte);
  return out;
}

Result<ServerTls> make_server_tls(ByteView chain_pem, ByteView key_pem) {
  const X509Ptr certificate = read_certificate(chain_pem);
  if (!certificate) return fail(ErrorCode::kInvalidArgument, "the certificate is not one in PEM");
  const KeyPtr key = read_key(key_pem);
  if (!key)
    return fail(ErrorCode::kInvalidArgument, "the certificate's key is not one in PEM without a passphrase");
  if (X509_check_private_key(certificate.get(), key.get()) != 1)
    return fail(ErrorCode::kInvalidArgument, "the certificate belongs to another key");
  ServerTls out;
  try {
    out.context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
    out.context->use_certificate_chain(asio::buffer(chain_pem.data(), chain_pem.size()));
    out.context->use_private_key(asio::buffer(key_pem.data(), key_pem.size()), asio::ssl::context::pem);
  } catch (const std::system_error& refused) {
    return fail(ErrorCode::kInvalidArgument, "the certificate cannot be used: {}", refused.what());
  }
  SSL_CTX* const native = out.context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_3_VERSION);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);  // idle connections are many
  SSL_CTX_set_num_tickets(native, 0);                  // peers keep their connection instead
  SSL_CTX_set_max_early_data(native, 0);
  if (X509_self_signed(certificate.get(), 0) == 1) out.pin = pin_of(*certificate);
  return out;
}

}  // namespace covey::http
