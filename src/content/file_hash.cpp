#include "content/file_hash.hpp"

#include <algorithm>

namespace covey::content {
namespace {

void report(const HashProgress& progress, std::uint64_t bytes) {
  if (progress.bytes != nullptr) progress.bytes->fetch_add(bytes, std::memory_order_relaxed);
}

Result<ChainingValue> hash_one(const SourceFile& file, const PieceGeometry& geometry, PieceIndex piece,
                               MutableBytes scratch, const HashProgress& progress) {
  const std::uint64_t begin = geometry.offset(piece);
  const std::uint32_t length = geometry.length(piece);
  if (file.piece_is_hole(geometry, piece)) {
    report(progress, length);
    return hash_zero_piece(geometry, piece);
  }
  PieceHasher hasher(geometry, piece);
  for (std::uint32_t at = 0; at < length;) {
    if (progress.stop != nullptr && progress.stop->load(std::memory_order_relaxed))
      return fail(ErrorCode::kCancelled, "hashing was stopped");
    const MutableBytes part = scratch.first(std::min<std::size_t>(kHashScratchBytes, length - at));
    TRY_VOID(file.read_at(begin + at, part));
    hasher.update(part);
    at += static_cast<std::uint32_t>(part.size());
    report(progress, part.size());
  }
  return hasher.finish();
}

}  // namespace

Result<> hash_pieces(const SourceFile& file, const PieceGeometry& geometry, PieceIndex first,
                     std::uint32_t count, std::span<ChainingValue> out, MutableBytes scratch,
                     const HashProgress& progress) {
  if (scratch.size() < kHashScratchBytes || out.size() != count || first.value() > geometry.piece_count() ||
      count > geometry.piece_count() - first.value())
    return fail(ErrorCode::kInternal, "a slice of {} pieces at {} does not fit its file", count,
                first.value());
  for (std::uint32_t i = 0; i < count; ++i) {
    if (progress.stop != nullptr && progress.stop->load(std::memory_order_relaxed))
      return fail(ErrorCode::kCancelled, "hashing was stopped");
    TRY(out[i], hash_one(file, geometry, first.plus(i), scratch, progress));
  }
  return {};
}

Result<ChainingValue> hash_piece_of(const SourceFile& file, const PieceGeometry& geometry, PieceIndex piece,
                                    MutableBytes scratch) {
  ChainingValue value;
  TRY_VOID(hash_pieces(file, geometry, piece, 1, {&value, 1}, scratch));
  return value;
}

}  // namespace covey::content
