#include "swarm/work_plan.hpp"

#include <algorithm>

namespace covey::swarm {
namespace {

/// A Fetch message with this many ranges stays far below the limit of control messages.
constexpr std::size_t kMaxRangesInBatch = 1024;
/// How far the search for unblocked work looks: work beyond is found when the layers in front have come.
constexpr std::size_t kLookAhead = 4096;

}  // namespace

WorkPlan::WorkPlan(const content::Manifest& manifest, const content::Selection& wanted,
                   const content::PieceStore& part)
    : manifest_(&manifest), part_(&part) {
  for (std::uint32_t i = 0; i < manifest.entry_count(); ++i) {
    const content::FileIndex file(i);
    if (!wanted.contains(file) || !manifest.is_file(file) || part.has_all(file)) continue;
    free_missing({.file = file, .first = {}, .count = manifest.geometry(file).piece_count()});
  }
}

std::uint64_t WorkPlan::bytes_of(const PieceRange& range) const {
  const auto geometry = manifest_->geometry(range.file);
  const auto last = range.first.plus(range.count - 1);
  return geometry.offset(last) + geometry.length(last) - geometry.offset(range.first);
}

/// Adds the runs of pieces in `range` that are not there.
void WorkPlan::free_missing(const PieceRange& range) {
  std::uint32_t i = 0;
  while (i < range.count) {
    while (i < range.count && part_->has(range.file, range.first.plus(i))) ++i;
    const std::uint32_t begin = i;
    while (i < range.count && !part_->has(range.file, range.first.plus(i))) ++i;
    if (i == begin) continue;
    free_.push_back({.file = range.file, .first = range.first.plus(begin), .count = i - begin});
    free_bytes_ += bytes_of(free_.back());
  }
}

bool WorkPlan::blocked(content::FileIndex file, LaneId lane) const {
  const auto state = layers_.find(file);
  return state != layers_.end() && !state->second.layer && state->second.asked &&
         *state->second.asked != lane;
}

void WorkPlan::attach_layer(Batch& batch, content::FileIndex file, LaneId lane) {
  if (manifest_->geometry(file).one_piece()) return;
  LayerState& state = layers_[file];
  if (state.layer) {
    batch.layers.emplace(file, state.layer);
  } else if (!state.asked) {
    state.asked = lane;
    batch.layers_wanted.push_back(file);
  }
}

/// Cuts pieces of at least `bytes` off the front of `from`, or all of it.
PieceRange WorkPlan::take(PieceRange& from, std::uint64_t bytes) const {
  const std::uint64_t piece_size = manifest_->geometry(from.file).piece_size();
  const std::uint64_t pieces = (bytes + piece_size - 1) / piece_size;
  PieceRange taken = from;
  taken.count = static_cast<std::uint32_t>(std::min<std::uint64_t>(from.count, pieces));
  from.first = from.first.plus(taken.count);
  from.count -= taken.count;
  return taken;
}

std::optional<Batch> WorkPlan::next(LaneId lane, std::uint64_t bytes) {
  auto& asked = asked_[lane];
  while (!asked.empty() &&
         part_->has(asked.front().file, asked.front().first.plus(asked.front().count - 1))) {
    // Pieces of a range come in order; when the last is there, so is the range.
    if (part_->has_all(asked.front().file)) layers_.erase(asked.front().file);
    asked.pop_front();
  }
  Batch batch;
  const std::size_t look_at = std::min(free_.size(), kLookAhead);
  std::size_t kept = 0;  // blocked ranges, moved to the front of what is looked at
  std::size_t at = 0;
  for (; at < look_at && batch.bytes < bytes && batch.ranges.size() < kMaxRangesInBatch; ++at) {
    PieceRange& range = free_[at];
    if (blocked(range.file, lane)) {
      std::swap(free_[kept++], range);
      continue;
    }
    const PieceRange taken = take(range, bytes - batch.bytes);
    attach_layer(batch, taken.file, lane);
    batch.ranges.push_back(taken);
    batch.bytes += bytes_of(taken);
    if (range.count > 0) std::swap(free_[kept++], range);
  }
  free_.erase(free_.begin() + static_cast<std::ptrdiff_t>(kept),
              free_.begin() + static_cast<std::ptrdiff_t>(at));
  if (batch.ranges.empty()) return std::nullopt;
  free_bytes_ -= batch.bytes;
  asked.insert(asked.end(), batch.ranges.begin(), batch.ranges.end());
  return batch;
}

void WorkPlan::set_layer(content::FileIndex file, Layer layer) {
  layers_[file].layer = std::move(layer);
}

void WorkPlan::give_back(LaneId lane) {
  for (auto& [file, state] : layers_) {
    if (!state.layer && state.asked == lane) state.asked.reset();
  }
  const auto found = asked_.find(lane);
  if (found == asked_.end()) return;
  const std::size_t before = free_.size();
  for (const PieceRange& range : found->second) free_missing(range);
  // What was asked for first is wanted first.
  std::rotate(free_.begin(), free_.begin() + static_cast<std::ptrdiff_t>(before), free_.end());
  asked_.erase(found);
}

}  // namespace covey::swarm
