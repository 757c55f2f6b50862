#pragma once
// RevocationList: which grants of a share its owner has taken back before their time. Signed and numbered: of
// two lists the one with the larger number holds, so nobody can go back to an older one once it knows a newer
// one. A grant leaves the list when it would have expired anyway. Pure; any thread. Spec:
// docs/spec/consent.md, "Revocations".

#include <vector>

#include "access/grant.hpp"

namespace covey::access {

inline constexpr std::size_t kMaxRevocations = 1900;  // so that a list fits into a letter
inline constexpr std::size_t kMaxRevocationListBytes = 128 + kMaxRevocations * GrantId::kSize;

struct RevocationList {
  ShareId share;
  identity::PeerId owner;
  std::uint64_t number = 0;  // grows with each list
  WallTime issued_at;
  /// Every grant that was issued before holds no more: how an owner revokes more than fit.
  WallTime all_before;
  std::vector<GrantId> revoked;  // ascending, at most kMaxRevocations

  [[nodiscard]] bool revokes(const Grant& grant) const;
  bool operator==(const RevocationList&) const = default;
};

struct SignedRevocationList {
  Bytes payload;
  crypto::Signature signature;

  bool operator==(const SignedRevocationList&) const = default;
};

/// `list.revoked` is sorted, without doubles and within its limit, else std::invalid_argument: a bug of the
/// caller.
[[nodiscard]] SignedRevocationList sign(const RevocationList& list, const identity::DeviceKey& owner);

/// A list by this owner for this share. kMalformed, kLimitExceeded, kUnsupported, kVerificationFailed.
Result<RevocationList> verify(const SignedRevocationList& list, const identity::PeerId& owner,
                              const ShareId& share);

}  // namespace covey::access
