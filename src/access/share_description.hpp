#pragma once
// ShareDescription: what an owner signs about a share: what it is, how big, until when. It may come from
// anybody; the owner's signature makes it true. Pure; any thread. Spec: docs/spec/ticket.md, "The share
// description".

#include <optional>
#include <string>

#include "access/ticket_secret.hpp"
#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/sign.hpp"
#include "identity/device_key.hpp"
#include "identity/peer_id.hpp"

namespace covey::access {

enum class ShareKind : std::uint8_t { kFile = 1, kFolder = 2 };

/// To whom others than the owner may serve a share.
enum class ServeTo : std::uint8_t {
  kNobody = 0,
  kHolders = 1,   // of the ticket from which its id derives
  kMembers = 2,   // of the network in which it is published
  kGrantees = 3,  // those who show the owner's grant
};

/// The BLAKE3 hash of the content: of the file, or of the folder's manifest.
using ContentRoot = FixedBytes<struct ContentRootTag, 32>;

inline constexpr std::size_t kMaxTitleBytes = 255;

struct ShareDescription {
  ShareId share_id;
  identity::PeerId owner;
  /// UTF-8, 1 to kMaxTitleBytes, no control characters. Whoever makes a file of that name checks it as a name
  /// first.
  std::string title;
  ShareKind kind = ShareKind::kFile;
  ContentRoot root;
  std::uint64_t content_size = 0;  // bytes below root: the file's, or the manifest's
  std::uint64_t total_bytes = 0;   // of all files; equals content_size for a file
  std::uint64_t file_count = 0;    // 1 for a file
  bool executable = false;         // of a file; a folder's manifest says it for each of its files
  std::int64_t mtime_ns = 0;       // since the Unix epoch; 0 for a folder
  WallTime created_at;
  std::optional<WallTime> expires_at;
  /// Until then whoever holds the content may serve it under this share id, to those whom serve_to means and
  /// to those who show a grant. Nothing: only its owner serves it, and serve_to is kNobody.
  std::optional<WallTime> serve_until;
  ServeTo serve_to = ServeTo::kNobody;

  bool operator==(const ShareDescription&) const = default;
};

struct SignedShareDescription {
  Bytes payload;
  crypto::Signature signature;
};

/// No payload is longer.
inline constexpr std::size_t kMaxShareDescriptionBytes = 512;

/// The caller keeps the description's rules; what breaks them is signed, and then refused by whoever reads
/// it.
[[nodiscard]] SignedShareDescription sign(const ShareDescription& description,
                                          const identity::DeviceKey& owner);

/// Reads the payload without believing a word of it: kMalformed, kLimitExceeded, or kUnsupported for a newer
/// version.
Result<ShareDescription> read_description(const SignedShareDescription& description);

/// A description that this owner signed for this share and that has not expired by `now`.
/// kVerificationFailed, kExpired, or as read_description.
Result<ShareDescription> verify(const SignedShareDescription& description,
                                const identity::PeerId& expected_owner, const ShareId& expected_share,
                                WallTime now);

}  // namespace covey::access
