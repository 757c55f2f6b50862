// A download's life: looking for sources, waiting, the result. Its sources and lanes are in
// download_lanes.cpp, what it serves on in download_serving.cpp.

#include "swarm/download.hpp"

#include <algorithm>

#include "base/growing_pause.hpp"
#include "base/log.hpp"
#include "base/quantity.hpp"

namespace covey::swarm {
namespace {

using namespace std::chrono_literals;

constexpr auto kCheckpointInterval = 5s;
/// The longest time without a look at what is due.
constexpr auto kTick = 500ms;
constexpr auto kLookInterval = 60s;
constexpr auto kFirstLookPause = 500ms;
constexpr auto kLongestLookPause = 60s;
constexpr double kMeasureInterval = 0.4;  // seconds
constexpr auto kLimitMemory = 1s;

Destination destination_of(const DownloadOrder& order, const content::LayerFolder* layers) {
  return {.directory = order.directory,
          .select = order.select,
          .on_taken = order.on_taken,
          .keep = order.keep,
          .layers = layers};
}

}  // namespace

Download::Download(SwarmServices services, DownloadOrder order)
    : services_(services),
      order_(std::move(order)),
      content_(destination_of(order_, services.layers), *services.offload),
      pool_(services.local->hello.device->peer_id()),
      tasks_(services.network),
      lane_tasks_(services.network),
      changed_(services.network),
      job_known_(services.network) {
  if (services_.budget != nullptr) transfer_ = services_.budget->new_transfer();
  if (services_.meetings != nullptr) meeting_ = services_.meetings->at(order_.share.share);
}

Download::~Download() = default;

io::Awaitable<Result<std::filesystem::path>> Download::run() {
  last_contact_ = services_.clock->steady();
  set_limits(order_.limits);
  tasks_.spawn(keep_checkpoints());
  tasks_.spawn(keep_introductions());
  auto result = co_await try_until_done();
  seat_.reset();
  stop_lanes();
  job_known_.open_all();
  // Whatever happens, lanes are awaited: they refer to this object.
  co_await lane_tasks_.join();
  tasks_.cancel();
  co_await tasks_.join();
  if (services_.budget != nullptr)
    services_.budget->set_transfer_rate(transfer_, std::nullopt, last_contact_);
  if (result) result = co_await finish();
  waiting_for_.clear();
  if (result) {
    phase_ = Phase::kComplete;
    if (reading_) reading_->completed();
    co_return result;
  }
  co_await end_serving();
  co_await end_reading();
  if (const auto kept = co_await content_.checkpoint(); !kept)
    log::warn("cannot record progress: {}", to_string(kept.error()));
  error_ = stopping_ ? Error{ErrorCode::kCancelled, "stopped; what was verified is kept"} : result.error();
  phase_ = stopping_ ? Phase::kCancelled : Phase::kFailed;
  co_return std::unexpected(*error_);
}

io::Awaitable<Result<std::filesystem::path>> Download::try_until_done() {
  pool_.offer(order_.share.owner, order_.share.addresses, FoundBy::kOwner);
  if (order_.share.addresses.empty() && !order_.locate)
    last_failure_ =
        Error{ErrorCode::kUnreachable, "the ticket names no address to try; ask its sender for a fresh one"};
  listen_for_providers();
  while (!stopping_) {
    // Lanes end by themselves when everything is there.
    if (content_.is_complete() && lanes_.empty()) co_return std::filesystem::path();
    if (verdict_) co_return std::unexpected(*verdict_);
    if (!content_.is_complete()) {
      co_await look_around();
      if (stopping_) break;
      CO_TRY_VOID(check_patience());
      connect_due();
      widen();
      renew_grant();
    }
    show_phase();
    measure_strain();
    const auto waited = co_await changed_.wait_for(kTick);
    if (!waited && waited.error().code == ErrorCode::kCancelled) stopping_ = true;
  }
  co_return fail(ErrorCode::kCancelled, "stopped");
}

io::Awaitable<void> Download::look_around() {
  const SteadyTime now = services_.clock->steady();
  const bool lonely = active_.empty() && pool_.next_due().value_or(now) <= now;
  if (!order_.locate || (now < next_look_ && !(lonely && pool_.waiting() > 0))) co_return;
  auto found = co_await order_.locate();
  next_look_ = services_.clock->steady() + kLookInterval;
  if (found) {
    if (!order_.share.secret && !found->membership.empty())
      order_.share.membership = std::move(found->membership);
    if (found->grant) order_.share.grant = std::move(found->grant);
    pool_.offer(order_.share.owner, std::move(found->addresses), FoundBy::kOwner);
    for (auto& other : found->others) pool_.offer(other.peer, std::move(other.addresses), FoundBy::kTracker);
  }
  if (pool_.waiting() > 0 || !active_.empty()) {
    looks_in_vain_ = 0;
    co_return;
  }
  last_failure_ =
      found ? Error{ErrorCode::kUnreachable, "its owner is not online"} : std::move(found).error();
  next_look_ =
      services_.clock->steady() + growing_pause(kFirstLookPause, kLongestLookPause, looks_in_vain_++);
}

Result<> Download::check_patience() const {
  if (!order_.patience || !last_failure_ || !active_.empty()) return {};
  if (services_.clock->steady() - last_contact_ < *order_.patience) return {};
  return std::unexpected(*last_failure_);
}

void Download::show_phase() {
  const auto opened = [](const auto& entry) { return entry.second.opened; };
  const SteadyTime now = services_.clock->steady();
  waiting_for_.clear();
  if (plan_ && std::any_of(active_.begin(), active_.end(), opened)) {
    phase_ = Phase::kRunning;
    const auto useful = [&](const auto& entry) { return plan_->is_useful(entry.first); };
    if (!plan_->done() && std::none_of(active_.begin(), active_.end(), useful))
      waiting_for_ = "somebody who has the missing pieces";
  } else if (!active_.empty() || !last_failure_) {
    phase_ = Phase::kConnecting;
  } else {
    phase_ = Phase::kWaiting;
    const auto due = std::max(pool_.next_due().value_or(next_look_), now);
    const std::string where =
        order_.share.addresses.empty() ? "an unknown address" : order_.share.addresses.front().to_text();
    waiting_for_ =
        fmt::format("the sender at {} to come back ({}); next try in {}", where, last_failure_->context,
                    human_duration(std::chrono::ceil<std::chrono::seconds>(due - now)));
  }
}

/// Where the lanes' time went since the last look, smoothed over a few of them.
void Download::measure_strain() {
  const SteadyTime now = services_.clock->steady();
  const double passed = std::chrono::duration<double>(now - measured_at_).count();
  if (passed < kMeasureInterval || lanes_.empty()) return;
  measured_at_ = now;
  Strain seen;
  double weight = 0;
  for (auto& [id, place] : lanes_) {
    const auto times = place.lane->times();
    const auto before = std::exchange(place.measured, times);
    const auto share_of = [&](std::chrono::nanoseconds time) {
      return std::clamp(std::chrono::duration<double>(time).count() / passed, 0.0, 1.0);
    };
    const bool nothing_came = times.starved == before.starved && times.storing == before.storing;
    seen.starved += nothing_came ? 1.0 : share_of(times.starved - before.starved);
    seen.storing += share_of(times.storing - before.storing);
    seen.held_back += place.lane->held_back();
    weight += 1;
  }
  constexpr double kNew = 0.5;
  const auto blend = [&](double& old, double fresh) { old += (fresh / weight - old) * kNew; };
  blend(strain_.starved, seen.starved);
  blend(strain_.storing, seen.storing);
  blend(strain_.held_back, seen.held_back);
  strain_.limited_here = limited_at_ != SteadyTime{} && now - limited_at_ < kLimitMemory;
  strain_.fetching = phase_ == Phase::kRunning && waiting_for_.empty();
}

void Download::stop() {
  stopping_ = true;
  stop_lanes();
  changed_.open_all();
  job_known_.open_all();
}

io::Awaitable<Result<std::filesystem::path>> Download::finish() {
  phase_ = Phase::kVerifying;
  co_return co_await content_.finish();
}

io::Awaitable<void> Download::keep_checkpoints() {
  while (true) {
    const auto slept = co_await io::sleep_for(kCheckpointInterval);
    if (!slept) co_return;
    if (phase_ != Phase::kRunning) continue;
    if (const auto kept = co_await content_.checkpoint(); !kept)
      log::warn("cannot record progress: {}", to_string(kept.error()));
  }
}

void Download::set_piece_order(PieceOrder order) {
  order_.piece_order = order;
  if (plan_) plan_->set_order(order);
}

void Download::set_limits(RateLimits limits) {
  order_.limits = limits;
  if (services_.budget != nullptr)
    services_.budget->set_transfer_rate(transfer_, limits.down, services_.clock->steady());
  if (serving_) services_.onward->set_limit(order_.share.share, limits.up);
  wake_lanes();
}

TransferProgress Download::progress() {
  TransferProgress out{.phase = phase_,
                       .title = content_.name() ? content_.name()->text() : std::string(),
                       .destination = content_.destination().string(),
                       .waiting_for = waiting_for_,
                       .error = error_};
  const SteadyTime now = services_.clock->steady();
  const auto [wanted, present, resumed] = content_.counts();
  out.bytes_total = wanted.bytes;
  out.pieces_total = wanted.pieces;
  out.files_total = wanted.files;
  out.bytes_done = present.bytes;
  out.pieces_done = present.pieces;
  out.files_done = present.files;
  out.bytes_resumed = resumed.bytes;
  out.bytes_wasted = wasted_;
  for (const auto& [id, place] : lanes_) out.bytes_wasted += place.lane->wasted();
  speed_.update(present.bytes - resumed.bytes, now);
  out.rate = phase_ == Phase::kRunning ? speed_.rate() : 0;
  if (phase_ == Phase::kRunning) out.eta_seconds = speed_.seconds_for(wanted.bytes - present.bytes);
  add_peers(out, now);
  for (const auto& blocked : pool_.blocked())
    out.blocked.push_back({.peer_id = blocked.peer.to_text(), .reason = blocked.reason});
  out.known_peers = pool_.waiting();
  if (plan_) out.availability = plan_->rarest();
  if (phase_ == Phase::kRunning) out.bottleneck = bottleneck_of(strain_);
  if (phase_ == Phase::kConnecting || phase_ == Phase::kWaiting) out.bottleneck = Bottleneck::kWaiting;
  return out;
}

std::optional<PieceCensus> Download::census() const {
  const auto& job = content_.job();
  if (!job) return std::nullopt;
  PieceCensus out{.manifest = job->manifest, .wanted = job->wanted, .held = job->pieces->held()};
  if (!plan_) return out;
  out.whole_sources = plan_->whole_sources();
  out.sources = plan_->availability();
  return out;
}

double Download::held_back_by(SourceId source) const {
  double out = 0;
  for (const auto& [id, place] : lanes_) {
    if (place.source == source) out = std::max(out, place.lane->held_back());
  }
  return out;
}

void Download::add_peers(TransferProgress& out, SteadyTime now) {
  std::map<SourceId, std::uint64_t> on_lanes;
  for (const auto& [id, place] : lanes_) on_lanes[place.source] += place.lane->received();
  for (auto& [id, active] : active_) {
    if (!active.opened) continue;
    const Source* const source = pool_.find(id);
    if (source == nullptr) continue;
    PeerProgress& peer = seen_peers_[source->peer.to_text()];
    active.speed.update(active.ended_bytes + on_lanes[id], now);
    PeerProgress shown{.peer_id = source->peer.to_text(),
                       .address = active.address,
                       .bytes = peer.bytes + on_lanes[id],
                       .rate = active.speed.rate(),
                       .found_by = source->found_by,
                       .connections = active.lanes,
                       .round_trip_seconds = std::nullopt};
    shown.held_back = held_back_by(id);
    if (active.round_trip) shown.round_trip_seconds = active.round_trip->count();
    if (plan_) {
      const std::uint32_t total = plan_->numbers().total();
      shown.holds = total == 0 ? 1 : static_cast<double>(plan_->holdings(id)) / total;
      shown.useful = plan_->is_useful(id);
    }
    out.peers.push_back(std::move(shown));
  }
  for (const auto& [peer_id, peer] : seen_peers_) {
    const auto same = [&](const PeerProgress& shown) { return shown.peer_id == peer_id; };
    if (peer.bytes > 0 && std::none_of(out.peers.begin(), out.peers.end(), same)) out.peers.push_back(peer);
  }
}

}  // namespace covey::swarm
