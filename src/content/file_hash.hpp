#pragma once
// Hashing a file in slices of pieces, so that a caller can spread one file, or many, over its threads.
//
// Holes are hashed without being read. Blocking; any thread, each with its own scratch memory.

#include <atomic>
#include <cstdint>
#include <span>

#include "content/source_file.hpp"
#include "content/tree.hpp"

namespace covey::content {

/// The scratch memory hashing reads into: small enough to be hashed while it is still in the cache.
inline constexpr std::size_t kHashScratchBytes = kMinPieceSize;

/// Where a running hash reports to and listens; both may be null.
struct HashProgress {
  std::atomic<std::uint64_t>* bytes = nullptr;  // grows with every byte hashed
  const std::atomic<bool>* stop = nullptr;      // kCancelled soon after it becomes true
};

/// The values of pieces first … first+count-1 into `out`, which is `count` long. `scratch`: at least
/// kHashScratchBytes. kSourceChanged, kIo, kCancelled.
Result<> hash_pieces(const SourceFile& file, const PieceGeometry& geometry, PieceIndex first,
                     std::uint32_t count, std::span<ChainingValue> out, MutableBytes scratch,
                     const HashProgress& progress = {});

Result<ChainingValue> hash_piece_of(const SourceFile& file, const PieceGeometry& geometry, PieceIndex piece,
                                    MutableBytes scratch);

}  // namespace covey::content
