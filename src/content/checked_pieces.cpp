#include "content/checked_pieces.hpp"

namespace covey::content {

CheckedPieces::CheckedPieces(std::shared_ptr<const Manifest> manifest)
    : manifest_(std::move(manifest)),
      everything_(Selection::everything(*manifest_)),
      pieces_(*manifest_, everything_) {}

void CheckedPieces::mark(FileIndex file, PieceIndex piece) {
  const std::lock_guard lock(mutex_);
  pieces_.set({.file = file, .piece = piece}, manifest_->geometry(file).length(piece));
}

Result<> CheckedPieces::write_piece(FileIndex file, PieceIndex piece, ByteView /*verified_bytes*/) {
  mark(file, piece);
  return {};
}

Result<> CheckedPieces::skip_hole(FileIndex file, PieceIndex piece) {
  mark(file, piece);
  return {};
}

bool CheckedPieces::has(FileIndex file, PieceIndex piece) const {
  const std::lock_guard lock(mutex_);
  const PieceRef ref{.file = file, .piece = piece};
  return pieces_.exists(ref) && pieces_.has(ref);
}

bool CheckedPieces::has_all(FileIndex file) const {
  const std::lock_guard lock(mutex_);
  return manifest_->is_file(file) && pieces_.missing(file) == 0;
}

PieceSet CheckedPieces::held() const {
  const std::lock_guard lock(mutex_);
  return pieces_.held();
}

bool CheckedPieces::complete() const {
  return present() == wanted();
}

PartCounts CheckedPieces::present() const {
  const std::lock_guard lock(mutex_);
  return pieces_.present();
}

}  // namespace covey::content
