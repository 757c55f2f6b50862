// What a download tells others of itself and hears of them, and what it gives to others and to readers here.

#include <algorithm>

#include "base/log.hpp"
#include "swarm/download.hpp"
#include "swarm/part_origin.hpp"
#include "swarm/share_visit.hpp"

namespace covey::swarm {
namespace {

using namespace std::chrono_literals;

constexpr auto kIntroductionLife = 30min;
/// Sources that disagree about where they see us are not all believed.
constexpr std::size_t kMaxSeenAt = 3;

}  // namespace

bool Download::may_serve_on() const {
  const auto& said = content_.description();
  return services_.onward != nullptr && meeting_ && order_.serve_on == ServeOn::kYes &&
         order_.keep == Keep::kFiles && said && said->serve_until &&
         *said->serve_until > services_.clock->wall();
}

void Download::note_own_address(const access::Endpoint& seen) {
  const auto same = [&](const access::Endpoint& known) { return known.ip_text() == seen.ip_text(); };
  if (seen_at_.size() < kMaxSeenAt && std::none_of(seen_at_.begin(), seen_at_.end(), same))
    seen_at_.push_back(seen);
}

/// Where this peer serves the share, by its own word.
std::optional<access::SignedProviderRecord> Download::introduction() {
  if (!may_serve_on()) return std::nullopt;
  return swarm::introduce({.share = order_.share.share,
                           .reachable_at = services_.onward->reachable_at(),
                           .seen_at = seen_at_,
                           .now = services_.clock->wall(),
                           .life = kIntroductionLife},
                          *services_.local->hello.device);
}

void Download::introduce(DownloadLane& lane) {
  if (auto record = introduction()) lane.introduce(std::move(*record));
}

io::Awaitable<void> Download::keep_introductions() {
  while (true) {
    const auto slept = co_await io::sleep_for(kIntroductionLife / 2);
    if (!slept) co_return;
    std::vector<SourceId> told;
    for (auto& [id, place] : lanes_) {
      if (std::find(told.begin(), told.end(), place.source) != told.end()) continue;
      told.push_back(place.source);
      introduce(*place.lane);
    }
  }
}

void Download::begin_serving() {
  const auto& job = content_.job();
  offered_ = content::PieceSet(plan_->numbers().total());
  if (!may_serve_on() || job->folder == nullptr) return;
  auto part = std::make_shared<content::PartReading>(job->folder);
  auto served = std::make_shared<ServedShare>();
  served->name = content_.name()->text();
  served->single_file = content_.description()->kind == access::ShareKind::kFile;
  served->manifest = job->manifest;
  served->origin = std::make_unique<PartOrigin>(part, job->layers);
  served->manifest_bytes = std::move(job->manifest_bytes);
  served->manifest_layer = job->manifest_layer;
  OnwardShare share{.said = *content_.description(),
                    .description = description_,
                    .secret = std::nullopt,
                    .membership = order_.share.membership,
                    .revocations = revocations_,
                    .served = std::move(served),
                    .part = std::move(part),
                    .held = offered_,
                    .limit_up = order_.limits.up};
  if (order_.share.secret) share.secret = order_.share.secret->clone();
  services_.onward->begin(std::move(share));
  serving_ = true;
  std::vector<std::uint32_t> pieces;
  const auto held = job->pieces->held();
  for (std::uint32_t piece = 0; piece < held.total(); ++piece) {
    if (held.has(piece)) pieces.push_back(piece);
  }
  offer_pieces(pieces);
}

/// Of these, what others can verify: whose layer can be sent along.
void Download::offer_pieces(std::span<const std::uint32_t> pieces) {
  std::vector<std::uint32_t> fresh;
  for (const std::uint32_t piece : pieces) {
    const content::FileIndex file = plan_->numbers().at(piece).file;
    const bool provable =
        content_.job()->manifest->geometry(file).one_piece() || content_.job()->layers->find(file);
    if (provable && offered_.insert(piece)) fresh.push_back(piece);
  }
  if (!fresh.empty()) services_.onward->arrived(order_.share.share, fresh);
}

/// For the next run, and for what is served on after it. Lost, it is fetched again.
io::Awaitable<void> Download::keep_layer(Layer layer) {
  auto keep = [layers = services_.layers, layer = std::move(layer)] { return layers->keep(*layer); };
  (void)co_await services_.offload->run(std::move(keep));
}

std::optional<Delivered> Download::delivered() const {
  const auto& said = content_.description();
  if (!said || !said->serve_until || order_.keep == Keep::kNothing || !content_.job()) return std::nullopt;
  return Delivered{.said = *said,
                   .description = description_,
                   .manifest = content_.job()->manifest,
                   .wanted = content_.job()->wanted,
                   .membership = order_.share.membership};
}

io::Awaitable<void> Download::end_serving() {
  if (!serving_) co_return;
  serving_ = false;
  co_await services_.onward->end(order_.share.share);
}

std::shared_ptr<ContentReading> Download::reading() {
  const auto& job = content_.job();
  if (reading_ || !job || job->folder == nullptr || !plan_ || phase_ == Phase::kFailed) return reading_;
  auto prefer = [this](std::uint32_t first, std::uint32_t count) { plan_->prefer(first, count); };
  reading_ = std::make_shared<ContentReading>(services_.network, *services_.offload, *job, std::move(prefer));
  return reading_;
}

io::Awaitable<void> Download::end_reading() {
  if (!reading_) co_return;
  // The part folder may be opened anew by whoever hears that this download has ended.
  co_await reading_->end();
}

void Download::on_providers(LaneId /*lane*/, std::vector<access::SignedProviderRecord> records) {
  if (!meeting_ || content_.is_complete()) return;
  for (auto& record : records) {
    const auto heard = meeting_->add(std::move(record));
    if (!heard) log::debug("a provider's word was refused: {}", heard.error().context);
    if (heard) pool_.offer(heard->record.peer, heard->record.addresses, FoundBy::kExchange);
  }
  changed_.open_all();
}

/// Those who are known already, and those who introduce themselves to what this download serves.
void Download::listen_for_providers() {
  if (!meeting_) return;
  const auto offer = [this](const std::vector<access::SignedProviderRecord>& records) {
    for (const auto& record : records) {
      const auto said = access::verify(record, order_.share.share, services_.clock->wall());
      if (said) pool_.offer(said->peer, said->addresses, FoundBy::kExchange);
    }
  };
  const identity::PeerId& self = services_.local->hello.device->peer_id();
  offer(meeting_->providers(self));
  seat_ = meeting_->sit(self, [this, offer](const News& news) {
    offer(news.providers);
    if (!news.providers.empty()) changed_.open_all();
  });
}

}  // namespace covey::swarm
