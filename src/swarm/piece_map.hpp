#pragma once
// PieceMap: a download's pieces in the order of the content, grouped into cells, for people to look at: how
// much of each is here, and how many sources have what is missing of it. Work linear in the pieces, so on the
// pool. Pure; any thread. Spec: docs/spec/api.yaml, "PieceMap".

#include <memory>

#include "content/piece_numbers.hpp"
#include "content/selection.hpp"

namespace covey::swarm {

/// Who has which pieces of a download at a moment.
struct PieceCensus {
  std::shared_ptr<const content::Manifest> manifest;
  content::Selection wanted;
  content::PieceSet held;              // here and verified
  std::uint32_t whole_sources = 0;     // that hold everything
  std::vector<std::uint16_t> sources;  // that hold some, by the piece's number; empty: none of any
};

struct PieceMap {
  struct Cell {
    std::uint8_t done = 0;      // percent of its pieces; 0 and 100 mean none and all
    std::uint32_t sources = 0;  // of its rarest missing piece; of its rarest where none is missing
  };
  std::uint64_t pieces_total = 0;  // of the wanted files, and so on
  std::uint64_t pieces_done = 0;
  std::vector<Cell> cells;  // of the same size but for one piece
};

/// A cell a piece where there are no more pieces than `most_cells`, which is at least 1.
PieceMap map_of(const PieceCensus& census, std::size_t most_cells);

}  // namespace covey::swarm
