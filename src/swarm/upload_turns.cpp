#include "swarm/upload_turns.hpp"

#include <algorithm>

namespace covey::swarm {
namespace {

/// How long debts outlive the last session, so that coming back does not pay.
constexpr std::chrono::seconds kRemembered{60};
constexpr std::chrono::seconds kTidyEvery{10};

void keep_sooner(std::optional<SteadyTime>& next, SteadyTime at) {
  next = next ? std::min(*next, at) : at;
}

void settle(TokenBucket& bucket, std::uint64_t given, std::uint64_t used, SteadyTime now) {
  if (used > given) bucket.spend(used - given, now);
  if (used < given) bucket.give_back(given - used, now);
}

}  // namespace

UploadTurns::UploadTurns(const NodeLimits& limits) : limits_(limits), total_(limits.total.up) {}

void UploadTurns::set_limits(const NodeLimits& limits, SteadyTime now) {
  limits_ = limits;
  total_.set_rate(limits.total.up, now);
  for (auto& [id, peer] : peers_) peer.bucket.set_rate(limits.per_peer.up, now);
}

void UploadTurns::set_share_rate(ShareKey key, Rate rate, SteadyTime now) {
  const auto found = shares_.find(key);
  if (found == shares_.end() || found->second.slots.bucket.rate() == rate) return;
  Share& share = found->second;
  const bool moves = share.slots.bucket.rate().has_value() != rate.has_value();
  std::vector<std::pair<SessionId, bool>> moved;  // and whether it waits
  for (auto& [id, session] : sessions_) {
    if (!moves || session.share != key) continue;
    moved.emplace_back(id, session.waiting.has_value());
    exit(session, now);
  }
  share.slots.bucket.set_rate(rate, now);
  for (const auto& [id, waits] : moved) {
    Session& session = sessions_.at(id);
    enter(session, now);
    if (waits) line_up(id, session);
  }
}

void UploadTurns::set_weight(const identity::PeerId& id, double weight) {
  weight = std::clamp(weight, 0.01, 100.0);
  weights_[id] = weight;
  if (weight == 1.0) weights_.erase(id);
  if (const auto peer = peers_.find(id); peer != peers_.end()) peer->second.weight = weight;
}

UploadPeer& UploadTurns::peer_of(const identity::PeerId& id) {
  const auto [place, is_new] = peers_.try_emplace(id);
  if (is_new) {
    place->second.bucket = TokenBucket(limits_.per_peer.up);
    const auto weight = weights_.find(id);
    if (weight != weights_.end()) place->second.weight = weight->second;
  }
  return place->second;
}

void UploadTurns::join(SessionId id, const identity::PeerId& peer, ShareKey share, Rate share_up,
                       SteadyTime now) {
  forget_who_left(now);
  const auto [place, is_new] = sessions_.try_emplace(id, Session{.peer = peer, .share = share});
  if (!is_new) return;
  ++shares_[share].sessions;
  ++peer_of(peer).sessions;
  enter(place->second, now);
  set_share_rate(share, share_up, now);
}

void UploadTurns::leave(SessionId id, SteadyTime now) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  Session& session = found->second;
  UploadPeer& peer = peers_.at(session.peer);
  exit(session, now);
  if (session.turn) --peer.turns_out;
  --shares_.at(session.share).sessions;
  --peer.sessions;
  peer.left_at = now;
  sessions_.erase(found);
}

/// Puts a session among those of its peer that stand in the same line.
void UploadTurns::enter(Session& session, SteadyTime now) {
  UploadPeer& peer = peers_.at(session.peer);
  UploadSlots& slots = slots_of(shares_.at(session.share));
  const auto [place, is_new] = parties_.try_emplace(std::pair{&peer, &slots});
  UploadParty& party = place->second;
  if (is_new) {
    party.peer = &peer;
    party.slots = &slots;
    party.idle_since = now;
  }
  ++party.sessions;
  if (session.turn) ++party.turns_out;
  session.party = &party;
}

void UploadTurns::exit(Session& session, SteadyTime now) {
  UploadParty& party = *session.party;
  const bool was_idle = party.idle();
  if (session.waiting) party.waiting.erase(*session.waiting);
  session.waiting.reset();
  if (session.turn) --party.turns_out;
  session.party = nullptr;
  if (--party.sessions == 0) {
    party.slots->remove(party);
    if (party.slots->empty()) busy_.erase(party.slots);
    parties_.erase(std::pair{party.peer, party.slots});
  } else if (party.idle() && !was_idle) {
    party.idle_since = now;
  }
}

void UploadTurns::line_up(SessionId id, Session& session) {
  UploadParty& party = *session.party;
  if (party.waiting.empty()) catch_up(*party.peer);
  session.waiting = party.waiting.insert(party.waiting.end(), id);
  party.slots->line_up(party);
  busy_.insert(party.slots);
}

void UploadTurns::want(SessionId id) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end() || found->second.waiting || found->second.turn) return;
  line_up(id, found->second);
}

void UploadTurns::spent(SessionId id, std::uint64_t bytes, SteadyTime now) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end() || !found->second.turn) return;
  const std::uint64_t given = *std::exchange(found->second.turn, std::nullopt);
  UploadParty& party = *found->second.party;
  UploadPeer& peer = *party.peer;
  settle(total_, given, bytes, now);
  settle(peer.bucket, given, bytes, now);
  settle(party.slots->bucket, given, bytes, now);
  peer.served += (static_cast<double>(bytes) - static_cast<double>(given)) / peer.weight;
  --peer.turns_out;
  --party.turns_out;
  party.slot_bytes += bytes;
  if (party.idle()) party.idle_since = now;
}

bool UploadTurns::may_send(const UploadParty& party, SteadyTime now) const {
  return party.peer->turns_out < kMaxTurnsOut && party.peer->bucket.ready(now);
}

UploadParty* UploadTurns::next_party(SteadyTime now) {
  const auto before = [](const UploadPeer& a, const UploadPeer& b) {
    return a.served != b.served ? a.served < b.served : a.last_turn < b.last_turn;
  };
  UploadParty* next = nullptr;
  for (UploadSlots* slots : busy_) {
    const bool share_ready = slots->bucket.ready(now);
    for (UploadParty* party : slots->holders()) {
      if (party->waiting.empty()) continue;
      if (!share_ready || !may_send(*party, now)) {
        // Held up by itself or by limits of its own: that is no claim against others.
        catch_up(*party->peer);
      } else if (next == nullptr || before(*party->peer, *next->peer)) {
        next = party;
      }
    }
  }
  return next;
}

std::uint64_t UploadTurns::turn_bytes(const UploadParty& party) const {
  std::optional<std::uint64_t> slowest;
  for (const Rate rate : {limits_.total.up, limits_.per_peer.up, party.slots->bucket.rate()}) {
    if (rate) slowest = std::min(slowest.value_or(*rate), *rate);
  }
  return slowest ? std::clamp(*slowest / 20, kMinTurn, kMaxTurn) : kFreeTurn;
}

Turn UploadTurns::give_turn(UploadParty& party, SteadyTime now) {
  UploadPeer& peer = *party.peer;
  const Turn turn{.session = party.waiting.front(), .bytes = turn_bytes(party)};
  party.waiting.pop_front();
  Session& session = sessions_.at(turn.session);
  session.waiting.reset();
  session.turn = turn.bytes;
  ++party.turns_out;
  ++peer.turns_out;
  total_.spend(turn.bytes, now);
  peer.bucket.spend(turn.bytes, now);
  party.slots->bucket.spend(turn.bytes, now);
  progress_ = std::max(progress_, peer.served);
  peer.served += static_cast<double>(turn.bytes) / peer.weight;
  peer.last_turn = ++turns_given_;
  return turn;
}

std::vector<Turn> UploadTurns::take_turns(SteadyTime now) {
  for (UploadSlots* slots : busy_) {
    for (UploadParty* party : slots->hand_on(limits_.upload_slots, now)) catch_up(*party->peer);
  }
  std::vector<Turn> turns;
  while (total_.ready(now)) {
    UploadParty* const party = next_party(now);
    if (party == nullptr) break;
    turns.push_back(give_turn(*party, now));
  }
  look_ahead(now);
  return turns;
}

void UploadTurns::look_ahead(SteadyTime now) {
  next_at_.reset();
  const SteadyTime total_at = total_.ready_at(now);
  for (const UploadSlots* slots : busy_) {
    if (const auto at = slots->next_at()) keep_sooner(next_at_, *at);
    const SteadyTime share_at = std::max(total_at, slots->bucket.ready_at(now));
    for (const UploadParty* party : slots->holders()) {
      if (party->waiting.empty() || party->peer->turns_out >= kMaxTurnsOut) continue;
      keep_sooner(next_at_, std::max(share_at, party->peer->bucket.ready_at(now)));
    }
  }
}

void UploadTurns::forget_who_left(SteadyTime now) {
  if (now - tidied_at_ < kTidyEvery) return;
  tidied_at_ = now;
  std::erase_if(peers_, [&](const auto& entry) {
    const UploadPeer& peer = entry.second;
    return peer.sessions == 0 && now - peer.left_at >= kRemembered && peer.bucket.ready(now);
  });
  std::erase_if(shares_, [&](const auto& entry) {
    return entry.second.sessions == 0 && entry.second.slots.bucket.full(now);
  });
}

}  // namespace covey::swarm
