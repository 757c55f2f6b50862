#include "transport/certificate.hpp"

#include <ctime>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include "base/cursor.hpp"

namespace covey::transport {
namespace {

using namespace std::chrono_literals;

// An OID under the UUID arc (2.25), so it needs no registration.
constexpr const char* kExtensionOid = "2.25.152394857203948570239485720394857";
constexpr Byte kExtensionVersion = 1;
constexpr std::size_t kExtensionBytes = 1 + crypto::PublicKey::kSize + crypto::Signature::kSize;
constexpr auto kBackdating = 24h;         // clocks of peers differ
constexpr auto kLifetime = 24h * 365;     // a process that runs longer makes no new links
constexpr int kMaxSubjectKeyBytes = 256;  // a P-256 key takes 91

using ObjectPtr = std::unique_ptr<ASN1_OBJECT, OpensslFree<&ASN1_OBJECT_free>>;
using OctetsPtr = std::unique_ptr<ASN1_OCTET_STRING, OpensslFree<&ASN1_OCTET_STRING_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, OpensslFree<&X509_EXTENSION_free>>;
using NumberPtr = std::unique_ptr<BIGNUM, OpensslFree<&BN_free>>;

ObjectPtr extension_object() {
  return ObjectPtr(OBJ_txt2obj(kExtensionOid, 1));
}

Result<std::int64_t> seconds_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) {
    return fail(ErrorCode::kVerificationFailed, "a certificate with an unreadable date");
  }
  return static_cast<std::int64_t>(::timegm(&parts));
}

/// What the device key signs: the certificate's public key (DER) and its dates (Unix seconds).
///   signed := spki_length:u16 spki not_before:u64 not_after:u64
Result<Bytes> signed_part(X509& certificate) {
  Byte* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(&certificate), &der);
  const std::unique_ptr<Byte, void (*)(Byte*)> owned(der, [](Byte* p) { OPENSSL_free(p); });
  if (size <= 0 || size > kMaxSubjectKeyBytes) {
    return fail(ErrorCode::kVerificationFailed, "a certificate with an unusable key");
  }
  TRY(const std::int64_t not_before, seconds_of(X509_get0_notBefore(&certificate)));
  TRY(const std::int64_t not_after, seconds_of(X509_get0_notAfter(&certificate)));
  return ByteWriter()
      .sized16(ByteView(der, static_cast<std::size_t>(size)))
      .number(static_cast<std::uint64_t>(not_before))
      .number(static_cast<std::uint64_t>(not_after))
      .take();
}

bool set_dates_and_serial(X509& certificate, WallTime now) {
  const auto at = [](WallTime time) { return static_cast<std::time_t>(to_unix_ms(time) / 1000); };
  const NumberPtr serial(BN_new());
  return serial && BN_rand(serial.get(), 127, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(&certificate)) != nullptr &&
         ASN1_TIME_set(X509_getm_notBefore(&certificate), at(now - kBackdating)) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(&certificate), at(now + kLifetime)) != nullptr;
}

bool add_extension(X509& certificate, ByteView value) {
  const ObjectPtr object = extension_object();
  const OctetsPtr octets(ASN1_OCTET_STRING_new());
  if (!object || !octets ||
      ASN1_OCTET_STRING_set(octets.get(), value.data(), static_cast<int>(value.size())) != 1) {
    return false;
  }
  const ExtensionPtr extension(X509_EXTENSION_create_by_OBJ(nullptr, object.get(), 1, octets.get()));
  return extension && X509_add_ext(&certificate, extension.get(), -1) == 1;
}

bool is_p256(EVP_PKEY* key) {
  char group[32] = {};
  std::size_t length = 0;
  return key != nullptr && EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
         EVP_PKEY_get_group_name(key, group, sizeof group, &length) == 1 &&
         std::string_view(group, length) == SN_X9_62_prime256v1;
}

Result<ByteView> extension_value(X509& certificate) {
  const ObjectPtr object = extension_object();
  const int at = object ? X509_get_ext_by_OBJ(&certificate, object.get(), -1) : -1;
  X509_EXTENSION* extension = at < 0 ? nullptr : X509_get_ext(&certificate, at);
  if (extension == nullptr || X509_EXTENSION_get_critical(extension) != 1 ||
      X509_get_ext_by_OBJ(&certificate, object.get(), at) >= 0) {
    return fail(ErrorCode::kVerificationFailed, "a certificate without a Covey identity");
  }
  const ASN1_OCTET_STRING* value = X509_EXTENSION_get_data(extension);
  const ByteView bytes(ASN1_STRING_get0_data(value), static_cast<std::size_t>(ASN1_STRING_length(value)));
  if (bytes.size() != kExtensionBytes || bytes.front() != kExtensionVersion) {
    return fail(ErrorCode::kVerificationFailed, "a certificate with an identity of an unknown form");
  }
  return bytes;
}

Result<> check_dates(X509& certificate, WallTime now) {
  TRY(const std::int64_t not_before, seconds_of(X509_get0_notBefore(&certificate)));
  TRY(const std::int64_t not_after, seconds_of(X509_get0_notAfter(&certificate)));
  const std::int64_t seconds = to_unix_ms(now) / 1000;
  const std::int64_t slack = std::chrono::seconds(kBackdating).count();
  if (seconds < not_before - slack || seconds > not_after + slack) {
    return fail(
        ErrorCode::kVerificationFailed,
        "a certificate outside its dates; check the clocks of both machines, or restart the other peer");
  }
  return {};
}

}  // namespace

std::string take_openssl_error() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "unknown TLS error" : reason;
}

Result<Certificate> make_certificate(const identity::DeviceKey& device, const Clock& clock) {
  const auto failed = [] {
    return fail(ErrorCode::kInternal, "cannot make a certificate: {}", take_openssl_error());
  };
  Certificate made{.x509 = X509Ptr(X509_new()), .key = KeyPtr(EVP_EC_gen("P-256"))};
  if (!made.x509 || !made.key || X509_set_version(made.x509.get(), X509_VERSION_3) != 1 ||
      X509_set_pubkey(made.x509.get(), made.key.get()) != 1 ||
      !set_dates_and_serial(*made.x509, clock.wall())) {
    return failed();
  }
  TRY(const Bytes to_sign, signed_part(*made.x509));
  const crypto::Signature signature = device.sign(crypto::kCertificateLabel, to_sign);
  const Bytes value = ByteWriter()
                          .number(kExtensionVersion)
                          .raw(device.peer_id().public_key().view())
                          .raw(signature.view())
                          .take();
  if (!add_extension(*made.x509, value) || X509_sign(made.x509.get(), made.key.get(), EVP_sha256()) <= 0) {
    return failed();
  }
  return made;
}

Result<identity::PeerId> check_certificate(X509& certificate, WallTime now) {
  EVP_PKEY* key = X509_get0_pubkey(&certificate);
  if (!is_p256(key)) return fail(ErrorCode::kVerificationFailed, "a certificate with a foreign kind of key");
  if (X509_verify(&certificate, key) != 1) {
    ERR_clear_error();
    return fail(ErrorCode::kVerificationFailed, "a certificate that does not sign itself");
  }
  TRY_VOID(check_dates(certificate, now));
  TRY(const ByteView value, extension_value(certificate));
  ByteReader reader(value.subspan(1));
  TRY(const auto public_key, reader.fixed<crypto::PublicKey>());
  TRY(const auto signature, reader.fixed<crypto::Signature>());
  TRY(const Bytes was_signed, signed_part(certificate));
  if (!crypto::verify(public_key, crypto::kCertificateLabel, was_signed, signature)) {
    return fail(ErrorCode::kVerificationFailed,
                "a certificate whose identity is not signed by that identity");
  }
  return identity::PeerId(public_key);
}

}  // namespace covey::transport
