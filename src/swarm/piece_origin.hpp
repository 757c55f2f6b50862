#pragma once
// PieceOrigin: where the bytes of a served share come from: the owner's files, or what a download has
// verified.
//
// Asked from any link thread; each stream has a reader of its own.

#include <memory>

#include "content/piece_layer.hpp"

namespace covey::swarm {

using Layer = std::shared_ptr<const content::PieceLayer>;

class PieceOrigin {
 public:
  enum class Found : std::uint8_t { kBytes, kHole };

  /// One thread at a time. May keep a file open between calls.
  class Reader {
   public:
    virtual ~Reader() = default;
    /// Fills `out`, the piece's length, or says that the piece is all zeros. kSourceChanged when the file is
    /// not what was shared; kNotFound for a piece that is not held; kRefused when serving has ended; kIo.
    virtual Result<Found> read(content::FileIndex file, content::PieceIndex piece, MutableBytes out) = 0;
    /// Closes what is open.
    virtual void release() = 0;
  };

  virtual ~PieceOrigin() = default;
  [[nodiscard]] virtual std::unique_ptr<Reader> reader() const = 0;
  /// Null for a file of one piece, and while the layer is not known.
  [[nodiscard]] virtual Layer layer(content::FileIndex file) const = 0;
};

}  // namespace covey::swarm
