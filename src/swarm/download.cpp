#include "swarm/download.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "base/quantity.hpp"

namespace covey::swarm {
namespace {

using namespace std::chrono_literals;

constexpr auto kCheckpointInterval = 5s;
constexpr auto kFirstPause = 500ms;
constexpr auto kLongestPause = 60s;
/// Below this a second connection costs more than it brings.
constexpr std::uint64_t kWorthAnotherLane = 4U << 20;

/// Whether trying again can help: the peer or the path was away, nothing was said.
bool is_passing(ErrorCode code) {
  return code == ErrorCode::kConnectionLost || code == ErrorCode::kTimedOut ||
         code == ErrorCode::kUnreachable;
}

/// Of several lanes' errors the one to show: a verdict before an accident, and a cancellation last.
int weight(const Error& error) {
  if (error.code == ErrorCode::kCancelled) return 0;
  return is_passing(error.code) ? 1 : 2;
}

std::string first_address(const access::ShareReference& share) {
  return share.addresses.empty() ? "an unknown address" : share.addresses.front().to_text();
}

}  // namespace

Download::Download(SwarmServices services, DownloadOrder order)
    : services_(services),
      order_(std::move(order)),
      tasks_(services.network),
      lane_tasks_(services.network),
      changed_(services.network) {}

Download::~Download() = default;

io::Awaitable<Result<std::filesystem::path>> Download::run() {
  last_contact_ = services_.clock->steady();
  tasks_.spawn(keep_checkpoints());
  auto result = co_await try_until_done();
  tasks_.cancel();
  co_await tasks_.join();
  waiting_for_.clear();
  if (result) {
    phase_ = Phase::kComplete;
    result_ = *result;
    co_return result;
  }
  if (const auto kept = co_await checkpoint(); !kept)
    log::warn("cannot record progress: {}", to_string(kept.error()));
  error_ = stopping_ ? Error{ErrorCode::kCancelled, "stopped; what was verified is kept"} : result.error();
  phase_ = stopping_ ? Phase::kCancelled : Phase::kFailed;
  co_return std::unexpected(*error_);
}

io::Awaitable<Result<std::filesystem::path>> Download::try_until_done() {
  while (!stopping_) {
    phase_ = Phase::kConnecting;
    auto outcome = co_await attempt();
    if (outcome) co_return co_await finish();
    if (stopping_) break;
    if (!is_passing(outcome.error().code)) co_return std::unexpected(std::move(outcome).error());
    CO_TRY_VOID(co_await pause_before_retry(outcome.error()));
  }
  co_return fail(ErrorCode::kCancelled, "stopped");
}

io::Awaitable<Result<>> Download::attempt() {
  lane_failure_.reset();
  opened_in_attempt_ = false;
  CO_TRY_VOID(co_await locate());
  start_lanes(1);
  bool widened = false;
  while (!lanes_.empty()) {
    if (opened_in_attempt_ && plan_ && !widened) {
      widened = true;
      phase_ = Phase::kRunning;
      const std::uint64_t useful = plan_->free_bytes() / kWorthAnotherLane;
      start_lanes(static_cast<std::size_t>(std::min<std::uint64_t>(order_.lanes - 1, useful)));
    }
    const auto waited = co_await changed_.wait();
    if (!waited) stopping_ = true;
    if (stopping_ || (lane_failure_ && weight(*lane_failure_) > 1)) stop_lanes();
    if (stopping_) break;
  }
  // Whatever happens, lanes are awaited: they refer to this object.
  co_await lane_tasks_.join();
  if (job_ && job_->pieces->complete()) co_return Result<>{};
  co_return std::unexpected(
      lane_failure_.value_or(Error{ErrorCode::kConnectionLost, "the connection ended early"}));
}

io::Awaitable<Result<>> Download::locate() {
  if (!order_.locate) co_return Result<>{};
  auto found = co_await order_.locate();
  if (found) {
    if (!found->addresses.empty()) order_.share.addresses = std::move(found->addresses);
    if (!order_.share.secret) order_.share.membership = std::move(found->membership);
  }
  if (order_.share.addresses.empty()) {
    if (!found) co_return std::unexpected(std::move(found).error());
    co_return fail(ErrorCode::kUnreachable, "its owner is not online");
  }
  co_return Result<>{};
}

void Download::start_lanes(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const LaneId id = next_lane_;
    ++next_lane_;
    LaneTarget target{.peer = order_.share.owner,
                      .addresses = order_.share.addresses,
                      .share = order_.share.share,
                      .secret = order_.share.secret ? &*order_.share.secret : nullptr,
                      .membership = order_.share.membership,
                      .deadlines = order_.deadlines};
    auto& loop = services_.threads->next();
    lanes_[id].lane = std::make_shared<DownloadLane>(id, std::move(target), *services_.local, *this,
                                                     services_.network, loop.executor);
    lane_tasks_.spawn(drive_lane(id));
  }
}

io::Awaitable<void> Download::drive_lane(LaneId id) {
  const auto lane = lanes_.at(id).lane;
  auto life = [lane] { return lane->run(); };
  const Result<> outcome = co_await io::run_on(lane->executor(), life);
  lane_ended(id, outcome);
}

void Download::lane_ended(LaneId id, const Result<>& outcome) {
  ended_lanes_bytes_ += lanes_.at(id).lane->received();
  lanes_.erase(id);
  if (plan_) plan_->give_back(id);
  if (!outcome && (!lane_failure_ || weight(outcome.error()) > weight(*lane_failure_))) {
    lane_failure_ = outcome.error();
  }
  wake_lanes();
  changed_.open_all();
}

void Download::stop_lanes() {
  for (auto& [id, place] : lanes_) place.lane->stop();
}

void Download::wake_lanes() {
  for (auto& [id, place] : lanes_) place.lane->wake();
}

void Download::stop() {
  stopping_ = true;
  stop_lanes();
  tasks_.cancel();
  changed_.open_all();
}

io::Awaitable<Result<>> Download::pause_before_retry(const Error& reason) {
  const auto silent_for = services_.clock->steady() - last_contact_;
  if (order_.patience && silent_for >= *order_.patience) co_return std::unexpected(reason);
  const auto doubled = kFirstPause * (1U << std::min(failures_in_row_++, 7U));
  const double factor = 0.75 + 0.5 * std::generate_canonical<double, 16>(jitter_);
  auto pause = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::min<std::chrono::duration<double>>(doubled * factor, kLongestPause));
  if (order_.patience) {
    pause = std::min(pause, std::chrono::ceil<std::chrono::milliseconds>(*order_.patience - silent_for));
  }
  phase_ = Phase::kWaiting;
  waiting_for_ =
      fmt::format("the sender at {} to come back ({}); next try in {}", first_address(order_.share),
                  reason.context, human_duration(std::chrono::ceil<std::chrono::seconds>(pause)));
  auto waited = co_await changed_.wait_for(pause);
  waiting_for_.clear();
  if (!waited && waited.error().code != ErrorCode::kTimedOut) co_return waited;
  co_return Result<>{};
}

io::Awaitable<Result<std::filesystem::path>> Download::finish() {
  phase_ = Phase::kVerifying;
  last_counts_ = {.wanted = job_->pieces->wanted(),
                  .present = job_->pieces->present(),
                  .resumed = job_->pieces->resumed()};
  if (job_->folder == nullptr) co_return std::filesystem::path();
  auto put_in_place = [job = job_, on_taken = order_.on_taken]() mutable {
    return std::exchange(job, nullptr)->folder->finish(on_taken);
  };
  co_return co_await services_.offload->run(std::move(put_in_place));
}

io::Awaitable<Result<>> Download::checkpoint() {
  if (!job_ || job_->folder == nullptr) co_return Result<>{};
  // The job is let go before the result is told: whoever hears it may open the part folder anew.
  auto sync = [job = job_]() mutable { return std::exchange(job, nullptr)->folder->checkpoint(); };
  co_return co_await services_.offload->run(std::move(sync));
}

io::Awaitable<void> Download::keep_checkpoints() {
  while (true) {
    const auto slept = co_await io::sleep_for(kCheckpointInterval);
    if (!slept) co_return;
    if (phase_ != Phase::kRunning) continue;
    if (const auto kept = co_await checkpoint(); !kept)
      log::warn("cannot record progress: {}", to_string(kept.error()));
  }
}

io::Awaitable<Result<>> Download::discard() {
  if (!job_ || job_->folder == nullptr) co_return Result<>{};
  auto remove = [job = std::move(job_)]() mutable { return std::exchange(job, nullptr)->folder->discard(); };
  co_return co_await services_.offload->run(std::move(remove));
}

io::Awaitable<Result<std::shared_ptr<DownloadJob>>> Download::on_opened(
    access::SignedShareDescription description) {
  CO_TRY(auto said,
         access::verify(description, order_.share.owner, order_.share.share, services_.clock->wall()));
  last_contact_ = services_.clock->steady();
  failures_in_row_ = 0;
  if (description_ && description_->root != said.root) {
    co_return fail(
        ErrorCode::kSourceChanged,
        "the sender shares other content in its place now; begin anew, with a fresh ticket if it was one");
  }
  opened_in_attempt_ = true;
  changed_.open_all();
  if (job_) co_return job_;
  auto name = content::RelativePath::parse(said.title);
  if (!name || name->depth() != 1) {
    co_return fail(ErrorCode::kPeerMisbehaved,
                   "the share's name {} cannot be a file name here; ask the sender for another --title",
                   content::printable_path(said.title));
  }
  name_ = std::move(*name);
  description_ = std::move(said);
  const content::ContentId root = content::ContentId::from(description_->root.view());
  if (description_->kind == access::ShareKind::kFile) {
    auto manifest = content::Manifest::single_file({.path = *name_,
                                                    .kind = content::EntryKind::kFile,
                                                    .size = description_->content_size,
                                                    .executable = description_->executable,
                                                    .mtime_ns = description_->mtime_ns,
                                                    .id = root});
    if (!manifest) co_return std::unexpected(manifest.error());
    co_return co_await open_job(std::make_shared<const content::Manifest>(std::move(*manifest)), {});
  }
  auto look = [keep = order_.keep, directory = order_.directory, name = *name_, root] {
    return keep == Keep::kNothing ? std::nullopt
                                  : content::PartFolder::stored_manifest(directory, name, root);
  };
  auto stored = co_await services_.offload->run(std::move(look));
  if (!stored) co_return std::shared_ptr<DownloadJob>();
  co_return co_await on_manifest(std::move(*stored));
}

io::Awaitable<Result<std::shared_ptr<DownloadJob>>> Download::on_manifest(Bytes bytes) {
  auto parse = [bytes = std::move(
                    bytes)]() mutable -> Result<std::pair<std::shared_ptr<const content::Manifest>, Bytes>> {
    auto manifest = content::Manifest::parse(bytes);
    if (!manifest) {
      return std::unexpected(
          in_context(std::move(manifest).error(), "the sender's list of files was refused"));
    }
    return std::pair(std::make_shared<const content::Manifest>(std::move(*manifest)), std::move(bytes));
  };
  CO_TRY(auto parsed, co_await services_.offload->run(std::move(parse)));
  co_return co_await open_job(std::move(parsed.first), std::move(parsed.second));
}

io::Awaitable<Result<std::shared_ptr<DownloadJob>>> Download::open_job(
    std::shared_ptr<const content::Manifest> manifest, Bytes manifest_bytes) {
  auto open = [this, manifest = std::move(manifest),
               bytes = std::move(manifest_bytes)]() -> Result<std::shared_ptr<DownloadJob>> {
    if (order_.keep == Keep::kNothing) {
      return std::make_shared<DownloadJob>(manifest, content::Selection::everything(*manifest),
                                           std::make_unique<content::CheckedPieces>(manifest));
    }
    std::error_code ignored;
    const auto destination = order_.directory / name_->text();
    // With a partial download beside it, the result may be its own, put in place just before the end.
    const bool begun =
        std::filesystem::exists(content::PartFolder::part_path(order_.directory, *name_), ignored);
    if (order_.on_taken == content::OnTaken::kRefuse && !begun &&
        std::filesystem::exists(std::filesystem::symlink_status(destination, ignored))) {
      return fail(ErrorCode::kAlreadyExists,
                  "{} exists already; use --overwrite to replace it or --rename to keep both",
                  destination.string());
    }
    TRY(auto wanted, content::Selection::matching(*manifest, order_.select));
    content::PartDescription description{
        .root = content::ContentId::from(description_->root.view()),
        .share_id = content::PartShareId::from(description_->share_id.view()),
        .what = content::PartFile{}};
    if (description_->kind == access::ShareKind::kFile) {
      description.what = content::PartFile{.size = description_->content_size,
                                           .executable = description_->executable,
                                           .mtime_ns = description_->mtime_ns};
    } else {
      description.what = content::PartTree{.manifest = manifest, .manifest_bytes = bytes, .wanted = wanted};
    }
    TRY(auto part, content::PartFolder::open(order_.directory, *name_, std::move(description)));
    // After a power loss: what may not have reached the disk is fetched again, a few seconds' worth at most.
    for (const auto& piece : part.unproven()) part.forget(piece);
    auto folder = std::make_unique<content::PartFolder>(std::move(part));
    content::PartFolder* const kept = folder.get();
    return std::make_shared<DownloadJob>(manifest, std::move(wanted), std::move(folder), kept);
  };
  CO_TRY(job_, co_await services_.offload->run(std::move(open)));
  plan_ = std::make_unique<WorkPlan>(*job_->manifest, job_->wanted, *job_->pieces);
  changed_.open_all();
  co_return job_;
}

std::optional<Batch> Download::claim(LaneId lane) {
  last_contact_ = services_.clock->steady();
  // Towards the end smaller batches, so that the lanes finish together.
  constexpr std::uint64_t kLargest = 8U << 20;
  constexpr std::uint64_t kSmallest = 512U << 10;
  const std::uint64_t share = plan_->free_bytes() / (2 * std::max<std::size_t>(1, lanes_.size()));
  return plan_->next(lane, std::clamp(share, kSmallest, kLargest));
}

void Download::on_layer(content::FileIndex file, Layer layer) {
  plan_->set_layer(file, std::move(layer));
  wake_lanes();
}

TransferProgress Download::progress() {
  TransferProgress out{.phase = phase_,
                       .title = {},
                       .destination = result_.string(),
                       .waiting_for = waiting_for_,
                       .error = error_};
  const SteadyTime now = services_.clock->steady();
  if (name_) {
    out.title = name_->text();
    if (result_.empty()) out.destination = (order_.directory / name_->text()).string();
  }
  if (job_ && phase_ != Phase::kVerifying && phase_ != Phase::kComplete) {
    last_counts_ = {.wanted = job_->pieces->wanted(),
                    .present = job_->pieces->present(),
                    .resumed = job_->pieces->resumed()};
  }
  const auto& [wanted, present, resumed] = last_counts_;
  out.bytes_total = wanted.bytes;
  out.pieces_total = wanted.pieces;
  out.files_total = wanted.files;
  out.bytes_done = present.bytes;
  out.pieces_done = present.pieces;
  out.files_done = present.files;
  out.bytes_resumed = resumed.bytes;
  speed_.update(present.bytes - resumed.bytes, now);
  out.rate = phase_ == Phase::kRunning ? speed_.rate() : 0;
  if (phase_ == Phase::kRunning) out.eta_seconds = speed_.seconds_for(wanted.bytes - present.bytes);
  // All lanes lead to one peer; what earlier lanes brought counts as well.
  PeerProgress peer{.peer_id = order_.share.owner.to_text(), .bytes = ended_lanes_bytes_};
  for (auto& [id, place] : lanes_) {
    place.speed.update(place.lane->received(), now);
    if (!place.lane->remote_address().empty()) peer.address = place.lane->remote_address();
    peer.bytes += place.lane->received();
    peer.rate += place.speed.rate();
  }
  if (!peer.address.empty()) out.peers.push_back(std::move(peer));
  return out;
}

}  // namespace covey::swarm
