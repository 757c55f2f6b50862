#include "tracker/token.hpp"

#include <openssl/ec.h>
#include <openssl/pem.h>

#include "crypto/base64.hpp"
#include "tracker/json_body.hpp"
#include "tracker/json_line.hpp"
#include "tracker/limits.hpp"

// token   := header "." base64url(claims) "." base64url(signature:64)
// header  := base64url({"alg":"ES256","typ":"JWT"})
// claims  := {"exp":seconds,"iat":seconds,"iss":base64url(network key),"sub":peer id}
// signature is r:32 s:32 over everything before the second dot (RFC 7518, 3.4).

namespace covey::tracker {
namespace {

constexpr std::string_view kHeader = "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9";
constexpr std::size_t kScalarBytes = 32;
constexpr std::size_t kSignatureBytes = 2 * kScalarBytes;
constexpr std::uint64_t kMaxSeconds = 253402300799;  // the end of the year 9999

std::unexpected<Error> not_ours() {
  return fail(ErrorCode::kVerificationFailed, "this token is not one of this tracker's; log in again");
}

std::uint64_t seconds_of(WallTime time) {
  return static_cast<std::uint64_t>(
      std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
}

/// OpenSSL's DER as r and s, and back.
Result<Bytes> plain_signature(ByteView der) {
  const Byte* in = der.data();
  const http::EcdsaPtr parts(d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(der.size())));
  Bytes out(kSignatureBytes);
  if (!parts || BN_bn2binpad(ECDSA_SIG_get0_r(parts.get()), out.data(), kScalarBytes) < 0 ||
      BN_bn2binpad(ECDSA_SIG_get0_s(parts.get()), out.data() + kScalarBytes, kScalarBytes) < 0)
    return fail(ErrorCode::kInternal, "OpenSSL made an unusable signature");
  return out;
}

Bytes der_signature(ByteView plain) {
  const http::EcdsaPtr parts(ECDSA_SIG_new());
  http::NumberPtr r(BN_bin2bn(plain.data(), kScalarBytes, nullptr));
  http::NumberPtr s(BN_bin2bn(plain.data() + kScalarBytes, kScalarBytes, nullptr));
  if (!parts || !r || !s || ECDSA_SIG_set0(parts.get(), r.get(), s.get()) != 1) return {};
  (void)r.release();  // belongs to the signature now
  (void)s.release();
  const int size = i2d_ECDSA_SIG(parts.get(), nullptr);
  if (size <= 0) return {};
  Bytes out(static_cast<std::size_t>(size));
  Byte* to = out.data();
  i2d_ECDSA_SIG(parts.get(), &to);
  return out;
}

bool is_p256(const EVP_PKEY* key) {
  std::array<char, 64> group{};
  std::size_t size = 0;
  return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
         EVP_PKEY_get_group_name(key, group.data(), group.size(), &size) == 1 &&
         std::string_view(group.data(), size) == "prime256v1";
}

Result<TokenClaims> read_claims(std::string_view text, std::string_view issuer) {
  TRY(const JsonBody claims, JsonBody::parse(text));
  TRY(const auto expires, claims.number("exp", kMaxSeconds));
  TRY(const auto issued_by, claims.text("iss"));
  TRY(const auto subject, claims.text("sub"));
  if (issued_by != issuer) return not_ours();
  TRY(const auto peer, identity::PeerId::parse(subject));
  return TokenClaims{.peer = peer,
                     .expires_at = WallTime(std::chrono::seconds(static_cast<std::int64_t>(expires)))};
}

}  // namespace

TokenKey::TokenKey(http::KeyPtr key, const crypto::PublicKey& network)
    : key_(std::move(key)), issuer_(crypto::to_base64url(network.view())) {}

Result<TokenKey> TokenKey::generate(const crypto::PublicKey& network) {
  http::KeyPtr key(EVP_EC_gen("P-256"));
  if (!key) return fail(ErrorCode::kInternal, "OpenSSL cannot make a P-256 key");
  return TokenKey(std::move(key), network);
}

Result<TokenKey> TokenKey::from_pem(ByteView pem, const crypto::PublicKey& network) {
  const http::BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  http::KeyPtr key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr) : nullptr);
  if (!key || !is_p256(key.get())) return fail(ErrorCode::kCorrupt, "this is no P-256 key in PEM");
  return TokenKey(std::move(key), network);
}

Result<crypto::SecretBytes> TokenKey::to_pem() const {
  const http::BioPtr bio(BIO_new(BIO_s_secmem()));
  if (!bio || PEM_write_bio_PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return fail(ErrorCode::kInternal, "OpenSSL cannot write a key");
  Byte* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return crypto::SecretBytes::copy_of({text, static_cast<std::size_t>(size)});
}

Result<Bytes> TokenKey::sign(std::string_view text) const {
  const http::DigestPtr digest(EVP_MD_CTX_new());
  const ByteView bytes = as_bytes(text);
  Bytes der(128);
  std::size_t size = der.size();
  if (!digest || EVP_DigestSignInit(digest.get(), nullptr, EVP_sha256(), nullptr, key_.get()) != 1 ||
      EVP_DigestSign(digest.get(), der.data(), &size, bytes.data(), bytes.size()) != 1)
    return fail(ErrorCode::kInternal, "OpenSSL cannot sign");
  return plain_signature(ByteView(der).first(size));
}

bool TokenKey::verifies(std::string_view text, ByteView signature) const {
  const Bytes der = der_signature(signature);
  const http::DigestPtr digest(EVP_MD_CTX_new());
  const ByteView bytes = as_bytes(text);
  return !der.empty() && digest &&
         EVP_DigestVerifyInit(digest.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
         EVP_DigestVerify(digest.get(), der.data(), der.size(), bytes.data(), bytes.size()) == 1;
}

Result<std::string> TokenKey::issue(const identity::PeerId& peer, WallTime now) const {
  JsonLine claims;
  claims.open('{').key("exp").number(seconds_of(now + kTokenLife)).key("iat").number(seconds_of(now));
  claims.key("iss").text(issuer_).key("sub").text(peer.to_text()).close('}');
  const std::string text = claims.take();
  std::string token = fmt::format("{}.{}", kHeader, crypto::to_base64url(as_bytes(text)));
  TRY(const Bytes signature, sign(token));
  token += '.';
  token += crypto::to_base64url(signature);
  return token;
}

Result<TokenClaims> TokenKey::check(std::string_view token, WallTime now) const {
  if (token.size() > kMaxTokenBytes) return not_ours();
  const auto last = token.rfind('.');
  if (last == std::string_view::npos || last <= kHeader.size() || !token.starts_with(kHeader) ||
      token[kHeader.size()] != '.')
    return not_ours();
  const auto signature = crypto::from_base64url(token.substr(last + 1));
  if (!signature || signature->size() != kSignatureBytes || !verifies(token.substr(0, last), *signature))
    return not_ours();
  const auto claims = crypto::from_base64url(token.substr(kHeader.size() + 1, last - kHeader.size() - 1));
  if (!claims) return not_ours();
  auto read = read_claims(as_text(*claims), issuer_);
  if (!read) return not_ours();
  if (now >= read->expires_at) return fail(ErrorCode::kExpired, "this token has expired; log in again");
  return read;
}

}  // namespace covey::tracker
