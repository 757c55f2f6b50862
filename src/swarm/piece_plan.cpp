#include "swarm/piece_plan.hpp"

#include <algorithm>
#include <bit>

namespace covey::swarm {
namespace {

using content::PieceSet;

/// A Fetch message with this many ranges stays far below the limit of control messages.
constexpr std::size_t kMaxRangesInBatch = 1024;
/// Candidates that are compared for their rarity before one is chosen.
constexpr std::uint32_t kSample = 1024;
/// A layer that has not come by then may be fetched by another lane as well.
constexpr auto kLayerPatience = std::chrono::seconds(2);
/// Nobody is asked twice for what was asked for only just now.
constexpr auto kShortestWait = std::chrono::milliseconds(50);
/// A second source is asked when it would be this much sooner.
constexpr double kMuchSooner = 4;
constexpr double kWorthwhile = 0.05;  // seconds
/// Silence of so many times the usual pause between pieces says that a source has stopped for a while. One
/// with a limit sends in bursts; so many seconds of silence are none.
constexpr double kUnusual = 2;
constexpr double kSilencePatience = 0.5;
constexpr std::uint8_t kMaxAskers = 2;

}  // namespace

PiecePlan::PiecePlan(const content::Manifest& manifest, const content::Selection& wanted,
                     const PieceSet& held, PieceOrder order, std::uint64_t seed)
    : manifest_(&manifest),
      numbers_(manifest),
      order_(order),
      random_(static_cast<std::minstd_rand::result_type>(seed % 2147483646 + 1)),
      missing_(numbers_.total()),
      free_(numbers_.total()) {
  for (std::uint32_t i = 0; i < manifest.entry_count(); ++i) {
    const content::FileIndex file(i);
    if (!wanted.contains(file) || !manifest.is_file(file)) continue;
    for (std::uint32_t piece = numbers_.first(file); piece < numbers_.first(file) + numbers_.count(file);
         ++piece) {
      if (held.has(piece)) continue;
      missing_.insert(piece);
      set_free(piece);
    }
  }
  if (numbers_.total() > 0) cursor_ = static_cast<std::uint32_t>(random_() % numbers_.total());
}

void PiecePlan::prefer(std::uint32_t first, std::uint32_t count) {
  preferred_ = {.first = std::min(first, numbers_.total()), .count = 0};
  preferred_.count = std::min(count, numbers_.total() - preferred_.first);
}

std::uint32_t PiecePlan::length(std::uint32_t piece) const {
  const content::PieceRef ref = numbers_.at(piece);
  return manifest_->geometry(ref.file).length(ref.piece);
}

void PiecePlan::set_free(std::uint32_t piece) {
  if (free_.insert(piece)) free_bytes_ += length(piece);
}

void PiecePlan::set_taken(std::uint32_t piece) {
  if (free_.erase(piece)) free_bytes_ -= length(piece);
}

std::uint64_t PiecePlan::word(const Source& source, std::size_t at) const {
  const std::uint64_t free = free_.words()[at];
  return source.holds == Holds::kEverything ? free : free & source.held.words()[at];
}

std::optional<std::uint32_t> PiecePlan::next_free(const Source& source, std::uint32_t from) const {
  if (from >= numbers_.total()) return std::nullopt;
  std::size_t at = from / PieceSet::kBits;
  std::uint64_t bits = word(source, at) & (~std::uint64_t{0} << (from % PieceSet::kBits));
  const std::size_t end = free_.words().size();
  while (bits == 0) {
    if (++at == end) return std::nullopt;
    bits = word(source, at);
  }
  return static_cast<std::uint32_t>(at * PieceSet::kBits) +
         static_cast<std::uint32_t>(std::countr_zero(bits));
}

bool PiecePlan::is_blocked(content::FileIndex file, LaneId lane, SteadyTime now) const {
  const auto state = layers_.find(file);
  if (state == layers_.end() || state->second.layer || state->second.asked.empty()) return false;
  const auto& asked = state->second.asked;
  return std::find(asked.begin(), asked.end(), lane) == asked.end() &&
         now - state->second.since < kLayerPatience;
}

std::optional<std::uint32_t> PiecePlan::next_open(const Source& source, LaneId lane, std::uint32_t from,
                                                  SteadyTime now) const {
  auto found = next_free(source, from);
  while (found) {
    const content::FileIndex file = numbers_.at(*found).file;
    if (!is_blocked(file, lane, now)) return found;
    found = next_free(source, numbers_.first(file) + numbers_.count(file));
  }
  return found;
}

/// The run that begins at the first piece from `from` on.
std::optional<PiecePlan::Run> PiecePlan::choose_in_order(const Source& source, const Claim& claim,
                                                         std::uint32_t from, std::uint64_t bytes,
                                                         SteadyTime now) const {
  const auto first = next_open(source, claim.lane, from, now);
  if (!first) return std::nullopt;
  Run run{.first = *first, .count = 1};
  const content::FileIndex file = numbers_.at(*first).file;
  const std::uint32_t end = numbers_.first(file) + numbers_.count(file);
  const std::uint64_t piece_size = manifest_->geometry(file).piece_size();
  while (run.count * piece_size < bytes && run.first + run.count < end &&
         next_free(source, run.first + run.count) == run.first + run.count) {
    ++run.count;
  }
  return run;
}

std::optional<PiecePlan::Run> PiecePlan::choose_rarest(const Source& source, const Claim& claim,
                                                       std::uint64_t bytes, SteadyTime now) {
  const auto start = static_cast<std::uint32_t>(random_() % numbers_.total());
  std::optional<std::uint32_t> best;
  std::uint32_t from = start;
  bool wrapped = false;
  for (std::uint32_t seen = 0; seen < kSample; ++seen) {
    const auto found = next_open(source, claim.lane, from, now);
    if (!found || (wrapped && *found >= start)) {
      if (wrapped || start == 0) break;
      wrapped = true;
      from = 0;
      continue;
    }
    if (!best || availability(*found) < availability(*best)) best = found;
    if (availability(*best) == 0) break;
    from = *found + 1;
  }
  if (!best) return std::nullopt;
  // Neighbours of the same rarity come along: they cost the disk less, and the message.
  auto run = choose_in_order(source, claim, *best, bytes, now);
  for (std::uint32_t i = 1; run && i < run->count; ++i) {
    if (availability(run->first + i) > availability(*best)) run->count = i;
  }
  return run;
}

std::optional<PiecePlan::Run> PiecePlan::choose(const Source& source, const Claim& claim, std::uint64_t bytes,
                                                SteadyTime now) {
  if (preferred_.count > 0) {
    const auto run = choose_in_order(source, claim, preferred_.first, bytes, now);
    if (run && run->first < preferred_.first + preferred_.count) return run;
  }
  if (order_ == PieceOrder::kSequential) return choose_in_order(source, claim, 0, bytes, now);
  // A quarter of the window in one place: other downloaders get their chance to differ.
  if (partial_sources_ > 0) return choose_rarest(source, claim, std::min(bytes, claim.bytes / 4), now);
  auto run = choose_in_order(source, claim, cursor_, bytes, now);
  if (!run) run = choose_in_order(source, claim, 0, bytes, now);
  if (run) cursor_ = run->first + run->count;
  return run;
}

/// The seconds until a lane delivers a piece that has so many bytes before and in it. One that has been
/// silent for longer than it should is expected to stay so for as long again.
double PiecePlan::expected_in(const Lane& lane, double ahead, SteadyTime now) const {
  const double silent = std::chrono::duration<double>(now - lane.last_word).count();
  if (lane.rate <= 0) return silent;
  const double next_in = length(lane.asked.front().piece) / lane.rate;
  const double in = ahead / lane.rate;
  return silent > kUnusual * next_in + kSilencePatience ? std::max(in, silent) : in;
}

/// Of the pieces that others were asked for, the one that is expected last, if this lane would have it much
/// sooner. Of a lane always its last: what comes before may be on its way already, and would come in vain.
std::optional<std::uint32_t> PiecePlan::choose_late(const Source& source, const Claim& claim,
                                                    SteadyTime now) const {
  // What this lane was asked for comes first; one of unknown speed shows it with one piece at a time.
  double before = 0;
  if (const auto self = lanes_.find(claim.lane); self != lanes_.end()) {
    for (const Asked& asked : self->second.asked) before += length(asked.piece);
  }
  if (claim.rate <= 0 && before > 0) return std::nullopt;
  std::optional<std::uint32_t> latest;
  double latest_in = 0;
  for (const auto& [id, lane] : lanes_) {
    if (lane.source == claim.source) continue;
    double ahead = 0;
    std::optional<std::uint32_t> last;
    double last_in = 0;
    for (const Asked& asked : lane.asked) {
      const double size = length(asked.piece);
      ahead += size;
      const bool held = source.holds == Holds::kEverything || source.held.has(asked.piece);
      if (!held || now - asked.since < kShortestWait || askers_.at(asked.piece) >= kMaxAskers) continue;
      const double in = expected_in(lane, ahead, now);
      const double here = claim.rate > 0 ? (before + size) / claim.rate : 0;
      if (in <= kMuchSooner * here + kWorthwhile) continue;
      last = asked.piece;
      last_in = in;
    }
    if (last && last_in > latest_in) {
      latest = last;
      latest_in = last_in;
    }
  }
  return latest;
}

void PiecePlan::attach_layer(Batch& batch, content::FileIndex file, LaneId lane, SteadyTime now) {
  if (manifest_->geometry(file).one_piece()) return;
  LayerState& state = layers_[file];
  if (state.layer) {
    batch.layers.emplace(file, state.layer);
    return;
  }
  // A lane that fetches it already gets it ahead of these pieces too; asked for twice it would come twice.
  if (std::find(state.asked.begin(), state.asked.end(), lane) != state.asked.end()) return;
  state.asked.push_back(lane);
  state.since = now;
  batch.layers_wanted.push_back(file);
}

void PiecePlan::hand_out(Batch& batch, Lane& lane, const Claim& claim, Run run, SteadyTime now) {
  const content::PieceRef first = numbers_.at(run.first);
  attach_layer(batch, first.file, claim.lane, now);
  batch.ranges.push_back({.file = first.file, .first = first.piece, .count = run.count});
  if (lane.asked.empty()) lane.last_word = now;
  for (std::uint32_t piece = run.first; piece < run.first + run.count; ++piece) {
    set_taken(piece);
    ++askers_[piece];
    lane.asked.push_back({.piece = piece, .since = now});
    batch.bytes += length(piece);
  }
}

std::optional<Batch> PiecePlan::next(const Claim& claim, SteadyTime now) {
  const auto source = sources_.find(claim.source);
  if (source == sources_.end() || numbers_.total() == 0) return std::nullopt;
  Lane& lane = lanes_[claim.lane];
  lane.source = claim.source;
  lane.rate = claim.rate;
  Batch batch;
  while (batch.bytes < std::max<std::uint64_t>(claim.bytes, 1) && batch.ranges.size() < kMaxRangesInBatch) {
    const auto run = choose(source->second, claim, claim.bytes - batch.bytes, now);
    if (!run) break;
    hand_out(batch, lane, claim, *run, now);
  }
  if (batch.ranges.empty()) {
    const auto late = choose_late(source->second, claim, now);
    if (!late || is_blocked(numbers_.at(*late).file, claim.lane, now)) return std::nullopt;
    hand_out(batch, lane, claim, {.first = *late, .count = 1}, now);
  }
  return batch;
}

void PiecePlan::set_layer(content::FileIndex file, Layer layer) {
  layers_[file].layer = std::move(layer);
}

std::vector<PiecePlan::Elsewhere> PiecePlan::arrived(LaneId by, std::uint32_t piece, SteadyTime now) {
  std::vector<Elsewhere> out;
  if (const auto lane = lanes_.find(by); lane != lanes_.end()) lane->second.last_word = now;
  missing_.erase(piece);
  set_taken(piece);
  const auto asked = askers_.find(piece);
  if (asked == askers_.end()) return out;
  const bool by_several = asked->second > 1;
  askers_.erase(asked);
  const auto drop = [&](Lane& lane) {
    const auto found = std::find_if(lane.asked.begin(), lane.asked.end(),
                                    [&](const Asked& entry) { return entry.piece == piece; });
    if (found == lane.asked.end()) return false;
    lane.asked.erase(found);
    return true;
  };
  if (const auto lane = lanes_.find(by); lane != lanes_.end()) drop(lane->second);
  if (!by_several) return out;
  for (auto& [id, lane] : lanes_) {
    if (drop(lane)) out.push_back({.lane = id, .piece = piece});
  }
  return out;
}

std::uint64_t PiecePlan::give_back(LaneId lane) {
  for (auto& [file, state] : layers_) {
    if (!state.layer) std::erase(state.asked, lane);
  }
  const auto found = lanes_.find(lane);
  if (found == lanes_.end()) return 0;
  std::uint64_t bytes = 0;
  for (const Asked& entry : found->second.asked) {
    bytes += length(entry.piece);
    const auto asked = askers_.find(entry.piece);
    if (asked == askers_.end() || --asked->second > 0) continue;
    askers_.erase(asked);
    if (missing_.has(entry.piece)) {
      set_free(entry.piece);
      cursor_ = std::min(cursor_, entry.piece);
    }
  }
  lanes_.erase(found);
  return bytes;
}

}  // namespace covey::swarm
