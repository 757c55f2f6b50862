#pragma once
// PartOrigin: what a download has verified so far as the origin of what is served on. Any link thread.

#include "content/layer_shelf.hpp"
#include "content/part_reading.hpp"
#include "swarm/piece_origin.hpp"

namespace covey::swarm {

class PartOrigin final : public PieceOrigin {
 public:
  PartOrigin(std::shared_ptr<const content::PartReading> part,
             std::shared_ptr<const content::LayerShelf> layers)
      : part_(std::move(part)), layers_(std::move(layers)) {}

  [[nodiscard]] std::unique_ptr<Reader> reader() const override {
    return std::make_unique<PartReader>(*part_);
  }
  [[nodiscard]] Layer layer(content::FileIndex file) const override { return layers_->find(file); }

 private:
  class PartReader final : public Reader {
   public:
    explicit PartReader(const content::PartReading& part) : part_(&part) {}
    Result<Found> read(content::FileIndex file, content::PieceIndex piece, MutableBytes out) override {
      TRY_VOID(part_->read(file, piece, out));
      return content::all_zero(out) ? Found::kHole : Found::kBytes;
    }
    void release() override {}

   private:
    const content::PartReading* part_;
  };

  std::shared_ptr<const content::PartReading> part_;
  std::shared_ptr<const content::LayerShelf> layers_;
};

}  // namespace covey::swarm
