#include "sim/downloader.hpp"

#include <fmt/format.h>

namespace covey::sim {
namespace {

using swarm::FoundBy;
using swarm::LaneId;
using swarm::SourceId;

constexpr std::size_t kLanes = 4;
constexpr std::uint64_t kWorthAnotherLane = 4U << 20;
constexpr std::uint64_t kSmallestClaim = 512U << 10;
constexpr Seconds kTick{0.5};
constexpr Seconds kLookInterval{60};

identity::PeerId id_of(Peer peer) {
  std::array<Byte, crypto::PublicKey::kSize> key{};
  for (unsigned i = 0; i < 4; ++i) key.at(i) = static_cast<Byte>(peer >> (8 * i));
  return identity::PeerId(crypto::PublicKey::from(key));
}

}  // namespace

Downloader::Downloader(World world, Peer self, Storage& storage, Serving& serving, Mistake mistake,
                       std::function<std::vector<Peer>()> ask_tracker)
    : world_(world),
      self_(self),
      storage_(&storage),
      serving_(&serving),
      mistake_(mistake),
      ask_tracker_(std::move(ask_tracker)),
      random_(static_cast<std::minstd_rand::result_type>(world.scenario->seed * 1009 + self * 13 + 1)),
      pool_(id_of(self)),
      layers_known_(world.content->layers.size()) {}

void Downloader::begin() {
  running_ = true;
  progress_at_ = world_.now();
  world_.rules->began(self_);
  offer_source(kOwnerPeer, FoundBy::kOwner);
  turn();
}

void Downloader::kill() {
  running_ = false;
  for (const auto& lane : all_lanes_) lane->kill();
}

void Downloader::offer_source(Peer peer, FoundBy found_by) {
  const auto source = pool_.offer(id_of(peer), std::vector<access::Endpoint>(1), found_by);
  if (source) peers_[*source] = peer;
}

void Downloader::turn_soon() {
  if (std::exchange(turn_planned_, true)) return;
  world_.timeline->after(Seconds(0), [this] {
    turn_planned_ = false;
    turn();
  });
}

void Downloader::turn() {
  if (!running_ || complete_ || failure_) return;
  if (storage_->held.is_full() && lanes_.empty()) {
    complete_ = true;
    world_.rules->completed(self_);
    return;
  }
  if (!storage_->held.is_full()) {
    look_around();
    connect_due();
    widen();
  }
  const std::uint64_t number = ++turns_;
  world_.timeline->after(kTick, [this, number] {
    if (number == turns_) turn();
  });
}

void Downloader::look_around() {
  if (!world_.scenario->tracker || world_.now() < next_look_) return;
  next_look_ = world_.now() + Timeline::steady(kLookInterval);
  for (const Peer peer : ask_tracker_()) offer_source(peer, FoundBy::kTracker);
}

void Downloader::connect_due() {
  for (const auto& source : pool_.take_due(world_.now())) start_lane(source.id);
}

void Downloader::widen() {
  const auto opened = static_cast<std::size_t>(
      std::count_if(active_.begin(), active_.end(), [](const auto& entry) { return entry.second.opened; }));
  if (!plan_ || opened == 0 || opened > 2) return;
  const std::size_t wanted = opened == 1 ? kLanes : kLanes / 2;
  std::map<SourceId, std::uint64_t> on_lanes;
  for (const auto& [id, place] : lanes_) on_lanes[place.source] += place.lane->received();
  for (const auto& [id, active] : active_) {
    if (!active.opened || blocked_.contains(id) || on_lanes[id] < kWorthAnotherLane) continue;
    const std::size_t useful = plan_->free_bytes() / kWorthAnotherLane;
    for (std::size_t more = std::min(wanted - std::min(wanted, active.lanes), useful); more > 0; --more)
      start_lane(id);
  }
}

void Downloader::start_lane(SourceId source) {
  const LaneId id(static_cast<std::uint32_t>(all_lanes_.size()));
  const Peer peer = peers_.at(source);
  world_.rules->dialled(self_, peer);
  all_lanes_.push_back(std::make_unique<Lane>(world_, *this, id, peer));
  lanes_[id] = {.source = source, .lane = all_lanes_.back().get()};
  ++active_[source].lanes;
  all_lanes_.back()->begin();
}

void Downloader::lane_ended(LaneId id, Ending ending) {
  const Place place = lanes_.at(id);
  lanes_.erase(id);
  if (opener_ == id) {
    opener_.reset();
    for (const LaneId waiting : std::exchange(wait_for_content_, {})) open_content(waiting);
  }
  if (plan_ && mistake_ != Mistake::kNeverGivesBack) {
    plan_->give_back(id);
    world_.rules->given_back(self_, id.value());
  }
  --active_.at(place.source).lanes;
  judge(place, ending);
  if (active_.at(place.source).lanes == 0) {
    active_.erase(place.source);
    if (plan_) plan_->remove_source(place.source);
    const double jitter = 0.75 + 0.5 * std::generate_canonical<double, 16>(random_);
    pool_.lost(place.source, world_.now(), jitter);
  }
  wake_lanes();
  turn_soon();
}

void Downloader::judge(const Place& place, Ending ending) {
  if (ending != Ending::kLie && ending != Ending::kRefused) return;
  if (ending == Ending::kLie && mistake_ == Mistake::kForgivesLiars) return;
  block(place.source, ending == Ending::kLie);
}

void Downloader::block(SourceId source, bool for_a_lie) {
  world_.rules->blocked(self_, peers_.at(source), for_a_lie);
  pool_.block(source, "it lied");
  blocked_.insert(source);
  for (auto& [id, other] : lanes_) {
    if (other.source == source) other.lane->stop();
  }
  if (pool_.active() == 0 && pool_.waiting() == 0) failure_ = "nobody is left to ask";
}

void Downloader::wake_lanes() {
  for (auto& [id, place] : lanes_) place.lane->wake();
}

void Downloader::lane_opened(LaneId lane, bool partial) {
  const auto place = lanes_.find(lane);
  if (place == lanes_.end()) return;
  const SourceId source = place->second.source;
  pool_.delivered(source);
  Active& active = active_.at(source);
  const bool first = !std::exchange(active.opened, true);
  active.partial = partial;
  if (plan_ && first) add_to_plan(source);
  if (first) place->second.lane->introduce({.peer = self_, .issued_at = world_.now()});
  turn_soon();
  open_content(lane);
}

/// The first lane fetches the list of files of a folder; the others wait for it.
void Downloader::open_content(LaneId lane) {
  const auto place = lanes_.find(lane);
  if (place == lanes_.end()) return;
  if (plan_) return place->second.lane->work();
  if (opener_) return wait_for_content_.push_back(lane);
  opener_ = lane;
  if (world_.scenario->files.size() > 1 && !storage_->list_of_files)
    return place->second.lane->fetch_list_of_files();
  begin_plan();
  place->second.lane->work();
}

void Downloader::list_of_files_came(LaneId lane) {
  storage_->list_of_files = true;
  if (!plan_) begin_plan();
  const auto place = lanes_.find(lane);
  if (place != lanes_.end()) place->second.lane->work();
}

void Downloader::begin_plan() {
  const auto& manifest = world_.content->manifest;
  plan_ = std::make_unique<swarm::PiecePlan>(manifest, content::Selection::everything(manifest),
                                             storage_->held, swarm::PieceOrder::kRarestFirst, random_());
  for (const auto& [source, active] : active_) {
    if (active.opened) add_to_plan(source);
  }
  serving_->begin();
  std::vector<std::uint32_t> held;
  for (std::uint32_t piece = 0; piece < storage_->held.total(); ++piece) {
    if (storage_->held.has(piece)) held.push_back(piece);
  }
  offer_pieces(held);
  turn_soon();
  for (const LaneId waiting : std::exchange(wait_for_content_, {})) open_content(waiting);
}

void Downloader::add_to_plan(SourceId source) {
  Active& active = active_.at(source);
  plan_->add_source(source, active.partial ? swarm::Holds::kSome : swarm::Holds::kEverything);
  plan_->add_holdings(source, std::exchange(active.holdings, {}));
}

std::optional<swarm::Batch> Downloader::claim(LaneId lane, std::uint64_t bytes, double rate) {
  const auto place = lanes_.find(lane);
  if (place == lanes_.end()) return std::nullopt;
  const std::uint64_t share = plan_->free_bytes() / (2 * std::max<std::size_t>(1, lanes_.size()));
  auto batch = plan_->next({.lane = lane,
                            .source = place->second.source,
                            .bytes = std::min(bytes, std::max(share, kSmallestClaim)),
                            .rate = rate},
                           world_.now());
  if (!batch) return batch;
  for (const auto& range : batch->ranges) {
    const std::uint32_t first = plan_->numbers().first(range.file) + range.first.value();
    for (std::uint32_t piece = first; piece < first + range.count; ++piece)
      world_.rules->handed_out(self_, lane.value(), peers_.at(place->second.source), piece);
  }
  return batch;
}

void Downloader::layer_came(content::FileIndex file) {
  layers_known_[file.value()] = true;
  plan_->set_layer(file, world_.content->layers[file.value()]);
  std::vector<std::uint32_t> held;
  const auto& numbers = plan_->numbers();
  for (std::uint32_t piece = numbers.first(file); piece < numbers.first(file) + numbers.count(file);
       ++piece) {
    if (storage_->held.has(piece)) held.push_back(piece);
  }
  offer_pieces(held);
  wake_lanes();
}

void Downloader::pieces_came(LaneId lane, const std::vector<std::uint32_t>& pieces) {
  for (const std::uint32_t piece : pieces) {
    world_.rules->arrived(self_, piece);
    for (const auto& elsewhere : plan_->arrived(lane, piece, world_.now())) {
      const auto other = lanes_.find(elsewhere.lane);
      if (other != lanes_.end()) other->second.lane->take_back(piece);
    }
  }
  offer_pieces(pieces);
  if (plan_->done()) wake_lanes();
}

void Downloader::offer_pieces(const std::vector<std::uint32_t>& pieces) {
  std::vector<std::uint32_t> out;
  for (const std::uint32_t piece : pieces) {
    const content::FileIndex file = plan_->numbers().at(piece).file;
    if (world_.content->layers[file.value()] == nullptr || layers_known_[file.value()]) out.push_back(piece);
  }
  serving_->offer(out);
}

void Downloader::heard_pieces(LaneId lane, const std::vector<std::uint32_t>& pieces) {
  const auto place = lanes_.find(lane);
  if (place == lanes_.end()) return;
  const SourceId source = place->second.source;
  if (!plan_) {
    auto& early = active_.at(source).holdings;
    early.insert(early.end(), pieces.begin(), pieces.end());
    return;
  }
  plan_->add_holdings(source, pieces);
  for (auto& [id, other] : lanes_) {
    if (other.source == source) other.lane->wake();
  }
}

void Downloader::heard_providers(LaneId /*lane*/, const std::vector<Answer::Provider>& providers) {
  if (storage_->held.is_full()) return;
  for (const auto& provider : providers) {
    if (serving_->hear(provider)) offer_source(provider.peer, FoundBy::kExchange);
  }
  turn_soon();
}

bool Downloader::is_stuck(Seconds patience) const {
  if (!plan_ || complete_ || !running_ || world_.now() - progress_at_ < patience) return false;
  return std::any_of(lanes_.begin(), lanes_.end(), [&](const auto& entry) {
    const Lane& lane = *entry.second.lane;
    return lane.is_idle() && world_.scenario->members.at(lane.source()).conduct == Conduct::kHonest &&
           plan_->is_useful(entry.second.source);
  });
}

std::string Downloader::to_text() const {
  std::string out = fmt::format("{}: {} of {} pieces, active {}, waiting {}, free {} bytes; lanes:", self_,
                                storage_->held.count(), storage_->held.total(), pool_.active(),
                                pool_.waiting(), plan_ ? plan_->free_bytes() : 0);
  for (const auto& [id, place] : lanes_) {
    out += fmt::format(" {}→{}{}", id.value(), place.lane->source(), place.lane->is_idle() ? " idle" : "");
  }
  return out;
}

}  // namespace covey::sim
