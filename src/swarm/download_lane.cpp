#include "swarm/download_lane.hpp"

#include <algorithm>
#include <set>

#include "swarm/fetch_server.hpp"
#include "swarm/swarm_messages.hpp"

namespace covey::swarm {
namespace {

/// A lane without work looks again after this: what others were asked for may have become late.
constexpr auto kLookAgain = std::chrono::milliseconds(500);

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
      case wire::FrameKind::kRevocations:
        return lane_->take_revocations(body);
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
  const wire::OpenShare message = opening_request(target_, *link_, *local_);
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
      if (asked_.empty()) window_.idle(std::chrono::steady_clock::now());
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
  window_.asked(std::chrono::steady_clock::now());
  asked_bytes_ += batch.bytes;
  const wire::Fetch message = encode_batch(batch, *job_->manifest);
  co_return co_await link_->send_message(stream_, wire::FrameKind::kFetch, message);
}

}  // namespace covey::swarm
