#include "sim/simulation.hpp"

#include <fmt/format.h>

namespace covey::sim {
namespace {

constexpr Seconds kLongest{3600};
/// Two that stall can keep a piece to themselves for a minute each, and several pairs one after the other.
constexpr Seconds kStuckPatience{400};
constexpr Seconds kWatch{5};
/// When a piece comes from a second source first, what the first one has on its way comes in vain: what
/// buffers hold, and a piece that is being sent. A slow lane may lose its first window so, piece by piece.
/// Beyond that half of the content is the most, where all sources are slow; on average over many swarms it is
/// far less.
constexpr std::uint64_t kOnItsWay = (512U << 10) + content::kMinPieceSize;
constexpr std::uint64_t kOfEachLane = swarm::RequestWindow::kFirst + kOnItsWay;

}  // namespace

Simulation::Simulation(const Scenario& scenario, Mistake mistake)
    : scenario_(&scenario),
      mistake_(mistake),
      content_(scenario),
      rules_(timeline_, content_),
      network_(timeline_, scenario, scenario.seed),
      world_{.timeline = &timeline_,
             .network = &network_,
             .scenario = &scenario,
             .content = &content_,
             .rules = &rules_} {
  for (Peer peer = 0; peer < scenario.members.size(); ++peer) {
    const Member& member = scenario.members[peer];
    auto& place = *participants_.emplace_back(std::make_unique<Participant>(world_, peer));
    network_.serve(peer, &place.serving);
    if (member.role != Role::kDownloader) {
      for (std::uint32_t piece = 0; piece < content_.total(); ++piece) {
        place.storage.held.insert(piece);
        place.storage.values[piece] = content_.truth(piece);
      }
    }
    timeline_.at(Timeline::from_begin(member.joins), [this, peer] { appear(peer); });
    for (const Absence& absence : member.absences) {
      if (absence.from <= member.joins) continue;
      timeline_.at(Timeline::from_begin(absence.from),
                   [this, peer, absence] { disappear(peer, absence.silent); });
      timeline_.at(Timeline::from_begin(absence.until), [this, peer] { appear(peer); });
    }
  }
  timeline_.after(kWatch, [this] { watch(); });
}

std::vector<Peer> Simulation::online() const {
  std::vector<Peer> out;
  for (Peer peer = 1; peer < participants_.size(); ++peer) {
    if (network_.is_online(peer)) out.push_back(peer);
  }
  for (unsigned i = 0; i < scenario_->bogus_at_tracker; ++i) out.push_back(kBogus * 100 + i);
  return out;
}

void Simulation::appear(Peer peer) {
  if (network_.is_online(peer)) return;
  network_.bring_back(peer);
  Participant& place = *participants_[peer];
  if (scenario_->members[peer].role == Role::kDownloader) {
    place.runs.push_back(std::make_unique<Downloader>(world_, peer, place.storage, place.serving, mistake_,
                                                      [this] { return online(); }));
    place.runs.back()->begin();
    return;
  }
  place.serving.begin();
  std::vector<std::uint32_t> all(content_.total());
  for (std::uint32_t piece = 0; piece < all.size(); ++piece) all[piece] = piece;
  place.serving.offer(all);
  // It knows its owner, and says where it is.
  if (peer != kOwnerPeer) {
    participants_[kOwnerPeer]->serving.hear({.peer = peer, .issued_at = timeline_.now()});
    return;
  }
  for (Peer other = 1; other < participants_.size(); ++other) {
    if (network_.is_online(other) && scenario_->members[other].role != Role::kDownloader)
      place.serving.hear({.peer = other, .issued_at = timeline_.now()});
  }
}

void Simulation::disappear(Peer peer, bool silent) {
  if (!network_.is_online(peer)) return;
  network_.take_away(peer, silent);
  Participant& place = *participants_[peer];
  place.serving.end();
  if (!place.runs.empty()) place.runs.back()->kill();
}

void Simulation::watch() {
  for (const auto& place : participants_) {
    if (place->runs.empty()) continue;
    const Downloader& run = *place->runs.back();
    if (run.failure()) rules_.broken(fmt::format("{} has failed: {}", run.self(), *run.failure()));
    if (run.is_stuck(kStuckPatience)) rules_.broken("stuck, " + run.to_text());
  }
  timeline_.after(kWatch, [this] { watch(); });
}

bool Simulation::is_done(Peer peer) const {
  const auto& runs = participants_[peer]->runs;
  return scenario_->members[peer].role != Role::kDownloader || (!runs.empty() && runs.back()->is_complete());
}

bool Simulation::all_done() const {
  for (Peer peer = 0; peer < participants_.size(); ++peer) {
    if (!is_done(peer)) return false;
  }
  return true;
}

Outcome Simulation::run() {
  timeline_.run(kLongest, [this] { return all_done() || !rules_.broken().empty(); });
  Outcome out;
  out.seconds = timeline_.elapsed();
  out.quiet_until_done = std::max(0.0, out.seconds - scenario_->quiet.count());
  out.content_bytes = content_.bytes;
  for (Peer peer = 0; peer < participants_.size(); ++peer) {
    const auto& runs = participants_[peer]->runs;
    if (scenario_->members[peer].role == Role::kDownloader) ++out.downloads;
    if (!is_done(peer) && rules_.broken().empty())
      rules_.broken(runs.empty() ? "never began" : "not complete, " + runs.back()->to_text());
  }
  check_waste(out);
  out.broken = rules_.broken();
  return out;
}

void Simulation::check_waste(Outcome& out) {
  for (Peer peer = 0; peer < participants_.size(); ++peer) {
    if (participants_[peer]->runs.empty()) continue;
    const auto& waste = rules_.waste(peer);
    const std::uint64_t wasted = waste.again + waste.wrong;
    const std::uint64_t allowed = content_.bytes / 2 + waste.lanes.size() * kOfEachLane +
                                  waste.liars.size() * swarm::RequestWindow::kFirst;
    if (wasted > allowed)
      rules_.broken(fmt::format("{} wasted {} bytes, {} are allowed", peer, wasted, allowed));
    if (wasted < out.wasted_again + out.wasted_wrong) continue;
    out.wasted_again = waste.again;
    out.wasted_wrong = waste.wrong;
    out.liars_met = waste.liars.size();
  }
}

}  // namespace covey::sim
