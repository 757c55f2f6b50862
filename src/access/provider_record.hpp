#pragma once
// ProviderRecord: a peer says that it serves a share, and where. It may come from anybody; the peer's
// signature makes it true, and dialling finds out whether it is still. Pure; any thread. Spec:
// docs/spec/wire.md, "Providers".

#include <vector>

#include "access/endpoint.hpp"
#include "access/ticket_secret.hpp"
#include "base/clock.hpp"
#include "identity/device_key.hpp"

namespace covey::access {

struct ProviderRecord {
  ShareId share;
  identity::PeerId peer;
  std::vector<Endpoint> addresses;  // 1 to kMaxListedAddresses
  WallTime issued_at;
  WallTime expires_at;  // at most kMaxProviderLife after issued_at
  bool operator==(const ProviderRecord&) const = default;
};

inline constexpr std::chrono::minutes kMaxProviderLife{60};
inline constexpr std::size_t kMaxProviderRecordBytes = 256;

struct SignedProviderRecord {
  Bytes payload;
  crypto::Signature signature;
};

[[nodiscard]] SignedProviderRecord sign(const ProviderRecord& record, const identity::DeviceKey& provider);

/// A record for this share that its peer signed and that holds at `now` (clocks may differ by five minutes).
/// kMalformed, kLimitExceeded, kUnsupported, kVerificationFailed, kExpired.
Result<ProviderRecord> verify(const SignedProviderRecord& record, const ShareId& expected_share,
                              WallTime now);

}  // namespace covey::access
