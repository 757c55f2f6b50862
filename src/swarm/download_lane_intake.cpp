// DownloadLane's part about what the source sends: read, checked, verified, stored.

#include <algorithm>

#include "swarm/download_lane.hpp"
#include "swarm/swarm_messages.hpp"

namespace covey::swarm {
namespace {

/// Enough for every peer of a large swarm; a source that goes on is not listened to.
constexpr std::size_t kMaxProvidersHeard = 512;

}  // namespace

io::Awaitable<Result<>> DownloadLane::take_opened(transport::FrameBody& body) {
  wire::ShareOpened message;
  CO_TRY_VOID(co_await body.read_message(message));
  if (opening_) co_return fail(ErrorCode::kPeerMisbehaved, "a share opened twice");
  CO_TRY(opening_, read_opening(message));
  changed_.open_all();
  co_return Result<>{};
}

io::Awaitable<Result<>> DownloadLane::take_piece(transport::FrameBody& body) {
  std::array<Byte, wire::Place::kBytes> place_bytes{};
  CO_TRY_VOID(co_await body.read(place_bytes));
  const wire::Place place = wire::decode_place(place_bytes);
  const content::PieceIndex piece(place.index);
  if (place.file == wire::kManifestFile) co_return co_await take_manifest_piece(piece, body);
  const std::uint64_t key = key_of(place.file, place.index);
  const auto asked = asked_.find(key);
  if (asked == asked_.end()) {
    if (taken_back_.contains(key)) co_return co_await drop_piece(key, body);
    co_return fail(ErrorCode::kPeerMisbehaved, "{} sent piece {} of file {}, which nobody asked for",
                   link_->stream().remote_address(), place.index, place.file);
  }
  const std::uint32_t length = asked->second;
  const bool hole = body.left() == 0;
  if (!hole && body.left() != length) {
    co_return fail(ErrorCode::kPeerMisbehaved, "{} sent a piece of {} bytes instead of {}",
                   link_->stream().remote_address(), body.left(), length);
  }
  if (piece_buffer_.size() < length) piece_buffer_.resize(length);
  const MutableBytes bytes = MutableBytes(piece_buffer_).first(length);
  if (!hole) CO_TRY_VOID(co_await body.read(bytes));
  const content::FileIndex file(place.file);
  CO_TRY_VOID(store_piece(file, piece, job_->manifest->geometry(file), bytes, hole));
  report({.file = file, .piece = piece});
  received_.fetch_add(length, std::memory_order_relaxed);
  last_word_ = std::chrono::steady_clock::now();
  window_.arrived(length, last_word_);
  const bool wanted_before = wants_work();
  if (asked_.erase(key) >
      0) {  // by key: requests may have been added, or this taken back, while the body came
    asked_bytes_ -= length;
  } else {
    taken_back_.erase(key);
  }
  if (wants_work() != wanted_before || asked_.empty()) changed_.open_all();
  co_return Result<>{};
}

/// It came from elsewhere meanwhile.
io::Awaitable<Result<>> DownloadLane::drop_piece(std::uint64_t key, transport::FrameBody& body) {
  wasted_.fetch_add(body.left(), std::memory_order_relaxed);
  taken_back_.erase(key);
  co_return co_await body.skip();
}

/// Pieces that come in one go are told in one go.
void DownloadLane::report(content::PieceRef piece) {
  unreported_.push_back(piece);
  if (unreported_.size() > 1) return;
  asio::post(here_, [self = shared_from_this()] { self->tell_pieces(); });
}

void DownloadLane::tell_pieces() {
  if (unreported_.empty()) return;
  asio::post(network_, [self = shared_from_this(), pieces = std::exchange(unreported_, {})]() mutable {
    self->owner_->on_pieces(self->id_, std::move(pieces));
  });
}

Result<> DownloadLane::store_piece(content::FileIndex file, content::PieceIndex piece,
                                   const content::PieceGeometry& geometry, ByteView bytes, bool hole) {
  content::ChainingValue expected;
  if (geometry.one_piece()) {
    expected = content::as_chaining_value(job_->manifest->entry(file).id);
  } else {
    const auto layer = layers_.find(file);
    if (layer == layers_.end()) {
      return fail(ErrorCode::kPeerMisbehaved, "{} sent pieces before their layer",
                  link_->stream().remote_address());
    }
    expected = layer->second->value(piece);
  }
  const bool right = hole ? content::hash_zero_piece(geometry, piece) == expected
                          : content::verify_piece(geometry, piece, bytes, expected);
  if (!right) {
    wasted_.fetch_add(bytes.size(), std::memory_order_relaxed);
    return wrong_piece(job_->manifest->path(file), piece);
  }
  const auto began = std::chrono::steady_clock::now();
  auto stored = hole ? job_->pieces->skip_hole(file, piece) : job_->pieces->write_piece(file, piece, bytes);
  storing_ns_.fetch_add((std::chrono::steady_clock::now() - began).count(), std::memory_order_relaxed);
  starved_ns_.store(link_->stream().starved().count(), std::memory_order_relaxed);
  return own(std::move(stored));
}

std::unexpected<Error> DownloadLane::wrong_piece(std::string_view file, content::PieceIndex piece) const {
  return fail(
      ErrorCode::kVerificationFailed,
      "piece {} of {} from peer {} at {} is not what its owner shared; it was refused and nothing of it kept",
      piece.value(), content::printable_path(file), target_.peer.short_text(),
      link_->stream().remote_address());
}

io::Awaitable<Result<>> DownloadLane::take_manifest_piece(content::PieceIndex piece,
                                                          transport::FrameBody& body) {
  const bool expected = manifest_ && manifest_->next_piece == piece.value() && !manifest_done() &&
                        body.left() == manifest_->geometry.length(piece) &&
                        (manifest_->geometry.one_piece() || manifest_->layer);
  if (!expected)
    co_return fail(ErrorCode::kPeerMisbehaved, "a piece of the list of files that nobody asked for");
  const std::size_t before = manifest_->bytes.size();
  manifest_->bytes.resize(before + body.left());
  const MutableBytes bytes = MutableBytes(manifest_->bytes).subspan(before);
  CO_TRY_VOID(co_await body.read(bytes));
  const bool right = manifest_->layer ? manifest_->layer->verify(piece, bytes)
                                      : content::verify_piece(manifest_->geometry, piece, bytes,
                                                              content::as_chaining_value(manifest_->root));
  if (!right) co_return wrong_piece("the list of files", piece);
  ++manifest_->next_piece;
  changed_.open_all();
  co_return Result<>{};
}

io::Awaitable<Result<>> DownloadLane::take_layer(transport::FrameBody& body) {
  std::array<Byte, wire::Place::kBytes> place_bytes{};
  CO_TRY_VOID(co_await body.read(place_bytes));
  const wire::Place place = wire::decode_place(place_bytes);
  const auto found = layer_assemblies_.find(place.file);
  constexpr std::size_t kValue = content::ChainingValue::kSize;
  if (found == layer_assemblies_.end() || body.left() % kValue != 0 ||
      found->second.raw.size() != std::size_t{place.index} * kValue ||
      body.left() > found->second.expected - found->second.raw.size()) {
    co_return fail(ErrorCode::kPeerMisbehaved, "{} sent a piece layer that nobody asked for",
                   link_->stream().remote_address());
  }
  Bytes& raw = found->second.raw;
  const std::size_t before = raw.size();
  raw.resize(before + body.left());
  CO_TRY_VOID(co_await body.read(MutableBytes(raw).subspan(before)));
  if (raw.size() == found->second.expected) co_return finish_layer(place.file);
  co_return Result<>{};
}

Result<> DownloadLane::finish_layer(std::uint32_t file) {
  const Bytes raw = std::move(layer_assemblies_[file].raw);
  layer_assemblies_.erase(file);
  const bool of_manifest = file == wire::kManifestFile;
  const content::FileIndex index(file);
  auto verified = of_manifest ? content::PieceLayer::verified(manifest_->geometry, raw, manifest_->root)
                              : content::PieceLayer::verified(job_->manifest->geometry(index), raw,
                                                              job_->manifest->entry(index).id);
  if (!verified) {
    return fail(ErrorCode::kVerificationFailed,
                "the piece layer of {} from peer {} at {} does not fold to its content id",
                of_manifest ? "the list of files" : content::printable_path(job_->manifest->path(index)),
                target_.peer.short_text(), link_->stream().remote_address());
  }
  auto layer = std::make_shared<const content::PieceLayer>(std::move(*verified));
  if (of_manifest) {
    manifest_->layer = std::move(layer);
    return {};
  }
  layers_[index] = layer;
  asio::post(network_, [owner = owner_, index, layer = std::move(layer)] { owner->on_layer(index, layer); });
  return {};
}

io::Awaitable<Result<>> DownloadLane::take_trouble(transport::FrameBody& body) {
  wire::Trouble message;
  CO_TRY_VOID(co_await body.read_message(message));
  std::string words = content::printable_path(message.message());
  co_return fail(ErrorCode::kSourceChanged,
                 "the sender at {} cannot deliver a file any more: {}; ask the sender to share it again",
                 link_->stream().remote_address(), words);
}

io::Awaitable<Result<>> DownloadLane::take_have(transport::FrameBody& body) {
  wire::Have message;
  CO_TRY_VOID(co_await body.read_message(message));
  CO_TRY(auto pieces, read_have(message));
  if (!opening_ || !opening_->partial)
    co_return fail(ErrorCode::kPeerMisbehaved, "a list of pieces from a source that holds everything");
  asio::post(network_, [self = shared_from_this(), pieces = std::move(pieces)]() mutable {
    self->owner_->on_holdings(self->id_, std::move(pieces));
  });
  co_return Result<>{};
}

io::Awaitable<Result<>> DownloadLane::take_pace(transport::FrameBody& body) {
  wire::Pace message;
  CO_TRY_VOID(co_await body.read_message(message));
  held_back_percent_.store(std::min(message.held_back_percent(), 100U), std::memory_order_relaxed);
  co_return Result<>{};
}

io::Awaitable<Result<>> DownloadLane::take_revocations(transport::FrameBody& body) {
  wire::Revocations message;
  CO_TRY_VOID(co_await body.read_message(message));
  CO_TRY(auto list, read_revocations(message.list(), message.signature()));
  if (!list) co_return Result<>{};
  asio::post(network_, [self = shared_from_this(), list = std::move(*list)]() mutable {
    self->owner_->on_revocations(self->id_, std::move(list));
  });
  co_return Result<>{};
}

io::Awaitable<Result<>> DownloadLane::take_providers(transport::FrameBody& body) {
  wire::Providers message;
  CO_TRY_VOID(co_await body.read_message(message));
  CO_TRY(auto records, read_providers(message));
  providers_heard_ += records.size();
  if (records.empty() || providers_heard_ > kMaxProvidersHeard) co_return Result<>{};
  asio::post(network_, [self = shared_from_this(), records = std::move(records)]() mutable {
    self->owner_->on_providers(self->id_, std::move(records));
  });
  co_return Result<>{};
}

}  // namespace covey::swarm
