#include "swarm/piece_sender.hpp"

#include <algorithm>

namespace covey::swarm {
namespace {

/// Enough for OpenSSL and the socket to work in bulk, little enough to stay in the core's cache.
constexpr std::size_t kFlushBytes = 256U << 10;
constexpr std::size_t kPieceOverhead = wire::kFrameHeaderBytes + wire::Place::kBytes;

}  // namespace

PieceSender::PieceSender(transport::Link& link, wire::StreamId stream,
                         std::shared_ptr<const ServedShare> share)
    : link_(&link), stream_(stream), share_(std::move(share)), reader_(share_->origin->reader()) {}

MutableBytes PieceSender::reserve(std::size_t bytes) {
  if (used_ + bytes > capacity_) {
    const std::size_t wanted = std::max(used_ + bytes, kFlushBytes + kPieceOverhead);
    auto larger = std::make_unique_for_overwrite<Byte[]>(wanted);
    if (used_ > 0) std::copy_n(buffer_.get(), used_, larger.get());
    buffer_ = std::move(larger);
    capacity_ = wanted;
  }
  return {buffer_.get() + used_, bytes};
}

void PieceSender::append_header(wire::FrameKind kind, std::size_t body_bytes, wire::Place place) {
  const MutableBytes out = reserve(kPieceOverhead);
  wire::encode({.length = static_cast<std::uint32_t>(wire::Place::kBytes + body_bytes),
                .kind = kind,
                .stream = stream_},
               out.first<wire::kFrameHeaderBytes>());
  wire::encode(place, out.subspan<wire::kFrameHeaderBytes, wire::Place::kBytes>());
  used_ += kPieceOverhead;
}

Result<> PieceSender::append_piece(content::FileIndex file, content::PieceIndex piece) {
  const std::uint32_t length = share_->manifest->geometry(file).length(piece);
  const MutableBytes body = reserve(kPieceOverhead + length).subspan(kPieceOverhead);
  TRY(const auto found, reader_->read(file, piece, body));
  const bool hole = found == PieceOrigin::Found::kHole;
  append_header(wire::FrameKind::kPiece, hole ? 0 : length, {.file = file.value(), .index = piece.value()});
  if (!hole) used_ += length;
  sent_.add(file, piece, length);
  return {};
}

io::Awaitable<Result<std::uint64_t>> PieceSender::send_piece(content::FileIndex file,
                                                             content::PieceIndex piece) {
  const std::size_t before = used_;
  CO_TRY_VOID(append_piece(file, piece));
  const std::uint64_t bytes = used_ - before;
  if (used_ >= kFlushBytes) CO_TRY_VOID(co_await flush());
  co_return bytes;
}

io::Awaitable<Result<>> PieceSender::send_manifest_piece(content::PieceIndex piece) {
  const auto& geometry = share_->manifest_layer->geometry();
  const std::uint32_t length = geometry.length(piece);
  append_header(wire::FrameKind::kPiece, length, {.file = wire::kManifestFile, .index = piece.value()});
  const ByteView bytes = ByteView(share_->manifest_bytes).subspan(geometry.offset(piece), length);
  std::copy(bytes.begin(), bytes.end(), reserve(length).begin());
  used_ += length;
  if (used_ >= kFlushBytes) co_return co_await flush();
  co_return Result<>{};
}

io::Awaitable<Result<>> PieceSender::send_layer(std::uint32_t file, const content::PieceLayer& layer) {
  constexpr std::size_t kValue = content::ChainingValue::kSize;
  constexpr std::size_t kMaxValuesBytes = (wire::kMaxLayerFrameBytes - wire::Place::kBytes) / kValue * kValue;
  ByteView left = layer.raw();
  std::uint32_t first = 0;
  while (!left.empty()) {
    const ByteView part = left.first(std::min(left.size(), kMaxValuesBytes));
    append_header(wire::FrameKind::kLayer, part.size(), {.file = file, .index = first});
    std::copy(part.begin(), part.end(), reserve(part.size()).begin());
    used_ += part.size();
    if (used_ >= kFlushBytes) CO_TRY_VOID(co_await flush());
    first += static_cast<std::uint32_t>(part.size() / kValue);
    left = left.subspan(part.size());
  }
  co_return Result<>{};
}

io::Awaitable<Result<>> PieceSender::flush() {
  if (used_ == 0) co_return Result<>{};
  const ByteView out(buffer_.get(), std::exchange(used_, 0));
  co_return co_await link_->send_frames(out);
}

void PieceSender::release_memory() {
  buffer_.reset();
  capacity_ = 0;
  reader_->release();
}

}  // namespace covey::swarm
