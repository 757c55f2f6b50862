#include <gtest/gtest.h>

#include <random>

#include "swarm/upload_simulation.hpp"

namespace covey::swarm {
namespace {

using namespace std::chrono_literals;

/// Sessions that come, go, send more or less than they may, and change limits, against the plain rules.
class Turmoil {
 public:
  explicit Turmoil(std::uint64_t seed) : random_(seed) {}
  void step();

 private:
  std::uint64_t any(std::uint64_t below) { return random_() % below; }
  Rate any_rate() { return any(2) == 0 ? Rate{} : Rate(1 + any(5'000'000)); }
  void change();
  void take();

  struct Known {
    unsigned peer;
    bool waits = false;
    bool holds = false;
  };
  std::mt19937_64 random_;
  UploadTurns turns_;
  SteadyTime now_{1h};
  std::map<SessionId, Known> sessions_;
  std::uint64_t last_ = 0;
};

void Turmoil::change() {
  if (any(50) == 0) {
    turns_.set_limits({.total = {.down = {}, .up = any_rate()},
                       .per_peer = {.down = {}, .up = any_rate()},
                       .upload_slots = any(6)},
                      now_);
  }
  if (any(30) == 0) turns_.set_share_rate(ShareKey(any(4)), any_rate(), now_);
  if (any(30) == 0) turns_.set_weight(test_peer(static_cast<unsigned>(any(8))), static_cast<double>(any(5)));
  if (any(4) == 0) {
    const SessionId id(++last_);
    sessions_[id].peer = static_cast<unsigned>(any(8));
    turns_.join(id, test_peer(sessions_[id].peer), ShareKey(any(4)), any_rate(), now_);
  }
}

void Turmoil::take() {
  std::map<unsigned, int> held;
  for (const Turn& turn : turns_.take_turns(now_)) {
    ASSERT_TRUE(sessions_.contains(turn.session));
    Known& session = sessions_.at(turn.session);
    ASSERT_TRUE(session.waits && !session.holds);
    ASSERT_GE(turn.bytes, UploadTurns::kMinTurn);
    session = {.peer = session.peer, .waits = false, .holds = true};
  }
  bool anyone_waits = false;
  bool anyone_holds = false;
  for (const auto& [id, session] : sessions_) {
    ASSERT_LE(held[session.peer] += session.holds ? 1 : 0, 4);
    anyone_waits = anyone_waits || session.waits;
    anyone_holds = anyone_holds || session.holds;
  }
  ASSERT_TRUE(!anyone_waits || anyone_holds || turns_.next_at()) << "they would wait for ever";
}

void Turmoil::step() {
  now_ += std::chrono::milliseconds(any(40));
  change();
  if (!sessions_.empty()) {
    auto place = sessions_.begin();
    std::advance(place, any(sessions_.size()));
    auto& [id, session] = *place;
    if (any(6) == 0 || sessions_.size() > 40) {
      turns_.leave(id, now_);
      sessions_.erase(place);
    } else if (session.holds) {
      turns_.spent(id, any(2U << 20), now_);
      session.holds = false;
    } else {
      turns_.want(id);
      session.waits = true;
    }
  }
  take();
}

TEST(UploadTurns, keeps_its_rules_in_any_turmoil) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  for (std::uint64_t round = 0; round < 20; ++round) {
    Turmoil turmoil(seed + round);
    for (int i = 0; i < 3000 && !testing::Test::HasFatalFailure(); ++i) turmoil.step();
  }
}

}  // namespace
}  // namespace covey::swarm
