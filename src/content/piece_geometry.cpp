#include "content/piece_geometry.hpp"

#include <algorithm>

#include "base/quantity.hpp"

namespace covey::content {

Result<PieceGeometry> PieceGeometry::for_size(std::uint64_t size) {
  if (size > kMaxFileSize)
    return fail(ErrorCode::kLimitExceeded, "a file of {} is above the limit of {}", human_bytes(size),
                human_bytes(kMaxFileSize));
  std::uint32_t piece_size = kMinPieceSize;
  const auto count = [&] { return (size + piece_size - 1) / piece_size; };
  while (count() > kManyPieces && piece_size < kMaxPieceSize) piece_size *= 2;
  return PieceGeometry(size, piece_size, static_cast<std::uint32_t>(std::max<std::uint64_t>(1, count())));
}

std::uint32_t PieceGeometry::length(PieceIndex piece) const {
  if (!contains(piece)) return 0;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(piece_size_, size_ - offset(piece)));
}

}  // namespace covey::content
