#include "swarm/upload_slots.hpp"

#include <algorithm>

namespace covey::swarm {

void UploadSlots::line_up(UploadParty& party) {
  if (party.place != UploadParty::Place::kNone) return;
  party.place = UploadParty::Place::kQueued;
  queue_.push_back(&party);
}

void UploadSlots::remove(UploadParty& party) {
  std::erase(holders_, &party);
  if (party.place == UploadParty::Place::kQueued) queue_.remove(&party);
  party.place = UploadParty::Place::kNone;
}

SteadyTime UploadSlots::over_at(const UploadParty& party) {
  if (party.idle()) return party.idle_since + kIdleGrace;
  const double quantum = static_cast<double>(kQuantumBytes) * party.peer->weight;
  if (static_cast<double>(party.slot_bytes) >= quantum) return party.since;
  return party.since + kQuantumTime;
}

void UploadSlots::take_from(std::size_t holder) {
  UploadParty& party = *holders_[holder];
  holders_.erase(holders_.begin() + static_cast<std::ptrdiff_t>(holder));
  party.place = UploadParty::Place::kNone;
  if (!party.waiting.empty()) line_up(party);
}

bool UploadSlots::free_one(SteadyTime now) {
  // Holders stand in the order in which they got their slots.
  const auto over = std::find_if(holders_.begin(), holders_.end(),
                                 [&](const UploadParty* party) { return over_at(*party) <= now; });
  if (over == holders_.end()) return false;
  take_from(static_cast<std::size_t>(over - holders_.begin()));
  return true;
}

std::vector<UploadParty*> UploadSlots::hand_on(std::size_t slots, SteadyTime now) {
  slots = std::max<std::size_t>(1, slots);
  while (holders_.size() > slots) take_from(holders_.size() - 1);
  std::vector<UploadParty*> admitted;
  // Those who lose a slot here line up behind these and are not considered again.
  for (std::size_t waiting = queue_.size(); waiting > 0; --waiting) {
    if (holders_.size() >= slots && !free_one(now)) break;
    UploadParty* const party = queue_.front();
    queue_.pop_front();
    party->place = UploadParty::Place::kHolding;
    party->since = now;
    party->slot_bytes = 0;
    holders_.push_back(party);
    admitted.push_back(party);
  }
  return admitted;
}

std::optional<SteadyTime> UploadSlots::next_at() const {
  if (queue_.empty()) return std::nullopt;
  std::optional<SteadyTime> next;
  for (const UploadParty* party : holders_) {
    const SteadyTime at = over_at(*party);
    next = next ? std::min(*next, at) : at;
  }
  return next;
}

}  // namespace covey::swarm
