#pragma once
// SentPieces: what of a share has been handed to a connection since the last report: how much, and which
// pieces, those that follow one another in a file together. A value.

#include <vector>

#include "content/piece_geometry.hpp"

namespace covey::swarm {

/// Pieces of one file, one after the other.
struct PieceRun {
  content::FileIndex file;
  content::PieceIndex first;
  std::uint32_t count = 0;
};

struct SentPieces {
  std::uint64_t bytes = 0;  // of content
  std::uint64_t pieces = 0;
  std::vector<PieceRun> runs;  // a piece that went out twice may be there twice

  void add(content::FileIndex file, content::PieceIndex piece, std::uint32_t length) {
    bytes += length;
    ++pieces;
    if (!runs.empty()) {
      PieceRun& last = runs.back();
      if (last.file == file && last.first.value() + last.count == piece.value()) {
        ++last.count;
        return;
      }
    }
    runs.push_back({.file = file, .first = piece, .count = 1});
  }
};

}  // namespace covey::swarm
