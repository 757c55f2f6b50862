#include "content/part_pieces.hpp"

namespace covey::content {

PartPieces::PartPieces(const Manifest& manifest, const Selection& wanted) : wanted_(wanted) {
  const std::uint32_t entries = manifest.entry_count();
  first_bit_.reserve(entries + 1);
  missing_.reserve(entries);
  std::uint32_t bits = 0;
  for (std::uint32_t i = 0; i < entries; ++i) {
    const FileIndex file(i);
    const PieceGeometry geometry = manifest.geometry(file);
    const std::uint32_t pieces = geometry.size() == 0 ? 0 : geometry.piece_count();
    first_bit_.push_back(bits);
    missing_.push_back(pieces);
    bits += pieces;
    if (!wanted.contains(file) || !manifest.is_file(file)) continue;
    wanted_counts_.bytes += geometry.size();
    wanted_counts_.pieces += pieces;
    ++wanted_counts_.files;
    if (pieces == 0) ++present_.files;
  }
  first_bit_.push_back(bits);
  bits_.resize((std::size_t{bits} + 63) / 64);
}

bool PartPieces::exists(const PieceRef& ref) const {
  return ref.file.value() < missing_.size() && ref.piece.value() < count(ref.file);
}

void PartPieces::set(const PieceRef& ref, std::uint32_t length) {
  if (bit(ref)) return;
  bits_[position(ref) / 64] |= std::uint64_t{1} << (position(ref) % 64);
  --missing_[ref.file.value()];
  if (!wanted_.contains(ref.file)) return;
  present_.bytes += length;
  ++present_.pieces;
  if (missing_[ref.file.value()] == 0) ++present_.files;
}

void PartPieces::clear(const PieceRef& ref, std::uint32_t length) {
  if (!bit(ref)) return;
  bits_[position(ref) / 64] &= ~(std::uint64_t{1} << (position(ref) % 64));
  ++missing_[ref.file.value()];
  if (!wanted_.contains(ref.file)) return;
  present_.bytes -= length;
  --present_.pieces;
  if (missing_[ref.file.value()] == 1) --present_.files;
}

}  // namespace covey::content
