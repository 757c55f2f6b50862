#pragma once
// CheckedPieces: a PieceStore that keeps nothing but the fact that a piece came and verified.

#include <memory>
#include <mutex>

#include "content/piece_store.hpp"

namespace covey::content {

class CheckedPieces final : public PieceStore {
 public:
  /// All files of the manifest.
  explicit CheckedPieces(std::shared_ptr<const Manifest> manifest);

  Result<> write_piece(FileIndex file, PieceIndex piece, ByteView verified_bytes) override;
  Result<> skip_hole(FileIndex file, PieceIndex piece) override;
  [[nodiscard]] bool has(FileIndex file, PieceIndex piece) const override;
  [[nodiscard]] bool has_all(FileIndex file) const override;
  [[nodiscard]] PieceSet held() const override;
  [[nodiscard]] bool complete() const override;
  [[nodiscard]] PartCounts wanted() const override { return pieces_.wanted(); }
  [[nodiscard]] PartCounts present() const override;
  [[nodiscard]] PartCounts resumed() const override { return {}; }

 private:
  void mark(FileIndex file, PieceIndex piece);

  std::shared_ptr<const Manifest> manifest_;
  Selection everything_;
  mutable std::mutex mutex_;  // guards pieces_
  PartPieces pieces_;
};

}  // namespace covey::content
