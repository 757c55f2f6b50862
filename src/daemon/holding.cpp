#include "daemon/holding.hpp"

#include <algorithm>
#include <bit>

#include "base/cursor.hpp"

// holding := peer_key:32 root:32 bytes:u64 complete:u8(0|1) total:u32 word:u64{ceil(total / 64)}
//            the lowest bit of a word first; bits beyond the total are 0; total = 0 when complete

namespace covey::daemon {
namespace {

using content::PieceSet;

Result<PieceSet> read_pieces(ByteReader& in, std::uint32_t total) {
  PieceSet out(total);
  for (std::uint32_t first = 0; first < total; first += PieceSet::kBits) {
    TRY(const auto word, in.number<std::uint64_t>());
    for (std::uint64_t left = word; left != 0; left &= left - 1) {
      const std::uint32_t piece = first + static_cast<std::uint32_t>(std::countr_zero(left));
      if (piece >= total) return fail(ErrorCode::kMalformed, "piece {} of {}", piece, total);
      out.insert(piece);
    }
  }
  return out;
}

}  // namespace

void Holding::add(const Holding& more) {
  bytes += more.bytes;
  last_at = std::max(last_at, more.last_at);
  if (root != more.root) {
    root = more.root;
    complete = more.complete;
    pieces = more.pieces;
  } else if (pieces.total() != more.pieces.total()) {
    if (pieces.total() == 0) pieces = more.pieces;
  } else {
    const auto words = more.pieces.words();
    for (std::size_t at = 0; at < words.size(); ++at) {
      for (std::uint64_t left = words[at]; left != 0; left &= left - 1)
        pieces.insert(static_cast<std::uint32_t>(at * PieceSet::kBits) +
                      static_cast<std::uint32_t>(std::countr_zero(left)));
    }
  }
  complete = complete || more.complete || (pieces.total() > 0 && pieces.is_full());
  if (complete) pieces = PieceSet();
}

Bytes Holding::encode() const {
  ByteWriter out;
  out.raw(peer.public_key().view()).raw(root.view()).number(bytes);
  out.number(static_cast<Byte>(complete ? 1 : 0)).number(pieces.total());
  for (const std::uint64_t word : pieces.words()) out.number(word);
  return out.take();
}

Result<Holding> Holding::parse(ByteView bytes) {
  ByteReader in(bytes);
  Holding out;
  TRY(const auto key, in.fixed<crypto::PublicKey>());
  out.peer = identity::PeerId(key);
  TRY(out.root, in.fixed<content::ContentId>());
  TRY(out.bytes, in.number<std::uint64_t>());
  TRY(const Byte complete, in.number<Byte>());
  if (complete > 1) return fail(ErrorCode::kMalformed, "neither all nor a part");
  out.complete = complete == 1;
  TRY(const auto total, in.number<std::uint32_t>());
  if (total > kMaxHoldingPieces) return fail(ErrorCode::kLimitExceeded, "which of {} pieces went out", total);
  if (out.complete && total > 0) return fail(ErrorCode::kMalformed, "pieces of what is complete");
  if (in.left() < std::uint64_t{total} / PieceSet::kBits * sizeof(std::uint64_t))
    return fail(ErrorCode::kMalformed, "{} pieces in {} bytes", total, bytes.size());
  TRY(out.pieces, read_pieces(in, total));
  TRY_VOID(in.expect_done());
  return out;
}

}  // namespace covey::daemon
