#pragma once
// PieceLayer: the values of all pieces of one content; what lets each piece be verified on its own.
//
// Invariant: the values fold to the content id it was made for. One-piece content needs no layer, so its
// raw form is empty. At most 8 MiB. Immutable once made; any thread. Spec: docs/spec/content.md, "Piece
// layer".

#include <span>
#include <vector>

#include "content/tree.hpp"

namespace covey::content {

class PieceLayer {
 public:
  /// From bytes that came from elsewhere: kMalformed for a wrong length, kVerificationFailed unless they fold
  /// to `root`.
  static Result<PieceLayer> verified(const PieceGeometry& geometry, ByteView raw, const ContentId& root);
  /// From values computed here, one for each piece (kInternal otherwise); root() becomes what they fold to.
  static Result<PieceLayer> computed(const PieceGeometry& geometry, std::vector<ChainingValue> values);

  /// Of bytes in memory. kLimitExceeded above kMaxFileSize.
  static Result<PieceLayer> of_bytes(ByteView bytes);

  [[nodiscard]] const PieceGeometry& geometry() const { return geometry_; }
  [[nodiscard]] const ContentId& root() const { return root_; }
  /// `piece` must be one of the geometry's.
  [[nodiscard]] const ChainingValue& value(PieceIndex piece) const { return values_[piece.value()]; }
  /// 32 bytes a piece in order, borrowed; empty for one-piece content.
  [[nodiscard]] ByteView raw() const;
  /// The length of raw() for this geometry.
  static std::size_t raw_size(const PieceGeometry& geometry);

  [[nodiscard]] bool verify(PieceIndex piece, ByteView bytes) const;

 private:
  PieceLayer(const PieceGeometry& geometry, const ContentId& root, std::vector<ChainingValue> values)
      : geometry_(geometry), root_(root), values_(std::move(values)) {}

  PieceGeometry geometry_;
  ContentId root_;
  std::vector<ChainingValue> values_;
};

}  // namespace covey::content
