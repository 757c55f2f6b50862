#include "content/part_pieces.hpp"

namespace covey::content {

PartPieces::PartPieces(const Manifest& manifest, const Selection& wanted)
    : wanted_(wanted), numbers_(manifest), held_(numbers_.total()) {
  const std::uint32_t entries = manifest.entry_count();
  missing_.reserve(entries);
  for (std::uint32_t i = 0; i < entries; ++i) {
    const FileIndex file(i);
    const std::uint32_t pieces = numbers_.count(file);
    missing_.push_back(pieces);
    if (!wanted.contains(file) || !manifest.is_file(file)) continue;
    wanted_counts_.bytes += manifest.geometry(file).size();
    wanted_counts_.pieces += pieces;
    ++wanted_counts_.files;
    if (pieces == 0) ++present_.files;
  }
}

void PartPieces::set(const PieceRef& ref, std::uint32_t length) {
  if (!held_.insert(numbers_.number(ref))) return;
  --missing_[ref.file.value()];
  if (!wanted_.contains(ref.file)) return;
  present_.bytes += length;
  ++present_.pieces;
  if (missing_[ref.file.value()] == 0) ++present_.files;
}

void PartPieces::clear(const PieceRef& ref, std::uint32_t length) {
  if (!held_.erase(numbers_.number(ref))) return;
  ++missing_[ref.file.value()];
  if (!wanted_.contains(ref.file)) return;
  present_.bytes -= length;
  --present_.pieces;
  if (missing_[ref.file.value()] == 1) --present_.files;
}

}  // namespace covey::content
