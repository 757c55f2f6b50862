#pragma once
// PieceStore: where verified pieces go. PartFolder keeps them on disk; CheckedPieces only remembers that they
// came, for fetching a share back without storing it again.
//
// All functions may be called from several threads at once. A piece that two threads bring at the same time
// is kept once.

#include "content/part_pieces.hpp"

namespace covey::content {

class PieceStore {
 public:
  virtual ~PieceStore() = default;

  virtual Result<> write_piece(FileIndex file, PieceIndex piece, ByteView verified_bytes) = 0;
  /// A verified piece of zeros.
  virtual Result<> skip_hole(FileIndex file, PieceIndex piece) = 0;
  [[nodiscard]] virtual bool has(FileIndex file, PieceIndex piece) const = 0;
  /// Whether all pieces of a file are there.
  [[nodiscard]] virtual bool has_all(FileIndex file) const = 0;
  /// What is there of the wanted files, by its PieceNumbers.
  [[nodiscard]] virtual PieceSet held() const = 0;
  /// Whether all pieces of all wanted files are there.
  [[nodiscard]] virtual bool complete() const = 0;

  [[nodiscard]] virtual PartCounts wanted() const = 0;
  [[nodiscard]] virtual PartCounts present() const = 0;
  /// Of present(), what an earlier run had left.
  [[nodiscard]] virtual PartCounts resumed() const = 0;

 protected:
  PieceStore() = default;
  PieceStore(const PieceStore&) = default;
  PieceStore(PieceStore&&) = default;
  PieceStore& operator=(const PieceStore&) = default;
  PieceStore& operator=(PieceStore&&) = default;
};

}  // namespace covey::content
