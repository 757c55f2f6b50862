#pragma once
// Membership: the record by which a name belongs to a peer in a network, and by which the peer shows offline
// that it is a member. The peer claims the name, the tracker's network key endorses the claim. Pure; any
// thread. Spec: docs/spec/network.md, "Membership".

#include <chrono>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/sign.hpp"
#include "identity/device_key.hpp"
#include "identity/peer_name.hpp"

namespace covey::identity {

inline constexpr std::size_t kMaxMembershipBytes = 512;
inline constexpr std::chrono::hours kMaxMembershipLife{7 * 24};
/// By how much two clocks may differ without harm.
inline constexpr std::chrono::minutes kClockTolerance{5};

/// What a peer asks a network for.
struct NameClaim {
  crypto::PublicKey network;
  PeerId peer;
  PeerName name;
  WallTime claimed_at;

  bool operator==(const NameClaim&) const = default;
};

struct SignedNameClaim {
  Bytes payload;
  crypto::Signature signature;
};

[[nodiscard]] SignedNameClaim sign(const NameClaim& claim, const DeviceKey& peer);
/// kMalformed, kLimitExceeded, kUnsupported for a newer version; kVerificationFailed unless the peer in it
/// signed it.
Result<NameClaim> verify(const SignedNameClaim& claim);

struct Membership {
  NameClaim claim;
  std::uint64_t serial = 1;  // grows when the name goes to another peer
  WallTime issued_at;
  WallTime expires_at;
};

/// The record's bytes: the claim, endorsed. `claim` has passed verify().
[[nodiscard]] Bytes endorse(const SignedNameClaim& claim, std::uint64_t serial, WallTime issued_at,
                            WallTime expires_at, const crypto::SigningKey& network);

/// A membership that this network gave and that holds at `now`: kVerificationFailed for another network or a
/// wrong signature, kExpired, else as verify(SignedNameClaim).
Result<Membership> verify_membership(ByteView record, const crypto::PublicKey& network, WallTime now);

}  // namespace covey::identity
