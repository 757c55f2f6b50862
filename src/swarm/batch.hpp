#pragma once
// Batch: pieces that a lane is to ask its source for, with what it needs to verify them. Plain values.

#include <unordered_map>
#include <vector>

#include "base/strong.hpp"
#include "content/piece_layer.hpp"
#include "swarm/piece_origin.hpp"

namespace covey::swarm {

/// One connection of a download.
using LaneId = Strong<struct LaneIdTag, std::uint32_t>;
/// One peer that a download fetches from, over one or several lanes.
using SourceId = Strong<struct SourceIdTag, std::uint32_t>;

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

}  // namespace covey::swarm
