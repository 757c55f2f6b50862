#include "swarm/download_lane.hpp"

#include <algorithm>
#include <set>

#include "swarm/fetch_server.hpp"
#include "swarm/swarm_messages.hpp"

namespace covey::swarm {
namespace {

/// A lane without work looks again after this: what others were asked for may have become late.
constexpr auto kLookAgain = std::chrono::milliseconds(500);
/// Enough for every peer of a large swarm; a source that goes on is not listened to.
constexpr std::size_t kMaxProvidersHeard = 512;

/// Pieces that lie behind one another travel as one range: whole small files as a run of files.
wire::Fetch encode_batch(const Batch& batch, const content::Manifest& manifest) {
  wire::Fetch message;
  std::set<content::FileIndex> layers_to_ask(batch.layers_wanted.begin(), batch.layers_wanted.end());
  wire::Range* run = nullptr;
  for (const PieceRange& range : batch.ranges) {
    const bool whole_small = manifest.geometry(range.file).one_piece();
    if (run != nullptr && whole_small && run->file() + run->file_count() == range.file.value()) {
      run->set_file_count(run->file_count() + 1);
      continue;
    }
    wire::Range* out = message.add_ranges();
    out->set_file(range.file.value());
    if (whole_small) {
      out->set_file_count(1);
    } else {
      out->set_first_piece(range.first.value());
      out->set_piece_count(range.count);
      // Once a file: with the first of its ranges.
      out->set_want_layer(layers_to_ask.erase(range.file) > 0);
    }
    run = whole_small ? out : nullptr;
  }
  return message;
}

}  // namespace

/// The lane's ear on its stream.
class DownloadLane::Receiver final : public transport::StreamHandler {
 public:
  explicit Receiver(DownloadLane& lane) : lane_(&lane) {}

  io::Awaitable<Result<>> on_frame(wire::FrameHeader header, transport::FrameBody& body) override {
    switch (header.kind) {
      case wire::FrameKind::kPiece:
        return lane_->take_piece(body);
      case wire::FrameKind::kLayer:
        return lane_->take_layer(body);
      case wire::FrameKind::kShareOpened:
        return lane_->take_opened(body);
      case wire::FrameKind::kTrouble:
        return lane_->take_trouble(body);
      case wire::FrameKind::kHave:
        return lane_->take_have(body);
      case wire::FrameKind::kProviders:
        return lane_->take_providers(body);
      case wire::FrameKind::kPace:
        return lane_->take_pace(body);
      default:
        return body.skip();
    }
  }
  void on_end(const Error& reason) override { lane_->end(reason); }

 private:
  DownloadLane* lane_;
};

DownloadLane::DownloadLane(LaneId id, LaneTarget target, const transport::Local& local, LaneOwner& owner,
                           io::Executor network, io::Executor here)
    : id_(id),
      target_(std::move(target)),
      local_(&local),
      owner_(&owner),
      network_(std::move(network)),
      here_(here),
      changed_(here) {}

DownloadLane::~DownloadLane() = default;

io::Awaitable<Result<>> DownloadLane::run() {
  if (stopped_) co_return fail(ErrorCode::kCancelled, "stopped");
  tasks_ = std::make_unique<io::TaskGroup>(here_);
  tasks_->spawn(work());
  co_await tasks_->join();
  tell_pieces();  // before the end is told: the owner may be gone afterwards
  tasks_.reset();
  link_.reset();
  job_.reset();  // who awaits this end may open the part folder anew, and this object lives a little longer
  co_return outcome_;
}

void DownloadLane::stop() {
  asio::post(here_, [self = shared_from_this()] {
    self->stopped_ = true;
    if (self->tasks_) self->tasks_->cancel();
  });
}

void DownloadLane::wake() {
  asio::post(here_, [self = shared_from_this()] {
    ++self->woken_;
    self->changed_.open_all();
  });
}

void DownloadLane::take_back(content::PieceRef piece) {
  asio::post(here_, [self = shared_from_this(), piece] {
    const std::uint64_t key = key_of(piece.file.value(), piece.piece.value());
    const auto asked = self->asked_.find(key);
    if (asked == self->asked_.end()) return;
    self->asked_bytes_ -= asked->second;
    self->taken_back_.insert(*asked);
    self->asked_.erase(asked);
    self->to_take_back_.push_back(piece);
    self->changed_.open_all();
  });
}

void DownloadLane::introduce(access::SignedProviderRecord record) {
  asio::post(here_, [self = shared_from_this(), record = std::move(record)]() mutable {
    self->introduction_ = std::move(record);
    self->changed_.open_all();
  });
}

/// Marks a failure as this machine's own.
template <typename Value>
Result<Value> DownloadLane::own(Result<Value> outcome) {
  if (!outcome) fault_ = Fault::kLocal;
  return outcome;
}

void DownloadLane::end(Error reason) {
  if (!ended_) ended_ = std::move(reason);
  changed_.open_all();
}

io::Awaitable<void> DownloadLane::work() {
  outcome_ = co_await connect_and_fetch();
  if (stopped_ && !outcome_) outcome_ = fail(ErrorCode::kCancelled, "stopped");
  if (link_) link_->close(outcome_ ? Error{ErrorCode::kCancelled, "done"} : outcome_.error());
}

io::Awaitable<void> DownloadLane::read_link() {
  const auto link = link_;
  end(co_await link->run());
}

io::Awaitable<Result<>> DownloadLane::connect_and_fetch() {
  CO_TRY(link_, co_await transport::dial(*local_, target_.peer, target_.addresses));
  fault_ = Fault::kPeer;
  asio::post(network_, [self = shared_from_this(), where = link_->stream().remote_address()] {
    self->remote_address_ = where;
  });
  tasks_->spawn(read_link());
  CO_TRY_VOID(co_await open_share());
  if (!job_) CO_TRY_VOID(co_await fetch_manifest());
  co_return co_await fetch_batches();
}

/// Waits for a condition that frames bring about.
io::Awaitable<Result<>> DownloadLane::wait_until(bool (DownloadLane::*condition)() const) {
  while (!(this->*condition)()) {
    if (ended_) co_return std::unexpected(*ended_);
    auto waited = co_await changed_.wait_for(target_.deadlines.answer);
    if (!waited && waited.error().code == ErrorCode::kTimedOut) {
      co_return fail(ErrorCode::kTimedOut, "{} does not answer", link_->stream().remote_address());
    }
    CO_TRY_VOID(std::move(waited));
  }
  co_return Result<>{};
}

io::Awaitable<Result<>> DownloadLane::open_share() {
  CO_TRY(stream_, co_await link_->open(kFetchProtocol, std::make_unique<Receiver>(*this)));
  wire::OpenShare message;
  message.set_share_id(std::string(as_text(target_.share.view())));
  if (target_.secret != nullptr) {
    const auto proof = access::make_proof(*target_.secret, ByteView(link_->stream().exporter()),
                                          local_->hello.device->peer_id());
    message.set_ticket_proof(std::string(as_text(proof.view())));
  } else {
    message.set_membership(std::string(as_text(target_.membership)));
  }
  const auto asked_at = std::chrono::steady_clock::now();
  CO_TRY_VOID(co_await link_->send_message(stream_, wire::FrameKind::kOpenShare, message));
  CO_TRY_VOID(co_await wait_until(&DownloadLane::opened));
  opening_->round_trip = std::chrono::steady_clock::now() - asked_at;
  window_.set_round_trip(opening_->round_trip);
  auto tell = [this] { return owner_->on_opened(id_, *opening_); };
  auto job = co_await io::run_on(network_, tell);
  CO_TRY(job_, own(std::move(job)));
  co_return Result<>{};
}

io::Awaitable<Result<>> DownloadLane::fetch_manifest() {
  CO_TRY(const auto description, access::read_description(opening_->description));
  CO_TRY(const auto geometry, content::PieceGeometry::for_size(description.content_size));
  if (description.content_size > content::kMaxManifestBytes) {
    co_return fail(ErrorCode::kLimitExceeded, "the share's list of files is larger than any Covey makes");
  }
  const content::ContentId root = content::ContentId::from(description.root.view());
  manifest_.emplace(ManifestAssembly{.geometry = geometry, .root = root, .layer = nullptr, .bytes = {}});
  if (!geometry.one_piece()) {
    layer_assemblies_[wire::kManifestFile] = {.raw = {}, .expected = content::PieceLayer::raw_size(geometry)};
  }
  wire::Fetch message;
  wire::Range* range = message.add_ranges();
  range->set_file(wire::kManifestFile);
  range->set_piece_count(geometry.piece_count());
  range->set_want_layer(!geometry.one_piece());
  CO_TRY_VOID(co_await link_->send_message(stream_, wire::FrameKind::kFetch, message));
  CO_TRY_VOID(co_await wait_until(&DownloadLane::manifest_done));
  auto tell = [this] { return owner_->on_manifest(std::move(manifest_->bytes)); };
  auto job = co_await io::run_on(network_, tell);
  CO_TRY(job_, own(std::move(job)));
  manifest_.reset();
  co_return Result<>{};
}

bool DownloadLane::wants_work() const {
  return asked_bytes_ * 4 <= window_.bytes() * 3;
}

io::Awaitable<Result<>> DownloadLane::fetch_batches() {
  while (true) {
    if (ended_) co_return std::unexpected(*ended_);
    CO_TRY_VOID(co_await send_notes());
    if (wants_work()) {
      const std::uint64_t woken_before = woken_;
      if (asked_.empty()) window_.idle();
      auto claim = [this, bytes = window_.bytes() - std::min(window_.bytes(), asked_bytes_),
                    rate = window_.rate()] { return owner_->claim(id_, bytes, rate); };
      auto batch = co_await io::call_on(network_, claim);
      if (batch) {
        CO_TRY_VOID(co_await request(std::move(*batch)));
        continue;
      }
      if (asked_.empty() && job_->pieces->complete()) break;
      if (woken_before != woken_ || ended_) continue;
    }
    const auto silent = std::chrono::steady_clock::now() - last_word_;
    if (!asked_.empty() && silent >= target_.deadlines.stall) {
      co_return fail(ErrorCode::kTimedOut, "{} stopped sending", link_->stream().remote_address());
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(target_.deadlines.stall - silent);
    const auto pause = asked_.empty() ? std::chrono::milliseconds(kLookAgain)
                       : wants_work() ? std::min<std::chrono::milliseconds>(kLookAgain, left)
                                      : left;
    const auto waited = co_await changed_.wait_for(pause);
    if (!waited && waited.error().code == ErrorCode::kCancelled) co_return waited;
  }
  const wire::Cancel empty;
  CO_TRY_VOID(co_await link_->send_message(stream_, wire::FrameKind::kFinished, empty));
  co_return co_await link_->end_stream(stream_);
}

/// What is to be said beside requests.
io::Awaitable<Result<>> DownloadLane::send_notes() {
  if (introduction_) {
    const auto record = *std::exchange(introduction_, std::nullopt);
    const std::vector<access::SignedProviderRecord> records(1, record);
    for (const wire::Providers& message : messages_of(records))
      CO_TRY_VOID(co_await link_->send_message(stream_, wire::FrameKind::kProviders, message));
  }
  if (to_take_back_.empty()) co_return Result<>{};
  wire::Cancel message;
  for (const content::PieceRef& piece : std::exchange(to_take_back_, {})) {
    wire::Range* const range = message.add_ranges();
    range->set_file(piece.file.value());
    range->set_first_piece(piece.piece.value());
    range->set_piece_count(1);
  }
  co_return co_await link_->send_message(stream_, wire::FrameKind::kCancel, message);
}

io::Awaitable<Result<>> DownloadLane::request(Batch batch) {
  std::erase_if(layers_, [&](const auto& known) { return job_->pieces->has_all(known.first); });
  for (auto& [file, layer] : batch.layers) layers_[file] = std::move(layer);
  for (const content::FileIndex file : batch.layers_wanted) {
    layer_assemblies_[file.value()] = {
        .raw = {}, .expected = content::PieceLayer::raw_size(job_->manifest->geometry(file))};
  }
  for (const PieceRange& range : batch.ranges) {
    const auto geometry = job_->manifest->geometry(range.file);
    for (std::uint32_t i = 0; i < range.count; ++i) {
      const auto piece = range.first.plus(i);
      asked_.emplace(key_of(range.file.value(), piece.value()), geometry.length(piece));
    }
  }
  if (asked_bytes_ == 0) last_word_ = std::chrono::steady_clock::now();
  asked_bytes_ += batch.bytes;
  const wire::Fetch message = encode_batch(batch, *job_->manifest);
  co_return co_await link_->send_message(stream_, wire::FrameKind::kFetch, message);
}

io::Awaitable<Result<>> DownloadLane::take_opened(transport::FrameBody& body) {
  wire::ShareOpened message;
  CO_TRY_VOID(co_await body.read_message(message));
  if (opening_ || message.signature().size() != crypto::Signature::kSize) {
    co_return fail(ErrorCode::kPeerMisbehaved, "a share opened twice or without a signature");
  }
  opening_.emplace();
  opening_->description = {.payload = to_bytes(message.description()),
                           .signature = crypto::Signature::from(as_bytes(message.signature()))};
  opening_->partial = message.partial();
  opening_->seen_at = message.seen_at();
  opening_->others = message.others();
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
