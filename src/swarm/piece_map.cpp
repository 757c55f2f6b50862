#include "swarm/piece_map.hpp"

#include <algorithm>
#include <bit>

namespace covey::swarm {
namespace {

using content::PieceSet;

struct Run {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

/// The numbers of the wanted files' pieces; files that follow one another make one run.
std::vector<Run> wanted_runs(const PieceCensus& census, const content::PieceNumbers& numbers) {
  std::vector<Run> out;
  for (std::uint32_t i = 0; i < census.manifest->entry_count(); ++i) {
    const content::FileIndex file(i);
    if (numbers.count(file) == 0 || !census.wanted.contains(file)) continue;
    if (!out.empty() && out.back().first + out.back().count == numbers.first(file)) {
      out.back().count += numbers.count(file);
    } else {
      out.push_back({.first = numbers.first(file), .count = numbers.count(file)});
    }
  }
  return out;
}

std::uint32_t count_in(const PieceSet& set, Run run) {
  const auto words = set.words();
  std::uint32_t out = 0;
  for (std::uint32_t at = run.first; at < run.first + run.count;) {
    const std::uint32_t bit = at % PieceSet::kBits;
    const std::uint32_t taken = std::min(PieceSet::kBits - bit, run.first + run.count - at);
    const std::uint64_t mask = taken == PieceSet::kBits ? ~std::uint64_t{0} : (std::uint64_t{1} << taken) - 1;
    out += static_cast<std::uint32_t>(std::popcount((words[at / PieceSet::kBits] >> bit) & mask));
    at += taken;
  }
  return out;
}

/// One cell while the runs are walked.
class CellCount {
 public:
  explicit CellCount(const PieceCensus& census) : census_(&census) {}

  void add(Run run) {
    pieces_ += run.count;
    held_ += count_in(census_->held, run);
    if (census_->sources.empty()) return;
    for (std::uint32_t piece = run.first; piece < run.first + run.count; ++piece) {
      const std::uint16_t sources = census_->sources[piece];
      least_ = std::min(least_, sources);
      if (!census_->held.has(piece)) least_missing_ = std::min(least_missing_, sources);
    }
  }
  [[nodiscard]] std::uint32_t pieces() const { return pieces_; }
  [[nodiscard]] std::uint32_t held() const { return held_; }
  [[nodiscard]] PieceMap::Cell cell() const {
    const std::uint64_t percent = pieces_ == 0 ? 0 : std::uint64_t{held_} * 100 / pieces_;
    PieceMap::Cell out{.done = static_cast<std::uint8_t>(percent), .sources = census_->whole_sources};
    if (percent == 0 && held_ > 0) out.done = 1;
    if (!census_->sources.empty()) out.sources += held_ == pieces_ ? least_ : least_missing_;
    return out;
  }

 private:
  const PieceCensus* census_;
  std::uint32_t pieces_ = 0;
  std::uint32_t held_ = 0;
  std::uint16_t least_ = UINT16_MAX;
  std::uint16_t least_missing_ = UINT16_MAX;
};

}  // namespace

PieceMap map_of(const PieceCensus& census, std::size_t most_cells) {
  const content::PieceNumbers numbers(*census.manifest);
  const std::vector<Run> runs = wanted_runs(census, numbers);
  PieceMap out;
  for (const Run& run : runs) out.pieces_total += run.count;
  const std::uint64_t cells = std::min<std::uint64_t>(out.pieces_total, most_cells);
  out.cells.reserve(cells);
  auto run = runs.begin();
  std::uint32_t passed = 0;  // of the run
  for (std::uint64_t i = 0; i < cells; ++i) {
    // In this order nothing overflows, and cells differ by one piece at most.
    std::uint64_t left = out.pieces_total * (i + 1) / cells - out.pieces_total * i / cells;
    CellCount count(census);
    while (left > 0) {
      const auto taken = static_cast<std::uint32_t>(std::min<std::uint64_t>(left, run->count - passed));
      count.add({.first = run->first + passed, .count = taken});
      passed += taken;
      left -= taken;
      if (passed < run->count) continue;
      ++run;
      passed = 0;
    }
    out.pieces_done += count.held();
    out.cells.push_back(count.cell());
  }
  return out;
}

}  // namespace covey::swarm
