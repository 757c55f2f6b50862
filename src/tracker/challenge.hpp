#pragma once
// Challenges: what a peer signs to log in. The tracker keeps nothing about them: a challenge is its time, a
// nonce and a code over both and the peer, so every replica can check those of the others. That each is used
// once is the database's to know. Any thread. Spec: docs/spec/network.md, "Login".

#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "crypto/sign.hpp"
#include "identity/peer_id.hpp"

namespace covey::tracker {

using Challenge = FixedBytes<struct ChallengeTag, 32>;

class Challenges {
 public:
  /// `secret` is what the replicas share, of any length.
  explicit Challenges(ByteView secret);

  [[nodiscard]] Challenge make(const identity::PeerId& peer, crypto::Random& random, WallTime now) const;
  /// When it ceases to hold. kVerificationFailed for one that was not made here for this peer, kExpired.
  [[nodiscard]] Result<WallTime> check(const Challenge& challenge, const identity::PeerId& peer,
                                       WallTime now) const;

 private:
  [[nodiscard]] crypto::Hash code(ByteView beginning, const identity::PeerId& peer) const;

  crypto::SecretBytes key_;
};

/// What the peer signs, under kTrackerLoginLabel.
[[nodiscard]] Bytes login_message(const crypto::PublicKey& network, const identity::PeerId& peer,
                                  const Challenge& challenge);

}  // namespace covey::tracker
