#include "daemon/people_book.hpp"

#include <algorithm>

#include "audit/detectors.hpp"

namespace covey::daemon {
namespace {

/// Being seen again is written down this often at most.
constexpr std::chrono::minutes kSeenAgain{10};

bool is_judged(const Person& person) {
  return person.block || person.trusted || !person.trusted_shares.empty();
}

}  // namespace

void PeopleBook::restore(Person person) {
  const identity::PeerId peer = person.peer;
  people_.insert_or_assign(peer, std::move(person));
}

void PeopleBook::changed(const Person& person) {
  if (on_change_) on_change_(person);
}

Person& PeopleBook::at(const identity::PeerId& peer) {
  const auto found = people_.find(peer);
  if (found != people_.end()) return found->second;
  make_room();
  const WallTime now = clock_->wall();
  return people_.emplace(peer, Person{.peer = peer, .name = {}, .first_seen = now, .last_seen = now})
      .first->second;
}

/// Of those of whom nothing is thought, the one that was away for longest goes first.
void PeopleBook::make_room() {
  if (people_.size() < kMaxUnjudged) return;
  const auto unjudged = [](const auto& entry) { return !is_judged(entry.second); };
  if (static_cast<std::size_t>(std::count_if(people_.begin(), people_.end(), unjudged)) < kMaxUnjudged)
    return;
  auto oldest = people_.end();
  for (auto at = people_.begin(); at != people_.end(); ++at) {
    if (!is_judged(at->second) &&
        (oldest == people_.end() || at->second.last_seen < oldest->second.last_seen))
      oldest = at;
  }
  const identity::PeerId peer = oldest->first;
  people_.erase(oldest);
  if (on_forgotten_) on_forgotten_(peer);
}

void PeopleBook::met(const identity::PeerId& peer, const std::string& name) {
  const bool is_new = !people_.contains(peer);
  Person& person = at(peer);
  const WallTime now = clock_->wall();
  const bool renamed = !name.empty() && person.name != name;
  if (renamed) person.name = name;
  if (!is_new && !renamed && now - person.last_seen < kSeenAgain) return;
  person.last_seen = now;
  changed(person);
}

void PeopleBook::found_at(const identity::PeerId& peer, const std::vector<access::Endpoint>& addresses) {
  const auto found = people_.find(peer);
  if (found == people_.end() || addresses.empty() || found->second.addresses == addresses) return;
  found->second.addresses = addresses;
  changed(found->second);
}

void PeopleBook::calls_itself(const identity::PeerId& peer, const std::string& name) {
  const auto found = people_.find(peer);
  if (found == people_.end() || name.empty() || found->second.calls_itself == name) return;
  found->second.calls_itself = name;
  changed(found->second);
}

const Person& PeopleBook::block(const identity::PeerId& peer, Person::Block block) {
  Person& person = at(peer);
  // What a person has decided is not shortened by a detector.
  const bool stands = person.block && !person.block->by_itself && block.by_itself && is_blocked(peer);
  if (!stands) person.block = std::move(block);
  changed(person);
  return person;
}

Result<const Person*> PeopleBook::unblock(const identity::PeerId& peer) {
  const auto found = people_.find(peer);
  if (found == people_.end() || !found->second.block)
    return fail(ErrorCode::kNotFound, "the peer {} is not blocked; 'covey people' lists who is",
                peer.short_text());
  found->second.block.reset();
  changed(found->second);
  return &found->second;
}

const Person& PeopleBook::trust(const identity::PeerId& peer, const std::vector<std::string>& shares) {
  Person& person = at(peer);
  if (shares.empty()) person.trusted = true;
  for (const std::string& share : shares) {
    if (person.trusted_shares.size() < kMaxTrustedShares) person.trusted_shares.insert(share);
  }
  changed(person);
  return person;
}

Result<const Person*> PeopleBook::untrust(const identity::PeerId& peer) {
  const auto found = people_.find(peer);
  if (found == people_.end() || (!found->second.trusted && found->second.trusted_shares.empty()))
    return fail(ErrorCode::kNotFound, "the peer {} is not trusted; 'covey people' lists who is",
                peer.short_text());
  found->second.trusted = false;
  found->second.trusted_shares.clear();
  changed(found->second);
  return &found->second;
}

bool PeopleBook::is_blocked(const identity::PeerId& peer) const {
  const auto found = people_.find(peer);
  if (found == people_.end() || !found->second.block) return false;
  const auto& until = found->second.block->until;
  return !until || clock_->wall() < *until;
}

void PeopleBook::block_address(const std::string& address, WallTime until) {
  const WallTime now = clock_->wall();
  std::erase_if(addresses_, [&](const auto& entry) { return entry.second <= now; });
  if (addresses_.size() < kMaxAddresses) addresses_[address] = until;
}

bool PeopleBook::is_shut_out(const identity::PeerId& peer, const std::string& remote_address) const {
  if (addresses_.empty() || people_.contains(peer)) return false;
  const auto found = addresses_.find(audit::address_without_port(remote_address));
  return found != addresses_.end() && clock_->wall() < found->second;
}

bool PeopleBook::is_trusted(const identity::PeerId& peer, const std::string& share) const {
  const auto found = people_.find(peer);
  return found != people_.end() && !is_blocked(peer) &&
         (found->second.trusted || found->second.trusted_shares.contains(share));
}

const Person* PeopleBook::find(const identity::PeerId& peer) const {
  const auto found = people_.find(peer);
  return found == people_.end() ? nullptr : &found->second;
}

std::vector<const Person*> PeopleBook::all() const {
  std::vector<const Person*> out;
  for (const auto& [peer, person] : people_) out.push_back(&person);
  std::sort(out.begin(), out.end(),
            [](const Person* a, const Person* b) { return a->last_seen > b->last_seen; });
  return out;
}

}  // namespace covey::daemon
