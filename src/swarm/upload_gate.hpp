#pragma once
// UploadGate: where serving coroutines wait for their turn to send (UploadTurns decides).
//
// The gate lives on the network thread. A Seat is a session's place at it and may be used from any thread, by
// one coroutine at a time: one hop to the network thread a turn is all it costs where nothing is limited. A
// seat that is closed, by anyone, by the gate's end or by a cancellation of the waiting coroutine, lets it go
// on with kCancelled. The network executor outlives all seats.

#include <memory>

#include "io/coroutine.hpp"
#include "swarm/upload_turns.hpp"

namespace covey::swarm {

class UploadGate {
 public:
  class Seat;

  /// `clock` outlives the gate.
  UploadGate(io::Executor network, const Clock& clock, const NodeLimits& limits = {});
  ~UploadGate();
  UploadGate(const UploadGate&) = delete;
  UploadGate& operator=(const UploadGate&) = delete;

  // On the network thread:
  std::shared_ptr<Seat> join(const identity::PeerId& peer, ShareKey share, Rate share_up);
  void set_limits(const NodeLimits& limits);
  void set_share_rate(ShareKey share, Rate rate);
  void set_weight(const identity::PeerId& peer, double weight);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

class UploadGate::Seat {
 public:
  struct Place;
  Seat(std::shared_ptr<State> state, std::shared_ptr<Place> place);
  /// Leaves; of a turn that it holds all counts as sent.
  ~Seat();
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;

  /// Waits for a turn: the bytes to send now, or a little more to finish a piece. `spent` is what was sent in
  /// the last one, 0 before the first. Whoever has nothing to send must not sit on a turn: pause().
  io::Awaitable<Result<std::uint64_t>> turn(std::uint64_t spent);
  /// Gives back what is left of the turn, since there is nothing to send for now.
  void pause(std::uint64_t spent);
  /// Leaves for good. May be called more than once, and while turn() waits.
  void close(std::uint64_t spent);

 private:
  std::shared_ptr<State> state_;
  std::shared_ptr<Place> place_;
};

}  // namespace covey::swarm
