#pragma once
// Owning pointers for OpenSSL's objects. Values; as thread-safe as what they own.

#include <memory>
#include <string>

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace covey::transport {

template <auto Free>
struct OpensslFree {
  template <typename T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};

using SslContextPtr = std::unique_ptr<SSL_CTX, OpensslFree<&SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, OpensslFree<&SSL_free>>;
using X509Ptr = std::unique_ptr<X509, OpensslFree<&X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, OpensslFree<&EVP_PKEY_free>>;

/// The reason of OpenSSL's oldest queued error of this thread, and empties the queue.
std::string take_openssl_error();

}  // namespace covey::transport
