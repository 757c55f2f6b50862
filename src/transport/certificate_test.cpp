#include "transport/certificate.hpp"

#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <functional>

#include "transport/test_loop.hpp"

namespace covey::transport {
namespace {

using namespace std::chrono_literals;

constexpr const char* kOid = "2.25.152394857203948570239485720394857";

class CertificateRules : public testing::Test {
 protected:
  CertificateRules() : device_(identity::DeviceKey::ephemeral(random_)) {}

  [[nodiscard]] Certificate make() const { return *make_certificate(device_, clock_); }

  /// Changes a certificate and signs it again with its own key, so that only the change can be at fault.
  [[nodiscard]] Certificate changed(const std::function<void(X509&)>& change) const {
    Certificate made = make();
    change(*made.x509);
    X509_sign(made.x509.get(), made.key.get(), EVP_sha256());
    return made;
  }
  [[nodiscard]] Error refusal(const Certificate& certificate) const {
    return test::error_of(check_certificate(*certificate.x509, clock_.wall()));
  }
  void expect_refused(const Certificate& certificate, std::string_view words) const {
    test::expect_error(refusal(certificate), ErrorCode::kVerificationFailed, words);
  }

  crypto::SeededRandom random_{7};
  identity::DeviceKey device_;
  ManualClock clock_;
};

struct ExtensionParts {
  Bytes value;
  bool critical;
};

ExtensionParts take_extension(X509& certificate) {
  const std::unique_ptr<ASN1_OBJECT, OpensslFree<&ASN1_OBJECT_free>> object(OBJ_txt2obj(kOid, 1));
  const int at = X509_get_ext_by_OBJ(&certificate, object.get(), -1);
  EXPECT_GE(at, 0);
  const std::unique_ptr<X509_EXTENSION, OpensslFree<&X509_EXTENSION_free>> extension(
      X509_delete_ext(&certificate, at));
  const ASN1_OCTET_STRING* data = X509_EXTENSION_get_data(extension.get());
  return {.value = to_bytes(
              ByteView(ASN1_STRING_get0_data(data), static_cast<std::size_t>(ASN1_STRING_length(data)))),
          .critical = X509_EXTENSION_get_critical(extension.get()) == 1};
}

void put_extension(X509& certificate, const ExtensionParts& parts, const char* oid = kOid) {
  const std::unique_ptr<ASN1_OBJECT, OpensslFree<&ASN1_OBJECT_free>> object(OBJ_txt2obj(oid, 1));
  const std::unique_ptr<ASN1_OCTET_STRING, OpensslFree<&ASN1_OCTET_STRING_free>> octets(
      ASN1_OCTET_STRING_new());
  ASN1_OCTET_STRING_set(octets.get(), parts.value.data(), static_cast<int>(parts.value.size()));
  const std::unique_ptr<X509_EXTENSION, OpensslFree<&X509_EXTENSION_free>> extension(
      X509_EXTENSION_create_by_OBJ(nullptr, object.get(), parts.critical ? 1 : 0, octets.get()));
  X509_add_ext(&certificate, extension.get(), -1);
}

TEST_F(CertificateRules, its_own_certificates_are_accepted_and_name_the_device) {
  const Certificate made = make();
  const auto peer = check_certificate(*made.x509, clock_.wall());
  ASSERT_TRUE(peer) << to_string(peer.error());
  EXPECT_EQ(*peer, device_.peer_id());
  const auto extension = take_extension(*made.x509);
  EXPECT_EQ(extension.value.size(), 97U);
  EXPECT_TRUE(extension.critical);
}

TEST_F(CertificateRules, no_two_share_a_key_or_a_serial) {
  const Certificate a = make();
  const Certificate b = make();
  EXPECT_NE(EVP_PKEY_eq(a.key.get(), b.key.get()), 1);
  EXPECT_NE(ASN1_INTEGER_cmp(X509_get0_serialNumber(a.x509.get()), X509_get0_serialNumber(b.x509.get())), 0);
}

TEST_F(CertificateRules, holds_within_its_dates_and_a_day_of_grace) {
  const Certificate made = make();
  const WallTime now = clock_.wall();
  for (const auto at : {now - 47h, now, now + 24h * 365 + 23h}) {
    EXPECT_TRUE(check_certificate(*made.x509, at)) << to_unix_ms(at) - to_unix_ms(now);
  }
  for (const auto at : {now - 49h, now + 24h * 365 + 25h}) {
    test::expect_error(test::error_of(check_certificate(*made.x509, at)), ErrorCode::kVerificationFailed,
                       "check the clocks");
  }
}

TEST_F(CertificateRules, one_that_another_key_signed_is_refused) {
  const Certificate made = make();
  const Certificate other = make();
  X509_sign(made.x509.get(), other.key.get(), EVP_sha256());
  expect_refused(made, "does not sign itself");
}

TEST_F(CertificateRules, a_foreign_kind_of_key_is_refused) {
  for (const char* kind : {"P-384", "RSA", "ED25519"}) {
    const KeyPtr key(std::string_view(kind) == "P-384"     ? EVP_EC_gen("P-384")
                     : std::string_view(kind) == "ED25519" ? EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")
                                                           : EVP_RSA_gen(2048));
    Certificate made = make();
    X509_set_pubkey(made.x509.get(), key.get());
    X509_sign(made.x509.get(), key.get(),
              EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_ED25519 ? nullptr : EVP_sha256());
    expect_refused(made, "foreign kind of key");
  }
}

TEST_F(CertificateRules, without_the_extension_nobody_is_known) {
  expect_refused(changed([](X509& c) { take_extension(c); }), "without a Covey identity");
}

TEST_F(CertificateRules, the_extension_must_be_critical_and_stand_once) {
  expect_refused(changed([](X509& c) {
                   auto extension = take_extension(c);
                   extension.critical = false;
                   put_extension(c, extension);
                 }),
                 "without a Covey identity");
  expect_refused(changed([](X509& c) {
                   const auto extension = take_extension(c);
                   put_extension(c, extension);
                   put_extension(c, extension);
                 }),
                 "without a Covey identity");
  expect_refused(changed([](X509& c) { put_extension(c, take_extension(c), "2.25.1"); }),
                 "without a Covey identity");
}

TEST_F(CertificateRules, every_flipped_byte_of_the_extension_is_refused) {
  for (std::size_t at = 0; at < 97; ++at) {
    const Certificate made = changed([&](X509& c) {
      auto extension = take_extension(c);
      extension.value[at] ^= 0x40;
      put_extension(c, extension);
    });
    EXPECT_EQ(refusal(made).code, ErrorCode::kVerificationFailed) << "byte " << at;
  }
}

TEST_F(CertificateRules, an_extension_of_another_length_is_refused) {
  for (const std::size_t size : {0U, 1U, 96U, 98U, 5000U}) {
    expect_refused(changed([&](X509& c) {
                     auto extension = take_extension(c);
                     extension.value.resize(size);
                     put_extension(c, extension);
                   }),
                   "unknown form");
  }
}

TEST_F(CertificateRules, anothers_identity_cannot_be_taken_over_to_a_key_of_ones_own) {
  const Certificate victim = make();
  crypto::SeededRandom random(8);
  const auto mallory = identity::DeviceKey::ephemeral(random);
  Certificate stolen = *make_certificate(mallory, clock_);
  take_extension(*stolen.x509);
  put_extension(*stolen.x509, take_extension(*victim.x509));
  X509_sign(stolen.x509.get(), stolen.key.get(), EVP_sha256());
  expect_refused(stolen, "not signed by that identity");
}

TEST_F(CertificateRules, dates_cannot_be_stretched) {
  expect_refused(changed([&](X509& c) {
                   const auto later = to_unix_ms(clock_.wall() + 24h * 3650) / 1000;
                   ASN1_TIME_set(X509_getm_notAfter(&c), later);
                 }),
                 "not signed by that identity");
}

}  // namespace
}  // namespace covey::transport
