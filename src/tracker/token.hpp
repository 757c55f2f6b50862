#pragma once
// Token: what a peer shows after it logged in: a JWT (RFC 7519), signed with ES256 by the key that the
// replicas of a tracker share, for one peer of one network, for kTokenLife.
//
// Only one header is ever made or taken, byte for byte, so there is no algorithm to choose and nothing of a
// token is parsed before its signature holds. Immutable after it was made; any thread. Spec:
// docs/spec/api-tracker.yaml.

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/secret.hpp"
#include "crypto/sign.hpp"
#include "http/openssl_ptr.hpp"
#include "identity/peer_id.hpp"

namespace covey::tracker {

/// No token is longer.
inline constexpr std::size_t kMaxTokenBytes = 512;

struct TokenClaims {
  identity::PeerId peer;
  WallTime expires_at;  // whole seconds
};

class TokenKey {
 public:
  /// A fresh P-256 key.
  static Result<TokenKey> generate(const crypto::PublicKey& network);
  /// From its PEM. kCorrupt when it is no P-256 key.
  static Result<TokenKey> from_pem(ByteView pem, const crypto::PublicKey& network);
  [[nodiscard]] Result<crypto::SecretBytes> to_pem() const;

  [[nodiscard]] Result<std::string> issue(const identity::PeerId& peer, WallTime now) const;
  /// kVerificationFailed for whatever this key did not sign for this network, kExpired.
  [[nodiscard]] Result<TokenClaims> check(std::string_view token, WallTime now) const;

 private:
  TokenKey(http::KeyPtr key, const crypto::PublicKey& network);
  [[nodiscard]] Result<Bytes> sign(std::string_view text) const;
  [[nodiscard]] bool verifies(std::string_view text, ByteView signature) const;

  http::KeyPtr key_;
  std::string issuer_;  // the network key in base64url
};

}  // namespace covey::tracker
