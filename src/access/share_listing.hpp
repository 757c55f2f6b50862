#pragma once
// ShareListing: what an owner publishes about a share in one network: its signed description, who may find
// and fetch it, and the words to find it by. It may come from anybody; the owner's signatures make it true.
// Pure; any thread. Spec: docs/spec/network.md, "Share listing".

#include <optional>
#include <string>
#include <vector>

#include "access/share_description.hpp"

namespace covey::access {

/// Who can find a share.
enum class Visibility : std::uint8_t { kNetwork = 1, kListed = 2, kUnlisted = 3 };
/// Who may fetch it without a ticket.
enum class Access : std::uint8_t { kAsk = 1, kListed = 2, kOpen = 3 };

inline constexpr std::size_t kMaxTags = 16;
inline constexpr std::size_t kMaxTagBytes = 32;
inline constexpr std::size_t kMaxListedNames = 1000;
inline constexpr std::size_t kMaxListedNameBytes = 1024;
inline constexpr std::size_t kMaxShareListingBytes = std::size_t{64} << 10;

struct ShareListing {
  crypto::PublicKey network;
  /// Of two listings of a share the one with the larger holds; milliseconds since the Unix epoch.
  std::uint64_t sequence = 0;
  std::optional<WallTime> expires_at;
  Visibility visibility = Visibility::kNetwork;  // never kUnlisted
  Access access = Access::kAsk;
  std::vector<std::string> tags;   // clean text
  std::vector<std::string> names;  // file names that the owner reveals to the search
  SignedShareDescription description;
};

struct SignedShareListing {
  Bytes payload;
  crypto::Signature signature;
};

/// kLimitExceeded when its tags and names do not fit; kInvalidArgument for an unlisted share.
Result<SignedShareListing> sign(const ShareListing& listing, const identity::DeviceKey& owner);

/// A listing with the description in it, both checked.
struct VerifiedListing {
  ShareListing listing;
  ShareDescription share;
};

/// Signed by the owner that its description names, for this network, and not expired at `now`. kMalformed,
/// kLimitExceeded, kUnsupported, kVerificationFailed, kExpired.
Result<VerifiedListing> verify(const SignedShareListing& listing, const crypto::PublicKey& network,
                               WallTime now);

}  // namespace covey::access
