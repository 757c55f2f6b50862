#pragma once
// ContentReading: the bytes of a running download for readers on this machine: players, browsers.
//
// Only verified pieces are read, a piece at a time. A reader that waits makes the download fetch the pieces
// at its place, and a little beyond, before all others; several that wait take turns. It outlives the
// download: of a complete one it reads the result, of one that ended otherwise it says so and holds nothing
// of the part folder. On the network thread, reading on the pool; whoever reads holds a reference.

#include <functional>
#include <list>
#include <memory>
#include <optional>

#include "content/part_reading.hpp"
#include "content/piece_numbers.hpp"
#include "io/gate.hpp"
#include "io/offload.hpp"
#include "swarm/download_job.hpp"

namespace covey::swarm {

class ContentReading {
 public:
  /// Asks for pieces, by their numbers, before all others.
  using Prefer = std::function<void(std::uint32_t first, std::uint32_t count)>;

  /// Of a job that keeps files. `prefer` is not called after completed() or end().
  ContentReading(io::Executor network, io::Offload& offload, const DownloadJob& job, Prefer prefer);

  struct File {
    content::FileIndex index;
    std::string path;  // below the share's folder; the name of a file that is shared alone
    std::uint64_t size = 0;
  };
  /// Those that the download wants.
  [[nodiscard]] std::vector<File> files() const;

  /// The bytes of a file from `offset` on: 1 to `at_most`, and not beyond a piece's end. Empty when none has
  /// come within `patience`: ask again. kInvalidArgument for a place that the file does not have; kCancelled
  /// for a cancelled caller; kConnectionLost when the download has ended before; kSourceChanged, kIo.
  io::Awaitable<Result<Bytes>> read(content::FileIndex file, std::uint64_t offset, std::size_t at_most,
                                    std::chrono::milliseconds patience);

  // By the download.
  void arrived();
  void completed();
  /// Returns when nothing of the part folder is held any more.
  io::Awaitable<void> end();

 private:
  using Waiting = std::list<content::PieceRef>;

  [[nodiscard]] bool has(const content::PieceRef& piece) const {
    return part_ != nullptr && part_->has(piece.file, piece.piece);
  }
  io::Awaitable<Result<>> wait_for(content::PieceRef piece, std::chrono::milliseconds patience);
  void ask_for(const content::PieceRef& piece);

  io::Offload* offload_;
  std::shared_ptr<const content::Manifest> manifest_;
  content::Selection wanted_;
  content::PieceNumbers numbers_;
  Prefer prefer_;
  std::shared_ptr<const content::PartFolder> part_;  // null once ended
  std::shared_ptr<content::PartReading> reads_;
  Waiting waiting_;  // the first has its turn
  io::Gate changed_;
};

}  // namespace covey::swarm
