// Piece layers: only those that fold to the root are believed, and only then do pieces verify.
//
// The input is a size, then the layer; the root is what the layer folds to, or that with one bit changed.

#include "content/piece_layer.hpp"

#include "fuzz/promise.hpp"

namespace covey::fuzz {
namespace {

using content::ChainingValue;
using content::ContentId;
using content::PieceGeometry;
using content::PieceIndex;
using content::PieceLayer;

constexpr std::uint64_t kMostPieces = 64;

void check_geometry(const PieceGeometry& geometry) {
  require(geometry.piece_count() >= 1 && geometry.piece_count() <= content::kMaxPieceCount,
          "content has 1 to 262,144 pieces");
  const PieceIndex last(geometry.piece_count() - 1);
  require(geometry.offset(last) + geometry.length(last) == geometry.size(),
          "the last piece ends the content");
  require(geometry.length(PieceIndex(geometry.piece_count())) == 0, "there is no piece after the last");
  require(geometry.one_piece() || geometry.length(PieceIndex(0)) == geometry.piece_size(),
          "the first of several pieces is whole");
}

void check_layer(const PieceGeometry& geometry, ByteView raw, Choices choices) {
  std::vector<ChainingValue> values;
  for (std::size_t i = 0; i < geometry.piece_count(); ++i) {
    values.push_back(ChainingValue::from(raw.subspan(i * ChainingValue::kSize, ChainingValue::kSize)));
  }
  const auto computed = PieceLayer::computed(geometry, values);
  require(computed && same(computed->raw(), raw), "a layer is its values in order");
  const auto verified = PieceLayer::verified(geometry, raw, computed->root());
  require(verified && same(verified->raw(), raw), "a layer that folds to the root is believed");
  ContentId other = computed->root();
  other.mutable_view()[choices.below(ContentId::kSize)] ^= static_cast<Byte>(1U << (choices.byte() % 8));
  require(!PieceLayer::verified(geometry, raw, other), "a layer of other content is refused");
  Bytes changed = to_bytes(raw);
  changed[choices.below(changed.size())] ^= static_cast<Byte>(1U << (choices.byte() % 8));
  require(!PieceLayer::verified(geometry, changed, computed->root()),
          "a layer with a changed bit is refused");
  const PieceIndex piece(static_cast<std::uint32_t>(choices.below(geometry.piece_count())));
  // A last piece may be one byte long, and libFuzzer does find the value that belongs to it.
  if (geometry.length(piece) != 1)
    require(!verified->verify(piece, raw.first(1)), "a piece of a wrong length is refused");
}

void check_content(ByteView bytes) {
  const auto geometry = PieceGeometry::for_size(bytes.size());
  require(geometry && geometry->one_piece(), "small content has one piece");
  const ContentId id = content::hash_whole(bytes);
  const auto layer = PieceLayer::verified(*geometry, {}, id);
  require(layer && layer->verify(PieceIndex(0), bytes), "one piece needs no layer");
  if (bytes.empty()) return;
  Bytes changed = to_bytes(bytes);
  changed.back() ^= 1;
  require(!layer->verify(PieceIndex(0), changed), "a changed piece is refused");
}

void run(ByteView input) {
  Choices choices(input);
  std::uint64_t size = choices.number();
  if (const auto geometry = PieceGeometry::for_size(size)) {
    check_geometry(*geometry);
  } else {
    require(size > content::kMaxFileSize, "only what is too large has no pieces");
  }
  size %= kMostPieces * content::kMinPieceSize;
  const PieceGeometry geometry = *PieceGeometry::for_size(size);
  const ByteView raw = choices.rest();
  const bool fits = raw.size() == PieceLayer::raw_size(geometry);
  const auto guessed = PieceLayer::verified(geometry, raw, ContentId());
  require(!guessed || geometry.one_piece(), "no layer folds to zeros");
  if (!fits) require(guessed.error().code == ErrorCode::kMalformed, "a layer has 32 bytes a piece");
  if (geometry.one_piece()) {
    check_content(raw);
  } else {
    Bytes padded = to_bytes(raw);
    padded.resize(PieceLayer::raw_size(geometry));
    check_layer(geometry, padded, Choices(input));
  }
}

}  // namespace
}  // namespace covey::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  covey::fuzz::run({data, size});
  return 0;
}
