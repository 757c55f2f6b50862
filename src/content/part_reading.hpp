#pragma once
// PartReading: a part folder as others read from it while its download goes on, until the download wants it
// back. Any thread.

#include <memory>
#include <mutex>
#include <shared_mutex>

#include "content/part_folder.hpp"

namespace covey::content {

class PartReading {
 public:
  explicit PartReading(std::shared_ptr<const PartFolder> part) : part_(std::move(part)) {}

  /// As PartFolder::read_piece. kNotFound for a piece that is not there, kRefused after close().
  Result<> read(FileIndex file, PieceIndex piece, MutableBytes out) const {
    const std::shared_lock lock(mutex_);
    if (!part_) return fail(ErrorCode::kRefused, "this peer has stopped serving the share");
    if (!part_->has(file, piece)) return fail(ErrorCode::kNotFound, "a piece that this peer does not hold");
    return part_->read_piece(file, piece, out);
  }
  /// Waits for the reads that are under way; afterwards nothing of the part folder is held.
  void close() {
    const std::unique_lock lock(mutex_);
    part_.reset();
  }

 private:
  mutable std::shared_mutex mutex_;
  std::shared_ptr<const PartFolder> part_;
};

}  // namespace covey::content
