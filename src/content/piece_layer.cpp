#include "content/piece_layer.hpp"

#include <cstring>

namespace covey::content {

std::size_t PieceLayer::raw_size(const PieceGeometry& geometry) {
  return geometry.one_piece() ? 0 : std::size_t{geometry.piece_count()} * ChainingValue::kSize;
}

Result<PieceLayer> PieceLayer::verified(const PieceGeometry& geometry, ByteView raw, const ContentId& root) {
  if (raw.size() != raw_size(geometry))
    return fail(ErrorCode::kMalformed, "a piece layer of {} bytes where {} were expected", raw.size(),
                raw_size(geometry));
  if (geometry.one_piece()) return PieceLayer(geometry, root, {as_chaining_value(root)});
  std::vector<ChainingValue> values(geometry.piece_count());
  std::memcpy(values.data(), raw.data(), raw.size());
  if (fold(geometry, values) != root)
    return fail(ErrorCode::kVerificationFailed, "a piece layer does not belong to content {}", to_text(root));
  return PieceLayer(geometry, root, std::move(values));
}

Result<PieceLayer> PieceLayer::computed(const PieceGeometry& geometry, std::vector<ChainingValue> values) {
  if (values.size() != geometry.piece_count())
    return fail(ErrorCode::kInternal, "{} piece values for {} pieces", values.size(), geometry.piece_count());
  const ContentId root = fold(geometry, values);
  return PieceLayer(geometry, root, std::move(values));
}

ByteView PieceLayer::raw() const {
  return {reinterpret_cast<const Byte*>(values_.data()), raw_size(geometry_)};
}

bool PieceLayer::verify(PieceIndex piece, ByteView bytes) const {
  return geometry_.contains(piece) && verify_piece(geometry_, piece, bytes, value(piece));
}

Result<PieceLayer> PieceLayer::of_bytes(ByteView bytes) {
  TRY(const auto geometry, PieceGeometry::for_size(bytes.size()));
  std::vector<ChainingValue> values;
  for (std::uint32_t i = 0; i < geometry.piece_count(); ++i) {
    const PieceIndex piece(i);
    values.push_back(
        hash_piece(geometry, piece, bytes.subspan(geometry.offset(piece), geometry.length(piece))));
  }
  return computed(geometry, std::move(values));
}

}  // namespace covey::content
