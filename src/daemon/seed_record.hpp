#pragma once
// What is stored of a complete download so that it is served on after a restart: the owner's word, which is
// small and renewed now and then, and the content, which never changes and is read when somebody asks for it.
// Pure; any thread. Spec: docs/spec/ticket.md, "Kept for serving on".

#include <optional>

#include "access/revocation_list.hpp"
#include "access/share_description.hpp"
#include "content/manifest.hpp"
#include "swarm/result_files.hpp"

namespace covey::daemon {

struct SeedWord {
  access::SignedShareDescription description;
  std::optional<crypto::PublicKey> network;  // whose members are let in; nothing: the ticket's holders
  std::optional<access::SignedRevocationList> revocations;  // the owner's newest that is known

  [[nodiscard]] Bytes encode() const;
  /// kMalformed, kLimitExceeded. Neither signature is verified.
  static Result<SeedWord> parse(ByteView bytes);
};

/// Lists of files above this are served on until the daemon ends.
inline constexpr std::size_t kMaxSeedManifestBytes = 64U << 20;

struct SeedContent {
  std::vector<swarm::ResultStamp> stamps;  // by file index
  Bytes manifest;                          // canonical; empty for a file share

  [[nodiscard]] Bytes encode() const;
  /// kMalformed, kLimitExceeded.
  static Result<SeedContent> parse(ByteView bytes);
};

}  // namespace covey::daemon
