#pragma once
// PartPieces: which pieces of which files a partial download holds; a bit a piece, so lean for any size.
//
// Empty files and folders have no pieces. Not synchronised: one thread at a time.

#include <cstdint>
#include <vector>

#include "content/manifest.hpp"
#include "content/piece_numbers.hpp"
#include "content/selection.hpp"

namespace covey::content {

/// Amounts over the wanted files of a download; empty files count as files but have no pieces.
struct PartCounts {
  std::uint64_t bytes = 0;
  std::uint64_t pieces = 0;
  std::uint64_t files = 0;
  bool operator==(const PartCounts&) const = default;
};

class PartPieces {
 public:
  PartPieces(const Manifest& manifest, const Selection& wanted);

  /// Whether this is a piece of one of the files at all.
  [[nodiscard]] bool exists(const PieceRef& ref) const { return numbers_.exists(ref); }
  /// For an existing piece.
  [[nodiscard]] bool has(const PieceRef& ref) const { return held_.has(numbers_.number(ref)); }
  /// By their PieceNumbers, also those of files that are not wanted any more.
  [[nodiscard]] const PieceSet& held() const { return held_; }
  /// Pieces of a file that are not there.
  [[nodiscard]] std::uint32_t missing(FileIndex file) const { return missing_[file.value()]; }
  [[nodiscard]] std::uint32_t count(FileIndex file) const { return numbers_.count(file); }

  /// Existing pieces; setting what is set, or clearing what is not, does nothing.
  void set(const PieceRef& ref, std::uint32_t length);
  void clear(const PieceRef& ref, std::uint32_t length);

  [[nodiscard]] const PartCounts& wanted() const { return wanted_counts_; }
  [[nodiscard]] const PartCounts& present() const { return present_; }

 private:
  const Selection& wanted_;
  PieceNumbers numbers_;
  PieceSet held_;
  std::vector<std::uint32_t> missing_;
  PartCounts wanted_counts_;
  PartCounts present_;
};

}  // namespace covey::content
