#pragma once
// The BLAKE3 tree, piece by piece: hash a piece on its own, fold the pieces' values to the content id.
//
// A piece of content that has several is an inner node of the tree, whose value depends on its place; the
// only piece of small content is the root itself. Pure; any thread. Spec: docs/spec/content.md, "Tree".

#include <array>
#include <span>

#include "base/bytes.hpp"
#include "content/content_id.hpp"
#include "content/piece_geometry.hpp"

namespace covey::content {

/// The value of one subtree: what its parent hashes.
using ChainingValue = FixedBytes<struct ChainingValueTag, 32>;

/// The value of a piece from its bytes, which are geometry.length(piece) long; anything else is a
/// programmer's error and yields zeros. For one-piece content this is the content id itself.
ChainingValue hash_piece(const PieceGeometry& geometry, PieceIndex piece, ByteView bytes);
/// hash_piece in parts, for pieces that are larger than the memory at hand.
class PieceHasher {
 public:
  PieceHasher(const PieceGeometry& geometry, PieceIndex piece);
  /// The next bytes of the piece. Every call but the last brings a multiple of kMinPieceSize.
  void update(ByteView bytes);
  /// Zeros unless the calls brought the piece's length exactly.
  ChainingValue finish();

 private:
  std::uint64_t offset_;
  std::uint32_t length_;
  std::uint32_t done_ = 0;
  bool root_;
  std::uint32_t count_ = 0;
  alignas(64) std::array<Byte, std::size_t{kMaxPieceSize} / kMinPieceSize * 32> values_;
};

/// The value of a piece of zero bytes, without memory to read: for holes of sparse files.
ChainingValue hash_zero_piece(const PieceGeometry& geometry, PieceIndex piece);
/// The content id from the values of all geometry.piece_count() pieces, in order; any other number is a
/// programmer's error and yields zeros.
ContentId fold(const PieceGeometry& geometry, std::span<const ChainingValue> pieces);
/// Whether these bytes are the piece that has the value `expected`. False, too, for a wrong length or index.
bool verify_piece(const PieceGeometry& geometry, PieceIndex piece, ByteView bytes,
                  const ChainingValue& expected);
/// The content id of bytes in memory, of any length up to kMaxFileSize.
ContentId hash_whole(ByteView bytes);
/// Whether all bytes are zero, so that the piece may stay a hole on disk.
bool all_zero(ByteView bytes);

/// The content id that one-piece content's value is, and back.
inline ContentId as_content_id(const ChainingValue& root) {
  return ContentId(root.array());
}
inline ChainingValue as_chaining_value(const ContentId& root) {
  return ChainingValue(root.array());
}

}  // namespace covey::content
