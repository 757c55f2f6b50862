#include "content/piece_numbers.hpp"

#include <algorithm>

namespace covey::content {

PieceNumbers::PieceNumbers(const Manifest& manifest) {
  const std::uint32_t entries = manifest.entry_count();
  first_.reserve(entries + 1);
  std::uint32_t next = 0;  // kMaxManifestPieces fits
  for (std::uint32_t i = 0; i < entries; ++i) {
    first_.push_back(next);
    const PieceGeometry geometry = manifest.geometry(FileIndex(i));
    if (geometry.size() > 0) next += geometry.piece_count();
  }
  first_.push_back(next);
}

PieceRef PieceNumbers::at(std::uint32_t number) const {
  const auto after = std::upper_bound(first_.begin(), first_.end(), number);
  const auto file = static_cast<std::uint32_t>(after - first_.begin()) - 1;
  return {.file = FileIndex(file), .piece = PieceIndex(number - first_[file])};
}

PieceSet::PieceSet(std::uint32_t total) : total_(total), words_((std::size_t{total} + kBits - 1) / kBits) {}

PieceSet PieceSet::all(std::uint32_t total) {
  PieceSet out(total);
  std::fill(out.words_.begin(), out.words_.end(), ~std::uint64_t{0});
  if (total % kBits != 0) out.words_.back() >>= kBits - total % kBits;
  out.count_ = total;
  return out;
}

bool PieceSet::insert(std::uint32_t number) {
  if (has(number)) return false;
  words_[number / kBits] |= std::uint64_t{1} << (number % kBits);
  ++count_;
  return true;
}

bool PieceSet::erase(std::uint32_t number) {
  if (!has(number)) return false;
  words_[number / kBits] &= ~(std::uint64_t{1} << (number % kBits));
  --count_;
  return true;
}

}  // namespace covey::content
