#include "tracker/challenge.hpp"

#include "base/cursor.hpp"
#include "base/record_time.hpp"
#include "tracker/limits.hpp"

// challenge := made_at:u64 nonce:8 code:16; the code is the beginning of keyed BLAKE3 over made_at nonce
// peer_id:33.

namespace covey::tracker {
namespace {

constexpr std::size_t kNonceBytes = 8;
constexpr std::size_t kSaidBytes = 8 + kNonceBytes;
constexpr std::size_t kMacBytes = Challenge::kSize - kSaidBytes;

}  // namespace

Challenges::Challenges(ByteView secret) : key_(crypto::derive_key(crypto::kTrackerChallengeLabel, secret)) {}

crypto::Hash Challenges::code(ByteView beginning, const identity::PeerId& peer) const {
  return crypto::keyed_blake3(key_, ByteWriter(64).raw(beginning).raw(peer.bytes()).bytes());
}

Challenge Challenges::make(const identity::PeerId& peer, crypto::Random& random, WallTime now) const {
  std::array<Byte, kNonceBytes> nonce{};
  random.fill(nonce);
  ByteWriter out(Challenge::kSize);
  out.number(record_time(now)).raw(nonce);
  const crypto::Hash full = code(out.bytes(), peer);
  return Challenge::from(out.raw(full.view().first(kMacBytes)).bytes());
}

Result<WallTime> Challenges::check(const Challenge& challenge, const identity::PeerId& peer,
                                   WallTime now) const {
  const ByteView said = challenge.view().first(kSaidBytes);
  const crypto::Hash full = code(said, peer);
  if (!crypto::constant_time_equal(full.view().first(kMacBytes), challenge.view().last(kMacBytes)))
    return fail(ErrorCode::kVerificationFailed,
                "this tracker did not give this challenge to this peer; ask for one");
  ByteReader reader(said);
  TRY(const WallTime made_at, read_time(reader));
  const WallTime expires_at = made_at + kChallengeLife;
  if (now >= expires_at) return fail(ErrorCode::kExpired, "this challenge has expired; ask for another");
  return expires_at;
}

Bytes login_message(const crypto::PublicKey& network, const identity::PeerId& peer,
                    const Challenge& challenge) {
  return ByteWriter(128).raw(network.view()).raw(peer.bytes()).raw(challenge.view()).take();
}

}  // namespace covey::tracker
