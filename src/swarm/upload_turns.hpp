#pragma once
// UploadTurns: which session may send next, and how much, so that every peer gets its part.
//
// A session is one stream of one link that serves a share; all sessions of a peer are one party. A session
// wants a turn, gets one, says what it really sent, wants again. A turn may be overdrawn to finish a piece:
// the debt is paid before anybody's limit allows more. Among those who hold a slot the peer that was sent
// least, by weight, is next; who wants nothing gathers no claim. So parts are equal over a long time,
// whatever the sizes of pieces and the numbers of sessions, and nobody waits for a slow reader. Sessions of a
// share with a limit of its own have slots of their own, so that their waiting holds up no others.
// Time is passed in. Network thread.

#include <map>
#include <set>
#include <unordered_map>

#include "identity/peer_id.hpp"
#include "swarm/upload_slots.hpp"

namespace covey::swarm {

using ShareKey = Strong<struct UploadShareTag>;

struct Turn {
  SessionId session;
  std::uint64_t bytes = 0;
};

class UploadTurns {
 public:
  /// Of a turn without limits: as much as is worth a hop between threads.
  static constexpr std::uint64_t kFreeTurn = 4U << 20;
  /// With limits a turn is 50 ms of the slowest. Less than 16 KiB is all overhead; more than 1 MiB makes
  /// others wait in jerks.
  static constexpr std::uint64_t kMinTurn = 16U << 10;
  static constexpr std::uint64_t kMaxTurn = 1U << 20;
  static constexpr std::size_t kMaxTurnsOut = 4;  // of one peer

  explicit UploadTurns(const NodeLimits& limits = {});
  UploadTurns(const UploadTurns&) = delete;
  UploadTurns& operator=(const UploadTurns&) = delete;

  void set_limits(const NodeLimits& limits, SteadyTime now);
  void set_share_rate(ShareKey share, Rate rate, SteadyTime now);
  /// 1 for everybody; 2 gets twice as much. Kept within 0.01 and 100.
  void set_weight(const identity::PeerId& peer, double weight);

  /// `share_up` becomes the share's rate. An id is used once.
  void join(SessionId session, const identity::PeerId& peer, ShareKey share, Rate share_up, SteadyTime now);
  /// A turn that it holds counts as used: say what was spent first.
  void leave(SessionId session, SteadyTime now);
  /// Nothing happens when it wants or holds a turn already.
  void want(SessionId session);
  /// What a session sent in its turn, more or less than was given; nothing happens when it holds none.
  void spent(SessionId session, std::uint64_t bytes, SteadyTime now);

  /// Call after each of the above, and at next_at().
  std::vector<Turn> take_turns(SteadyTime now);
  /// When time alone will bring a turn to somebody who waits. As of the last take_turns().
  [[nodiscard]] std::optional<SteadyTime> next_at() const { return next_at_; }

 private:
  struct Share {
    UploadSlots slots;  // used while it has a rate
    std::size_t sessions = 0;
  };
  struct Session {
    identity::PeerId peer;
    ShareKey share;
    UploadParty* party = nullptr;
    std::optional<std::list<SessionId>::iterator> waiting;
    std::optional<std::uint64_t> turn;
  };

  UploadSlots& slots_of(Share& share) { return share.slots.bucket.rate() ? share.slots : common_; }
  UploadPeer& peer_of(const identity::PeerId& id);
  void enter(Session& session, SteadyTime now);
  void exit(Session& session, SteadyTime now);
  void line_up(SessionId id, Session& session);
  [[nodiscard]] bool may_send(const UploadParty& party, SteadyTime now) const;
  void catch_up(UploadPeer& peer) const { peer.served = std::max(peer.served, progress_); }
  UploadParty* next_party(SteadyTime now);
  [[nodiscard]] std::uint64_t turn_bytes(const UploadParty& party) const;
  Turn give_turn(UploadParty& party, SteadyTime now);
  void look_ahead(SteadyTime now);
  void forget_who_left(SteadyTime now);

  NodeLimits limits_;
  TokenBucket total_;
  UploadSlots common_;
  std::unordered_map<identity::PeerId, UploadPeer> peers_;
  std::unordered_map<identity::PeerId, double> weights_;  // other than 1
  std::unordered_map<ShareKey, Share> shares_;
  std::unordered_map<SessionId, Session> sessions_;
  std::map<std::pair<UploadPeer*, UploadSlots*>, UploadParty> parties_;
  std::set<UploadSlots*> busy_;  // those with anybody in them
  double progress_ = 0;          // what the last peer to get a turn had been served by then
  std::uint64_t turns_given_ = 0;
  SteadyTime tidied_at_{};
  std::optional<SteadyTime> next_at_;
};

}  // namespace covey::swarm
