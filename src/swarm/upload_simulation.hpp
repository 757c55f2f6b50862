#pragma once
// UploadSimulation: sessions with links of their own speed that take turns, in simulated time; for tests.

#include <map>

#include "swarm/upload_turns.hpp"

namespace covey::swarm {

inline identity::PeerId test_peer(unsigned number) {
  std::array<Byte, crypto::PublicKey::kSize> key{};
  key[0] = static_cast<Byte>(number);
  key[1] = static_cast<Byte>(number >> 8);
  return identity::PeerId(crypto::PublicKey::from(key));
}

class UploadSimulation {
 public:
  struct Uploader {
    unsigned peer = 0;
    ShareKey share{1};
    double bytes_per_second = 1e9;     // of its link
    std::uint64_t piece = 256U << 10;  // it sends whole ones
    bool paused = false;
    std::uint64_t sent = 0;
    SteadyTime first_turn{};
  };

  explicit UploadSimulation(const NodeLimits& limits) : turns(limits) {}

  SessionId add(Uploader uploader, Rate share_up = std::nullopt) {
    const SessionId id(++last_id_);
    turns.join(id, test_peer(uploader.peer), uploader.share, share_up, now);
    sessions.emplace(id, uploader);
    turns.want(id);
    return id;
  }
  void remove(SessionId id) {
    turns.leave(id, now);
    sessions.erase(id);
  }

  /// Wants nothing after its turn until it is resumed.
  void pause(SessionId id) { sessions.at(id).paused = true; }
  void resume(SessionId id) {
    sessions.at(id).paused = false;
    turns.want(id);
  }

  void run_for(std::chrono::nanoseconds span) {
    const SteadyTime end = now + span;
    for (;;) {
      begin_turns();
      SteadyTime next = end;
      if (!under_way_.empty()) next = std::min(next, under_way_.begin()->first);
      if (const auto at = turns.next_at()) next = std::min(next, std::max(*at, now));
      ++steps;
      now = next;
      if (now >= end) return;
      finish_turns();
    }
  }

  [[nodiscard]] std::uint64_t sent_to(unsigned peer) const {
    std::uint64_t sum = 0;
    for (const auto& [id, session] : sessions) sum += session.peer == peer ? session.sent : 0;
    return sum;
  }
  [[nodiscard]] std::uint64_t sent() const {
    std::uint64_t sum = 0;
    for (const auto& [id, session] : sessions) sum += session.sent;
    return sum;
  }
  /// Turns that a peer's sessions hold.
  [[nodiscard]] std::size_t turns_out(unsigned peer) const {
    std::size_t count = 0;
    for (const auto& [at, turn] : under_way_) {
      const auto session = sessions.find(turn.session);
      if (session != sessions.end() && session->second.peer == peer) ++count;
    }
    return count;
  }

  UploadTurns turns;
  SteadyTime now{std::chrono::hours{1}};
  std::map<SessionId, Uploader> sessions;
  std::uint64_t steps = 0;

 private:
  void begin_turns() {
    for (const Turn& turn : turns.take_turns(now)) {
      Uploader& session = sessions.at(turn.session);
      if (session.first_turn == SteadyTime{}) session.first_turn = now;
      const std::uint64_t whole = (turn.bytes + session.piece - 1) / session.piece * session.piece;
      const std::chrono::duration<double> takes(static_cast<double>(whole) / session.bytes_per_second);
      under_way_.emplace(now + std::chrono::ceil<std::chrono::nanoseconds>(takes),
                         Turn{.session = turn.session, .bytes = whole});
    }
  }
  void finish_turns() {
    while (!under_way_.empty() && under_way_.begin()->first <= now) {
      const Turn turn = under_way_.begin()->second;
      under_way_.erase(under_way_.begin());
      const auto session = sessions.find(turn.session);
      if (session == sessions.end()) continue;
      session->second.sent += turn.bytes;
      turns.spent(turn.session, turn.bytes, now);
      if (!session->second.paused) turns.want(turn.session);
    }
  }

  std::uint64_t last_id_ = 0;
  std::multimap<SteadyTime, Turn> under_way_;
};

}  // namespace covey::swarm
