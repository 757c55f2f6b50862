#pragma once
// Holding: what one peer was sent of a share of this peer's, over all runs, as it is stored.
// A value; any thread. Spec: docs/spec/consent.md, "Who has what".

#include "base/clock.hpp"
#include "content/content_id.hpp"
#include "content/piece_numbers.hpp"
#include "identity/peer_id.hpp"

namespace covey::daemon {

/// Of content with more pieces than this, which of them went out is not remembered.
inline constexpr std::uint32_t kMaxHoldingPieces = 1U << 22;

struct Holding {
  identity::PeerId peer;
  content::ContentId root;  // of the content that it was sent
  std::uint64_t bytes = 0;
  bool complete = false;        // every piece went out to it, or it says that it has them all
  content::PieceSet pieces{0};  // that went out; of no total when complete, or not remembered
  WallTime last_at;             // stands beside the encoding

  /// What the same peer was sent besides. Of other content than before it begins anew, but for the bytes.
  void add(const Holding& more);

  [[nodiscard]] Bytes encode() const;
  /// kMalformed, kLimitExceeded.
  static Result<Holding> parse(ByteView bytes);
};

}  // namespace covey::daemon
