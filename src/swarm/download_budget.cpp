#include "swarm/download_budget.hpp"

#include <algorithm>

namespace covey::swarm {
namespace {

template <typename Map, typename Key>
auto* find_in(Map& map, const Key& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : &found->second;
}

}  // namespace

DownloadBudget::DownloadBudget(const NodeLimits& limits)
    : total_(limits.total.down), per_peer_(limits.per_peer.down) {}

void DownloadBudget::set_limits(const NodeLimits& limits, SteadyTime now) {
  total_.set_rate(limits.total.down, now);
  per_peer_ = limits.per_peer.down;
  if (!per_peer_) peers_.clear();
  for (auto& [id, bucket] : peers_) bucket.set_rate(per_peer_, now);
}

void DownloadBudget::set_transfer_rate(TransferKey transfer, Rate rate, SteadyTime now) {
  if (!rate) {
    transfers_.erase(transfer);
  } else if (TokenBucket* const bucket = find_in(transfers_, transfer)) {
    bucket->set_rate(rate, now);
  } else {
    transfers_.emplace(transfer, TokenBucket(rate));
  }
}

std::uint64_t DownloadBudget::allow(TransferKey transfer, const identity::PeerId& peer, std::uint64_t wanted,
                                    SteadyTime now) const {
  if (unlimited()) return wanted;
  std::uint64_t allowed = std::min(wanted, total_.available(now));
  if (per_peer_) {
    const TokenBucket* const bucket = find_in(peers_, peer);
    allowed =
        std::min(allowed, bucket != nullptr ? bucket->available(now) : TokenBucket(per_peer_).available(now));
  }
  if (const TokenBucket* const bucket = find_in(transfers_, transfer))
    allowed = std::min(allowed, bucket->available(now));
  return allowed;
}

SteadyTime DownloadBudget::ready_at(TransferKey transfer, const identity::PeerId& peer,
                                    SteadyTime now) const {
  SteadyTime at = total_.ready_at(now);
  if (const TokenBucket* const bucket = find_in(peers_, peer)) at = std::max(at, bucket->ready_at(now));
  if (const TokenBucket* const bucket = find_in(transfers_, transfer))
    at = std::max(at, bucket->ready_at(now));
  return at;
}

void DownloadBudget::spend(TransferKey transfer, const identity::PeerId& peer, std::uint64_t bytes,
                           SteadyTime now) {
  if (unlimited()) return;
  total_.spend(bytes, now);
  if (per_peer_) bucket_of(peer, now).spend(bytes, now);
  if (TokenBucket* const bucket = find_in(transfers_, transfer)) bucket->spend(bytes, now);
}

void DownloadBudget::give_back(TransferKey transfer, const identity::PeerId& peer, std::uint64_t bytes,
                               SteadyTime now) {
  if (unlimited()) return;
  total_.give_back(bytes, now);
  if (TokenBucket* const bucket = find_in(peers_, peer)) bucket->give_back(bytes, now);
  if (TokenBucket* const bucket = find_in(transfers_, transfer)) bucket->give_back(bytes, now);
}

TokenBucket& DownloadBudget::bucket_of(const identity::PeerId& peer, SteadyTime now) {
  if (peers_.size() >= tidy_at_) {
    // A full bucket is as good as a new one.
    std::erase_if(peers_, [&](const auto& entry) { return entry.second.full(now); });
    tidy_at_ = std::max<std::size_t>(64, 2 * peers_.size());
  }
  return peers_.try_emplace(peer, per_peer_).first->second;
}

}  // namespace covey::swarm
