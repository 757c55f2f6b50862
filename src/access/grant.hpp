#pragma once
// Grant: an owner's signed word that one peer may fetch one share. It holds only for the peer that it names,
// so only on a link that this peer has authenticated: a stolen copy is worth nothing. Whoever serves the
// share checks it offline. Short-lived; the owner hands out a fresh one while its consent lasts. Pure; any
// thread. Spec: docs/spec/consent.md, "Grants".

#include <optional>

#include "access/share_description.hpp"

namespace covey::access {

using GrantId = FixedBytes<struct GrantIdTag, 16>;

inline constexpr std::chrono::hours kMaxGrantLife{7 * 24};
/// No payload is longer.
inline constexpr std::size_t kMaxGrantBytes = 256;

struct Grant {
  GrantId id;  // of the owner's consent: renewed grants keep it, so that revoking it revokes them all
  ShareId share;
  ContentRoot root;  // what the owner agreed to hand over, and nothing that it may share under this id later
  identity::PeerId owner;
  identity::PeerId grantee;
  WallTime issued_at;
  WallTime not_before;
  WallTime expires_at;  // after not_before, at most kMaxGrantLife after issued_at
  std::optional<std::uint64_t>
      byte_limit;  // of content, since the consent; only the owner serves such grants

  bool operator==(const Grant&) const = default;
};

struct SignedGrant {
  Bytes payload;
  crypto::Signature signature;

  bool operator==(const SignedGrant&) const = default;
};

[[nodiscard]] SignedGrant sign(const Grant& grant, const identity::DeviceKey& owner);

/// Why a grant does not let in whoever shows it.
enum class GrantFlaw : std::uint8_t {
  kMalformed,
  kForged,      // not signed by the share's owner
  kOtherShare,  // signed for another share, or for other content
  kForeign,     // bound to another peer than the one that shows it
  kNotYet,
  kExpired,
};

/// A grant by this owner for this share that its grantee shows at `now`; clocks may differ by five minutes
/// where it begins.
std::expected<Grant, GrantFlaw> check(const SignedGrant& grant, const identity::PeerId& owner,
                                      const ShareId& share, const ContentRoot& root,
                                      const identity::PeerId& shown_by, WallTime now);

[[nodiscard]] std::string to_text(const GrantId& id);

}  // namespace covey::access
