#include "swarm/source_pool.hpp"

#include <algorithm>

#include "base/growing_pause.hpp"

namespace covey::swarm {
namespace {

using namespace std::chrono_literals;

constexpr auto kFirstPause = 500ms;
constexpr auto kLongestPause = 60s;
/// After that many failures in a row, somebody of whom only other peers spoke is forgotten.
constexpr unsigned kForgivenFailures = 6;

}  // namespace

SourcePool::Known* SourcePool::find_known(SourceId source) {
  const auto peer = peers_.find(source);
  if (peer == peers_.end()) return nullptr;
  const auto found = known_.find(peer->second);
  return found == known_.end() ? nullptr : &found->second;
}

const Source* SourcePool::find(SourceId source) const {
  const auto peer = peers_.find(source);
  if (peer == peers_.end()) return nullptr;
  const auto found = known_.find(peer->second);
  return found == known_.end() ? nullptr : &found->second.source;
}

bool SourcePool::is_blocked(SourceId source) const {
  const auto peer = peers_.find(source);
  if (peer == peers_.end()) return false;
  const auto found = known_.find(peer->second);
  return found != known_.end() && found->second.state == State::kBlocked;
}

std::optional<SourceId> SourcePool::offer(const identity::PeerId& peer,
                                          std::vector<access::Endpoint> addresses, FoundBy found_by) {
  // An owner checks its own share by fetching it from itself.
  if (peer == self_ && found_by != FoundBy::kOwner) return std::nullopt;
  if (addresses.size() > kMaxAddresses) addresses.resize(kMaxAddresses);
  const auto found = known_.find(peer);
  if (found != known_.end()) {
    Known& known = found->second;
    if (known.state == State::kBlocked) return std::nullopt;
    if (found_by <= known.source.found_by && !addresses.empty()) {
      if (known.source.addresses != addresses) known.due = {};  // perhaps there it answers
      known.source.addresses = std::move(addresses);
      known.source.found_by = found_by;
    }
    return known.source.id;
  }
  if (known_.size() >= kMaxKnown && found_by == FoundBy::kExchange) return std::nullopt;
  Known known;
  known.source = {.id = next_, .peer = peer, .addresses = std::move(addresses), .found_by = found_by};
  ++next_;
  peers_.emplace(known.source.id, peer);
  return known_.emplace(peer, std::move(known)).first->second.source.id;
}

std::vector<Source> SourcePool::take_due(SteadyTime now) {
  std::vector<Known*> due;
  for (auto& [peer, known] : known_) {
    if (known.state == State::kWaiting && known.due <= now && !known.source.addresses.empty())
      due.push_back(&known);
  }
  std::sort(due.begin(), due.end(), [](const Known* a, const Known* b) {
    return std::tie(a->failures, a->source.found_by, a->source.id) <
           std::tie(b->failures, b->source.found_by, b->source.id);
  });
  std::vector<Source> out;
  for (Known* known : due) {
    // The owner always gets its place: it alone can say that the share has ended.
    if (active_ >= kMaxActive && known->source.found_by != FoundBy::kOwner) continue;
    known->state = State::kActive;
    ++active_;
    out.push_back(known->source);
  }
  return out;
}

std::optional<SteadyTime> SourcePool::next_due() const {
  std::optional<SteadyTime> out;
  for (const auto& [peer, known] : known_) {
    if (known.state != State::kWaiting || known.source.addresses.empty()) continue;
    if (active_ >= kMaxActive && known.source.found_by != FoundBy::kOwner) continue;
    if (!out || known.due < *out) out = known.due;
  }
  return out;
}

void SourcePool::delivered(SourceId source) {
  if (Known* const known = find_known(source)) known->failures = 0;
}

void SourcePool::lost(SourceId source, SteadyTime now, double jitter) {
  Known* const known = find_known(source);
  if (known == nullptr || known->state != State::kActive) return;
  --active_;
  known->state = State::kWaiting;
  known->due = now + growing_pause(kFirstPause, kLongestPause, known->failures, jitter);
  if (++known->failures < kForgivenFailures || known->source.found_by == FoundBy::kOwner) return;
  const identity::PeerId peer = known->source.peer;
  peers_.erase(source);
  known_.erase(peer);
}

void SourcePool::block(SourceId source, std::string reason) {
  Known* const known = find_known(source);
  if (known == nullptr || known->state == State::kBlocked) return;
  if (known->state == State::kActive) --active_;
  known->state = State::kBlocked;
  blocked_.push_back({.peer = known->source.peer, .reason = std::move(reason)});
}

std::size_t SourcePool::waiting() const {
  return static_cast<std::size_t>(std::count_if(known_.begin(), known_.end(), [](const auto& entry) {
    return entry.second.state == State::kWaiting && !entry.second.source.addresses.empty();
  }));
}

}  // namespace covey::swarm
