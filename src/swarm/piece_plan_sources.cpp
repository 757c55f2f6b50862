// PiecePlan's part about who holds what.

#include <algorithm>
#include <bit>

#include "swarm/piece_plan.hpp"

namespace covey::swarm {

using content::PieceSet;

void PiecePlan::add_source(SourceId source, Holds holds) {
  remove_source(source);
  Source& added = sources_[source];
  added.holds = holds;
  if (holds == Holds::kEverything) return;
  added.held = PieceSet(numbers_.total());
  ++partial_sources_;
  if (availability_.empty()) availability_.resize(numbers_.total());
}

void PiecePlan::add_holdings(SourceId source, std::span<const std::uint32_t> numbers) {
  const auto found = sources_.find(source);
  if (found == sources_.end() || found->second.holds == Holds::kEverything) return;
  for (const std::uint32_t piece : numbers) {
    if (piece < numbers_.total() && found->second.held.insert(piece)) ++availability_[piece];
  }
}

void PiecePlan::remove_source(SourceId source) {
  const auto found = sources_.find(source);
  if (found == sources_.end()) return;
  if (found->second.holds == Holds::kSome) {
    const auto words = found->second.held.words();
    for (std::size_t at = 0; at < words.size(); ++at) {
      for (std::uint64_t left = words[at]; left != 0; left &= left - 1) {
        --availability_[at * PieceSet::kBits + static_cast<std::size_t>(std::countr_zero(left))];
      }
    }
    if (--partial_sources_ == 0) availability_.clear();
  }
  sources_.erase(found);
}

std::uint32_t PiecePlan::holdings(SourceId source) const {
  const auto found = sources_.find(source);
  if (found == sources_.end()) return 0;
  return found->second.holds == Holds::kEverything ? numbers_.total() : found->second.held.count();
}

bool PiecePlan::is_useful(SourceId source) const {
  const auto found = sources_.find(source);
  if (found == sources_.end()) return false;
  if (found->second.holds == Holds::kEverything) return !done();
  const auto missing = missing_.words();
  const auto held = found->second.held.words();
  for (std::size_t at = 0; at < missing.size(); ++at) {
    if ((missing[at] & held[at]) != 0) return true;
  }
  return false;
}

std::uint32_t PiecePlan::rarest() const {
  const std::uint32_t everything = whole_sources();
  if (availability_.empty()) return everything;
  std::uint32_t least = UINT16_MAX;
  const auto missing = missing_.words();
  for (std::size_t at = 0; at < missing.size() && least > 0; ++at) {
    for (std::uint64_t left = missing[at]; left != 0; left &= left - 1) {
      const auto piece = at * PieceSet::kBits + static_cast<std::size_t>(std::countr_zero(left));
      least = std::min<std::uint32_t>(least, availability_[piece]);
    }
  }
  return everything + (done() ? partial_sources_ : least);
}

}  // namespace covey::swarm
