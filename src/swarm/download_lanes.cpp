// A download's sources and their lanes: dialled, listened to, judged.

#include <algorithm>

#include "base/log.hpp"
#include "swarm/download.hpp"

namespace covey::swarm {
namespace {

/// Below this a further connection costs more than it brings.
constexpr std::uint64_t kWorthAnotherLane = 4U << 20;
/// Pieces that a source may tell of before the list of files is known; more than any share has.
constexpr std::size_t kMaxEarlyHoldings = 4U << 20;

/// Whether trying again can help: the peer or the path was away, nothing was said.
bool is_passing(ErrorCode code) {
  return code == ErrorCode::kConnectionLost || code == ErrorCode::kTimedOut ||
         code == ErrorCode::kUnreachable;
}

bool is_lie(ErrorCode code) {
  return code == ErrorCode::kVerificationFailed || code == ErrorCode::kPeerMisbehaved ||
         code == ErrorCode::kMalformed;
}

}  // namespace

bool Download::is_owner(SourceId source) const {
  const Source* const found = pool_.find(source);
  return found != nullptr && found->peer == order_.share.owner;
}

void Download::connect_due() {
  for (const Source& source : pool_.take_due(services_.clock->steady())) start_lane(source);
}

/// More connections to a source that is alone, once it has shown that it delivers.
void Download::widen() {
  const auto opened = static_cast<std::size_t>(
      std::count_if(active_.begin(), active_.end(), [](const auto& entry) { return entry.second.opened; }));
  if (!plan_ || opened == 0 || opened > 2) return;
  const std::size_t wanted = opened == 1 ? order_.lanes : order_.lanes / 2;
  std::map<SourceId, std::uint64_t> on_lanes;
  for (const auto& [id, place] : lanes_) on_lanes[place.source] += place.lane->received();
  for (const auto& [id, active] : active_) {
    const Source* const source = pool_.find(id);
    if (!active.opened || source == nullptr || pool_.is_blocked(id) || on_lanes[id] < kWorthAnotherLane)
      continue;
    const std::size_t useful = plan_->free_bytes() / kWorthAnotherLane;
    for (std::size_t more = std::min(wanted - std::min(wanted, active.lanes), useful); more > 0; --more)
      start_lane(*source);
  }
}

void Download::start_lane(const Source& source) {
  const LaneId id = next_lane_;
  ++next_lane_;
  LaneTarget target{.peer = source.peer,
                    .addresses = source.addresses,
                    .share = order_.share.share,
                    .secret = order_.share.secret ? &*order_.share.secret : nullptr,
                    .membership = order_.share.membership,
                    .grant = order_.share.grant,
                    .deadlines = order_.deadlines};
  auto& loop = services_.threads->next();
  lanes_[id] = {.source = source.id,
                .lane = std::make_shared<DownloadLane>(id, std::move(target), *services_.local, *this,
                                                       services_.network, loop.executor)};
  ++active_[source.id].lanes;
  lane_tasks_.spawn(drive_lane(id));
}

io::Awaitable<void> Download::drive_lane(LaneId id) {
  const auto lane = lanes_.at(id).lane;
  auto life = [lane] { return lane->run(); };
  const Result<> outcome = co_await io::run_on(lane->executor(), life);
  lane_ended(id, outcome);
}

void Download::lane_ended(LaneId id, const Result<>& outcome) {
  const LanePlace place = std::move(lanes_.at(id));
  lanes_.erase(id);
  if (opener_ == id) opener_.reset();
  if (plan_) {
    const std::uint64_t bytes = plan_->give_back(id);
    const Source* const source = pool_.find(place.source);
    if (services_.budget != nullptr && source != nullptr)
      services_.budget->give_back(transfer_, source->peer, bytes, services_.clock->steady());
  }
  wasted_ += place.lane->wasted();
  if (const auto active = active_.find(place.source); active != active_.end()) {
    const Source* const source = pool_.find(place.source);
    active->second.ended_bytes += place.lane->received();
    if (source != nullptr) {
      PeerProgress& peer = seen_peers_[source->peer.to_text()];
      peer.peer_id = source->peer.to_text();
      peer.found_by = source->found_by;
      peer.bytes += place.lane->received();
    }
    --active->second.lanes;
  }
  if (!outcome && !stopping_) judge(place, outcome.error());
  const auto active = active_.find(place.source);
  if (active != active_.end() && active->second.lanes == 0) {
    drop_source(place.source, outcome ? Error{ErrorCode::kConnectionLost, "done"} : outcome.error());
  }
  wake_lanes();
  changed_.open_all();
  job_known_.open_all();
}

void Download::judge(const LanePlace& place, const Error& error) {
  if (verdict_ || error.code == ErrorCode::kCancelled) return;
  const bool owner = is_owner(place.source);
  const Fault fault = place.lied ? Fault::kPeer : place.lane->fault();
  if (fault == Fault::kLocal) {
    verdict_ = error;
    return;
  }
  last_failure_ = error;
  if (is_passing(error.code)) return;
  // What the owner says of its share holds, whoever else would serve it.
  const bool refused = error.code == ErrorCode::kRefused || error.code == ErrorCode::kExpired ||
                       error.code == ErrorCode::kNotFound || error.code == ErrorCode::kMustAsk;
  const bool blamed =
      fault == Fault::kPeer && (is_lie(error.code) || error.code == ErrorCode::kSourceChanged);
  if (owner && !blamed && (refused || pool_.active() <= 1)) {
    verdict_ = error;
    return;
  }
  if (!blamed) return;
  if (const Source* const source = pool_.find(place.source); source != nullptr && is_lie(error.code)) {
    log::warn("peer {} is not asked again: {}", source->peer.short_text(), error.context);
    if (error.code == ErrorCode::kVerificationFailed && services_.on_lie)
      services_.on_lie(source->peer, order_.share.share, error);
  }
  pool_.block(place.source, error.context);
  for (auto& [id, other] : lanes_) {
    if (other.source == place.source) other.lane->stop();
  }
  if (pool_.active() == 0 && pool_.waiting() == 0) verdict_ = error;
}

void Download::drop_source(SourceId source, const Error& error) {
  active_.erase(source);
  if (plan_) plan_->remove_source(source);
  log::debug("a source has ended: {}", error.context);
  const double jitter = 0.75 + 0.5 * std::generate_canonical<double, 16>(jitter_);
  pool_.lost(source, services_.clock->steady(), jitter);
}

void Download::stop_lanes() {
  for (auto& [id, place] : lanes_) place.lane->stop();
}

void Download::wake_lanes() {
  for (auto& [id, place] : lanes_) place.lane->wake();
}

/// A source's first words: the owner's description, or it is no source.
Result<> Download::believe(LaneId lane, const ShareOpening& opening) {
  LanePlace& place = lanes_.at(lane);
  auto said =
      access::verify(opening.description, order_.share.owner, order_.share.share, services_.clock->wall());
  const bool owner = is_owner(place.source);
  if (!said) {
    place.lied = !owner || said.error().code != ErrorCode::kExpired;
    return std::unexpected(std::move(said).error());
  }
  const auto learnt = content_.learn(std::move(*said));
  if (!learnt) {
    place.lied = !owner;  // it serves what the owner does not share any more
    return learnt;
  }
  if (owner || description_.payload.empty()) description_ = opening.description;
  return {};
}

io::Awaitable<Result<std::shared_ptr<DownloadJob>>> Download::on_opened(LaneId lane, ShareOpening opening) {
  const SourceId source = lanes_.at(lane).source;
  CO_TRY_VOID(believe(lane, opening));
  last_contact_ = services_.clock->steady();
  Active& active = active_[source];
  const bool first = !active.opened;
  active.opened = true;
  active.partial = opening.partial;
  active.round_trip = opening.round_trip;
  active.address = lanes_.at(lane).lane->remote_address();
  if (const auto seen = access::Endpoint::parse(opening.seen_at)) note_own_address(*seen);
  if (plan_ && first) add_to_plan(source);
  if (first) introduce(*lanes_.at(lane).lane);
  take_consent(source, opening);
  changed_.open_all();
  co_return co_await open_content(lane);
}

/// The first lane opens the content, fetching the list of files if need be; the others wait for that.
io::Awaitable<Result<std::shared_ptr<DownloadJob>>> Download::open_content(LaneId lane) {
  while (opener_ && !content_.job() && !stopping_ && !verdict_) {
    const auto waited = co_await job_known_.wait();
    if (!waited) co_return std::unexpected(waited.error());
  }
  if (stopping_ || verdict_) co_return fail(ErrorCode::kCancelled, "stopped");
  if (content_.job()) co_return content_.job();
  opener_ = lane;
  CO_TRY(auto job, co_await content_.open());
  if (job) begin_plan();
  co_return job;
}

io::Awaitable<Result<std::shared_ptr<DownloadJob>>> Download::on_manifest(Bytes manifest) {
  if (!content_.job()) {
    CO_TRY_VOID(co_await content_.open_with(std::move(manifest)));
    begin_plan();
  }
  co_return content_.job();
}

void Download::begin_plan() {
  const auto& job = content_.job();
  plan_ = std::make_unique<PiecePlan>(*job->manifest, job->wanted, job->pieces->held(), order_.piece_order,
                                      jitter_());
  for (auto& [file, layer] : job->layers->all()) {
    if (!job->pieces->has_all(file)) plan_->set_layer(file, layer);
  }
  for (const auto& [source, active] : active_) {
    if (active.opened) add_to_plan(source);
  }
  begin_serving();
  changed_.open_all();
  job_known_.open_all();
}

void Download::add_to_plan(SourceId source) {
  Active& active = active_.at(source);
  plan_->add_source(source, active.partial ? Holds::kSome : Holds::kEverything);
  plan_->add_holdings(source, std::exchange(active.holdings, {}));
}

std::optional<Batch> Download::claim(LaneId lane, std::uint64_t bytes, double rate) {
  last_contact_ = services_.clock->steady();
  // Towards the end smaller batches, so that the lanes finish together.
  constexpr std::uint64_t kSmallest = 512U << 10;
  const std::uint64_t share = plan_->free_bytes() / (2 * std::max<std::size_t>(1, lanes_.size()));
  Claim claim{.lane = lane,
              .source = lanes_.at(lane).source,
              .bytes = std::min(bytes, std::max(share, kSmallest)),
              .rate = rate};
  const Source* const source = pool_.find(claim.source);
  if (pool_.is_blocked(claim.source)) return std::nullopt;
  if (services_.budget == nullptr || source == nullptr) return plan_->next(claim, last_contact_);
  claim.bytes = services_.budget->allow(transfer_, source->peer, claim.bytes, last_contact_);
  if (claim.bytes == 0) {
    limited_at_ = last_contact_;
    wake_lanes_at(services_.budget->ready_at(transfer_, source->peer, last_contact_));
    return std::nullopt;
  }
  auto batch = plan_->next(claim, last_contact_);
  if (batch) services_.budget->spend(transfer_, source->peer, batch->bytes, last_contact_);
  return batch;
}

/// One task waits for all lanes that the budget holds back.
void Download::wake_lanes_at(SteadyTime when) {
  if (waking_) return;
  waking_ = true;
  auto wait = [](Download* self, SteadyTime until) -> io::Awaitable<void> {
    const auto slept = co_await io::sleep_for(until - self->services_.clock->steady());
    self->waking_ = false;
    if (slept) self->wake_lanes();
  };
  tasks_.spawn(wait(this, when));
}

void Download::on_layer(content::FileIndex file, Layer layer) {
  content_.job()->layers->add(file, layer);
  if (services_.layers != nullptr && order_.keep == Keep::kFiles) tasks_.spawn(keep_layer(layer));
  plan_->set_layer(file, std::move(layer));
  if (serving_) {
    std::vector<std::uint32_t> pieces;
    const auto held = content_.job()->pieces->held();
    const auto& numbers = plan_->numbers();
    for (std::uint32_t piece = numbers.first(file); piece < numbers.first(file) + numbers.count(file);
         ++piece) {
      if (held.has(piece)) pieces.push_back(piece);
    }
    offer_pieces(pieces);
  }
  wake_lanes();
}

void Download::on_pieces(LaneId lane, std::vector<content::PieceRef> pieces) {
  last_contact_ = services_.clock->steady();
  pool_.delivered(lanes_.at(lane).source);
  std::vector<std::uint32_t> arrived;
  for (const content::PieceRef& piece : pieces) {
    arrived.push_back(plan_->numbers().number(piece));
    for (const auto& elsewhere : plan_->arrived(lane, arrived.back(), last_contact_)) {
      const auto other = lanes_.find(elsewhere.lane);
      if (other != lanes_.end()) other->second.lane->take_back(piece);
    }
  }
  if (serving_) offer_pieces(arrived);
  if (reading_) reading_->arrived();
  if (plan_->done()) wake_lanes();
}

void Download::on_holdings(LaneId lane, std::vector<std::uint32_t> pieces) {
  const SourceId source = lanes_.at(lane).source;
  Active& active = active_.at(source);
  if (plan_) {
    plan_->add_holdings(source, pieces);
    for (auto& [id, place] : lanes_) {
      if (place.source == source) place.lane->wake();
    }
  } else if (active.holdings.size() + pieces.size() <= kMaxEarlyHoldings) {
    active.holdings.insert(active.holdings.end(), pieces.begin(), pieces.end());
  }
}

}  // namespace covey::swarm
