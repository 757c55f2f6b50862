#pragma once
// UploadSlots: which peers are served at a time when more want than may, and when one hands its place on.
//
// A slot goes to whoever has waited longest. A peer keeps it while nobody waits; else it hands it on after a
// quantum of bytes (kQuantumBytes, times its weight) or kQuantumTime, or when it has wanted nothing for
// kIdleGrace, about a round trip. What its sessions have begun by then they finish. Time is passed in.
// Single-threaded.

#include <list>
#include <vector>

#include "base/strong.hpp"
#include "swarm/token_bucket.hpp"

namespace covey::swarm {

using SessionId = Strong<struct UploadSessionTag>;

/// One peer, over all of its sessions.
struct UploadPeer {
  TokenBucket bucket;
  double weight = 1;
  double served = 0;            // bytes by weight: whoever had least is next
  std::uint64_t last_turn = 0;  // counts the turns of all, to break ties
  std::size_t turns_out = 0;
  std::size_t sessions = 0;
  SteadyTime left_at{};  // when sessions is 0
};

class UploadSlots;

/// The sessions of one peer that stand in the same line for slots.
struct UploadParty {
  enum class Place { kNone, kQueued, kHolding };

  UploadPeer* peer = nullptr;
  UploadSlots* slots = nullptr;
  std::list<SessionId> waiting;  // for a turn
  std::size_t turns_out = 0;
  std::size_t sessions = 0;
  Place place = Place::kNone;
  SteadyTime since{};            // it holds its slot
  std::uint64_t slot_bytes = 0;  // sent since then
  SteadyTime idle_since{};

  [[nodiscard]] bool idle() const { return waiting.empty() && turns_out == 0; }
};

class UploadSlots {
 public:
  static constexpr std::uint64_t kQuantumBytes = 16U << 20;
  static constexpr std::chrono::seconds kQuantumTime{10};
  static constexpr std::chrono::milliseconds kIdleGrace{250};

  explicit UploadSlots(Rate rate = std::nullopt) : bucket(rate) {}

  /// Lines up a party that wants a turn, unless it holds a slot or waits for one.
  void line_up(UploadParty& party);
  void remove(UploadParty& party);
  /// Gives free slots, and those that were held long enough, to who waits. Returns who got one.
  std::vector<UploadParty*> hand_on(std::size_t slots, SteadyTime now);

  [[nodiscard]] const std::vector<UploadParty*>& holders() const { return holders_; }
  /// When hand_on could next do something by time alone.
  [[nodiscard]] std::optional<SteadyTime> next_at() const;
  [[nodiscard]] bool empty() const { return holders_.empty() && queue_.empty(); }

  TokenBucket bucket;  // what all parties of this line share

 private:
  [[nodiscard]] static SteadyTime over_at(const UploadParty& party);
  bool free_one(SteadyTime now);
  void take_from(std::size_t holder);

  std::vector<UploadParty*> holders_;
  std::list<UploadParty*> queue_;
};

}  // namespace covey::swarm
