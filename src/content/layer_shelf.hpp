#pragma once
// LayerShelf: the piece layers that a download has verified so far, for those who serve its pieces on. Any
// thread.

#include <memory>
#include <mutex>
#include <unordered_map>

#include "content/piece_layer.hpp"

namespace covey::content {

class LayerShelf {
 public:
  void add(FileIndex file, std::shared_ptr<const PieceLayer> layer) {
    const std::scoped_lock lock(mutex_);
    layers_[file] = std::move(layer);
  }
  using Layers = std::unordered_map<FileIndex, std::shared_ptr<const PieceLayer>>;
  [[nodiscard]] Layers all() const {
    const std::scoped_lock lock(mutex_);
    return layers_;
  }
  /// Null for one that is not there.
  [[nodiscard]] std::shared_ptr<const PieceLayer> find(FileIndex file) const {
    const std::scoped_lock lock(mutex_);
    const auto found = layers_.find(file);
    return found == layers_.end() ? nullptr : found->second;
  }

 private:
  mutable std::mutex mutex_;
  Layers layers_;
};

}  // namespace covey::content
