#pragma once
// DownloadBudget: how many bytes may be asked for now, under the limits of this peer, of each other peer and
// of each transfer.
//
// What is asked for is spent at once, so what is under way is within the limits, too. Asking for a whole
// piece when fewer bytes are allowed makes a debt, which is paid before the next. Time is passed in. Network
// thread.

#include <unordered_map>

#include "base/strong.hpp"
#include "identity/peer_id.hpp"
#include "swarm/token_bucket.hpp"

namespace covey::swarm {

using TransferKey = Strong<struct DownloadTransferTag>;

class DownloadBudget {
 public:
  explicit DownloadBudget(const NodeLimits& limits = {});

  /// A key that no other transfer of this peer has.
  [[nodiscard]] TransferKey new_transfer() {
    ++last_transfer_;
    return last_transfer_;
  }

  void set_limits(const NodeLimits& limits, SteadyTime now);
  /// No rate forgets the transfer.
  void set_transfer_rate(TransferKey transfer, Rate rate, SteadyTime now);

  /// At most `wanted`; 0: ask again at ready_at.
  [[nodiscard]] std::uint64_t allow(TransferKey transfer, const identity::PeerId& peer, std::uint64_t wanted,
                                    SteadyTime now) const;
  [[nodiscard]] SteadyTime ready_at(TransferKey transfer, const identity::PeerId& peer, SteadyTime now) const;

  void spend(TransferKey transfer, const identity::PeerId& peer, std::uint64_t bytes, SteadyTime now);
  /// What was asked for and never came.
  void give_back(TransferKey transfer, const identity::PeerId& peer, std::uint64_t bytes, SteadyTime now);

 private:
  [[nodiscard]] bool unlimited() const { return !total_.rate() && !per_peer_ && transfers_.empty(); }
  TokenBucket& bucket_of(const identity::PeerId& peer, SteadyTime now);

  TransferKey last_transfer_;
  TokenBucket total_;
  Rate per_peer_;
  std::unordered_map<identity::PeerId, TokenBucket> peers_;  // whose bucket may not be full
  std::size_t tidy_at_ = 64;                                 // peers
  std::unordered_map<TransferKey, TokenBucket> transfers_;   // those with a rate
};

}  // namespace covey::swarm
