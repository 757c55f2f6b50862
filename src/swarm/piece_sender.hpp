#pragma once
// PieceSender: lays pieces of a share out as frames and sends them in large writes.
//
// One buffer: frame headers and piece bytes stand in it as they will travel; the file is read straight into
// its place. Small files share a write. Holes are sent as empty frames. On one link's thread.

#include "swarm/served_share.hpp"
#include "transport/link.hpp"

namespace covey::swarm {

class PieceSender {
 public:
  PieceSender(transport::Link& link, wire::StreamId stream, std::shared_ptr<const ServedShare> share);

  /// Appends one piece; sends when enough has gathered. The errors of PieceOrigin::Reader; then
  /// nothing of this piece was sent and others may follow.
  /// The bytes that it takes on the wire.
  io::Awaitable<Result<std::uint64_t>> send_piece(content::FileIndex file, content::PieceIndex piece);
  io::Awaitable<Result<>> send_manifest_piece(content::PieceIndex piece);
  io::Awaitable<Result<>> send_layer(std::uint32_t file, const content::PieceLayer& layer);
  /// Sends what has gathered.
  io::Awaitable<Result<>> flush();
  /// Gives the memory back while there is nothing to do.
  void release_memory();

  /// What was sent since the last call.
  SentPieces take_sent() { return std::exchange(sent_, {}); }

 private:
  MutableBytes reserve(std::size_t bytes);
  Result<> append_piece(content::FileIndex file, content::PieceIndex piece);
  void append_header(wire::FrameKind kind, std::size_t body_bytes, wire::Place place);

  transport::Link* link_;
  wire::StreamId stream_;
  std::shared_ptr<const ServedShare> share_;
  std::unique_ptr<Byte[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t used_ = 0;
  std::unique_ptr<PieceOrigin::Reader> reader_;
  SentPieces sent_;
};

}  // namespace covey::swarm
