#pragma once
// Owning pointers for OpenSSL's objects. Values; as thread-safe as what they own.

#include <memory>

#include <openssl/bio.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

namespace covey::http {

template <auto Free>
struct OpensslFree {
  template <typename T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};

using KeyPtr = std::unique_ptr<EVP_PKEY, OpensslFree<&EVP_PKEY_free>>;
using X509Ptr = std::unique_ptr<X509, OpensslFree<&X509_free>>;
using BioPtr = std::unique_ptr<BIO, OpensslFree<&BIO_free_all>>;
using DigestPtr = std::unique_ptr<EVP_MD_CTX, OpensslFree<&EVP_MD_CTX_free>>;
using EcdsaPtr = std::unique_ptr<ECDSA_SIG, OpensslFree<&ECDSA_SIG_free>>;
using NumberPtr = std::unique_ptr<BIGNUM, OpensslFree<&BN_free>>;

}  // namespace covey::http
