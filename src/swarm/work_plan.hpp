#pragma once
// WorkPlan: which pieces a download still has to ask for, and who was asked for which.
//
// Hands out batches in manifest order, so that files finish one after another and disks write forwards. A
// lane that ends gives back what it had not delivered. Pieces of a file with several of them can be verified
// only with its piece layer: the first lane that touches the file fetches it, others take other files
// meanwhile. Pure decisions; on the network thread.

#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

#include "content/piece_store.hpp"
#include "swarm/served_share.hpp"

namespace covey::swarm {

using LaneId = Strong<struct LaneIdTag, std::uint32_t>;

struct PieceRange {
  content::FileIndex file;
  content::PieceIndex first;
  std::uint32_t count = 0;
};

struct Batch {
  std::vector<PieceRange> ranges;
  std::vector<content::FileIndex> layers_wanted;         // to be fetched with their pieces
  std::unordered_map<content::FileIndex, Layer> layers;  // known ones of the files in `ranges`
  std::uint64_t bytes = 0;
};

class WorkPlan {
 public:
  /// All wanted pieces that `part` does not hold. Manifest and `part` outlive the plan.
  WorkPlan(const content::Manifest& manifest, const content::Selection& wanted,
           const content::PieceStore& part);

  /// The next pieces for a lane: at least one, about `bytes` in all. Nothing when none is free now.
  std::optional<Batch> next(LaneId lane, std::uint64_t bytes);
  /// A lane has fetched and verified a file's layer.
  void set_layer(content::FileIndex file, Layer layer);
  /// A lane has ended: what it was asked for and did not deliver is free again.
  void give_back(LaneId lane);
  /// Bytes not yet handed out.
  [[nodiscard]] std::uint64_t free_bytes() const { return free_bytes_; }

 private:
  struct LayerState {
    Layer layer;                  // null until verified
    std::optional<LaneId> asked;  // who fetches it
  };
  [[nodiscard]] bool blocked(content::FileIndex file, LaneId lane) const;
  [[nodiscard]] std::uint64_t bytes_of(const PieceRange& range) const;
  PieceRange take(PieceRange& from, std::uint64_t bytes) const;
  void attach_layer(Batch& batch, content::FileIndex file, LaneId lane);
  void free_missing(const PieceRange& range);

  const content::Manifest* manifest_;
  const content::PieceStore* part_;
  std::deque<PieceRange> free_;
  std::uint64_t free_bytes_ = 0;
  std::unordered_map<content::FileIndex, LayerState> layers_;
  std::unordered_map<LaneId, std::deque<PieceRange>> asked_;
};

}  // namespace covey::swarm
