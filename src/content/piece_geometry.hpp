#pragma once
// PieceGeometry: how content of a given size is cut into pieces.
//
// Every piece is an aligned subtree of the BLAKE3 tree: a power of two of at least 256 KiB, doubled until no
// more than 65,536 pieces are left, or it has 64 MiB. Content of zero bytes has one piece of length zero.
// Values; any thread. Spec: docs/spec/content.md, "Pieces".

#include <cstdint>

#include "base/result.hpp"
#include "base/strong.hpp"

namespace covey::content {

using PieceIndex = Strong<struct PieceIndexTag, std::uint32_t>;
/// A file of a transfer: the index of its manifest entry; 0 for a single file.
using FileIndex = Strong<struct FileIndexTag, std::uint32_t>;

/// One piece of one file of a transfer.
struct PieceRef {
  FileIndex file;
  PieceIndex piece;
  auto operator<=>(const PieceRef&) const = default;
};

inline constexpr std::uint32_t kMinPieceSize = 256U << 10;
inline constexpr std::uint32_t kMaxPieceSize = 64U << 20;
/// What more pieces than this would cost in memory is worth more than their being small.
inline constexpr std::uint32_t kManyPieces = 65'536;
inline constexpr std::uint32_t kMaxPieceCount = 262'144;
inline constexpr std::uint64_t kMaxFileSize = std::uint64_t{kMaxPieceSize} * kMaxPieceCount;  // 16 TiB

class PieceGeometry {
 public:
  /// kLimitExceeded above kMaxFileSize.
  static Result<PieceGeometry> for_size(std::uint64_t size);

  /// Bytes of the whole content.
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// Bytes of every piece but the last.
  [[nodiscard]] std::uint32_t piece_size() const { return piece_size_; }
  /// 1 … kMaxPieceCount.
  [[nodiscard]] std::uint32_t piece_count() const { return piece_count_; }
  [[nodiscard]] bool one_piece() const { return piece_count_ == 1; }
  [[nodiscard]] bool contains(PieceIndex piece) const { return piece.value() < piece_count_; }
  /// Where the piece begins in the content.
  [[nodiscard]] std::uint64_t offset(PieceIndex piece) const {
    return std::uint64_t{piece.value()} * piece_size_;
  }
  /// Bytes of this piece; 0 for an index that contains() denies, and for the one piece of empty content.
  [[nodiscard]] std::uint32_t length(PieceIndex piece) const;

  bool operator==(const PieceGeometry&) const = default;

 private:
  PieceGeometry(std::uint64_t size, std::uint32_t piece_size, std::uint32_t piece_count)
      : size_(size), piece_size_(piece_size), piece_count_(piece_count) {}

  std::uint64_t size_;
  std::uint32_t piece_size_;
  std::uint32_t piece_count_;
};

}  // namespace covey::content
