#include "swarm/upload_gate.hpp"

#include "io/gate.hpp"

namespace covey::swarm {
namespace {

/// A limit loses nothing by it: what it allows meanwhile is kept.
constexpr std::chrono::milliseconds kShortestWait{1};

}  // namespace

/// A seat's side on the network thread.
struct UploadGate::Seat::Place {
  Place(io::Executor network, SessionId session) : id(session), changed(std::move(network)) {}

  SessionId id;
  io::Gate changed;
  std::uint64_t given = 0;
  bool closed = false;
};

/// What outlives the gate while seats still refer to it.
struct UploadGate::State : std::enable_shared_from_this<UploadGate::State> {
  using Place = Seat::Place;

  State(io::Executor net, const Clock& the_clock, const NodeLimits& limits)
      : network(std::move(net)), clock(&the_clock), turns(limits), timer(std::in_place, network) {}

  io::Awaitable<Result<std::uint64_t>> turn(std::shared_ptr<Place> place, std::uint64_t spent);
  void pause(Place& place, std::uint64_t spent);
  void leave(Place& place, std::optional<std::uint64_t> spent);
  void hand_out();
  void wake_at(std::optional<SteadyTime> at);
  void close();

  io::Executor network;
  const Clock* clock;
  UploadTurns turns;
  std::unordered_map<SessionId, std::shared_ptr<Place>> places;
  std::uint64_t last_session = 0;
  std::optional<asio::steady_timer> timer;  // until the gate ends
  std::optional<SteadyTime> wakes_at;
};

io::Awaitable<Result<std::uint64_t>> UploadGate::State::turn(std::shared_ptr<Place> place,
                                                             std::uint64_t spent) {
  if (!place->closed) {
    place->given = 0;
    turns.spent(place->id, spent, clock->steady());
    turns.want(place->id);
    hand_out();
  }
  while (place->given == 0 && !place->closed) (void)co_await place->changed.wait();
  if (place->closed) co_return fail(ErrorCode::kCancelled, "stopped");
  co_return place->given;
}

void UploadGate::State::pause(Place& place, std::uint64_t spent) {
  if (place.closed) return;
  place.given = 0;
  turns.spent(place.id, spent, clock->steady());
  hand_out();
}

void UploadGate::State::leave(Place& place, std::optional<std::uint64_t> spent) {
  if (std::exchange(place.closed, true)) return;
  const SteadyTime now = clock->steady();
  if (spent) turns.spent(place.id, *spent, now);
  turns.leave(place.id, now);
  place.changed.open_all();
  places.erase(place.id);
  hand_out();
}

void UploadGate::State::hand_out() {
  for (const Turn& turn : turns.take_turns(clock->steady())) {
    Place& place = *places.at(turn.session);
    place.given = turn.bytes;
    place.changed.open_all();
  }
  wake_at(turns.next_at());
}

void UploadGate::State::wake_at(std::optional<SteadyTime> at) {
  if (!timer || at == wakes_at) return;
  wakes_at = at;
  if (!at) {
    timer->cancel();
    return;
  }
  timer->expires_after(std::max<SteadyTime::duration>(*at - clock->steady(), kShortestWait));
  timer->async_wait([weak = weak_from_this()](const std::error_code& error) {
    const auto self = weak.lock();
    if (error || !self || !self->timer) return;
    self->wakes_at.reset();
    self->hand_out();
  });
}

void UploadGate::State::close() {
  timer.reset();
  for (const auto& [id, place] : places) {
    place->closed = true;
    place->changed.open_all();
    turns.leave(id, clock->steady());
  }
  places.clear();
}

UploadGate::UploadGate(io::Executor network, const Clock& clock, const NodeLimits& limits)
    : state_(std::make_shared<State>(std::move(network), clock, limits)) {}

UploadGate::~UploadGate() {
  state_->close();
}

std::shared_ptr<UploadGate::Seat> UploadGate::join(const identity::PeerId& peer, ShareKey share,
                                                   Rate share_up) {
  const SessionId id(++state_->last_session);
  state_->turns.join(id, peer, share, share_up, state_->clock->steady());
  auto place = std::make_shared<Seat::Place>(state_->network, id);
  state_->places.emplace(id, place);
  state_->hand_out();
  return std::make_shared<Seat>(state_, std::move(place));
}

void UploadGate::set_limits(const NodeLimits& limits) {
  state_->turns.set_limits(limits, state_->clock->steady());
  state_->hand_out();
}

void UploadGate::set_share_rate(ShareKey share, Rate rate) {
  state_->turns.set_share_rate(share, rate, state_->clock->steady());
  state_->hand_out();
}

void UploadGate::set_weight(const identity::PeerId& peer, double weight) {
  state_->turns.set_weight(peer, weight);
}

UploadGate::Seat::Seat(std::shared_ptr<State> state, std::shared_ptr<Place> place)
    : state_(std::move(state)), place_(std::move(place)) {}

UploadGate::Seat::~Seat() {
  // The last of either may go with this, and timers go on the network thread.
  const io::Executor network = state_->network;
  asio::post(network,
             [state = std::move(state_), place = std::move(place_)] { state->leave(*place, std::nullopt); });
}

io::Awaitable<Result<std::uint64_t>> UploadGate::Seat::turn(std::uint64_t spent) {
  // The wait is shielded, so a cancellation closes the seat, and that ends it.
  const auto cancellation = co_await asio::this_coro::cancellation_state;
  const bool stopped = cancellation.cancelled() != asio::cancellation_type::none;
  if (stopped) co_return fail(ErrorCode::kCancelled, "stopped");
  auto slot = cancellation.slot();
  if (slot.is_connected()) {
    slot.assign([state = state_, place = place_](asio::cancellation_type) {
      asio::post(state->network, [state, place] { state->leave(*place, std::nullopt); });
    });
  }
  auto wait = [state = state_, place = place_, spent] { return state->turn(place, spent); };
  auto given = co_await io::run_on(state_->network, std::move(wait));
  if (slot.is_connected()) slot.clear();
  co_return given;
}

void UploadGate::Seat::pause(std::uint64_t spent) {
  asio::post(state_->network, [state = state_, place = place_, spent] { state->pause(*place, spent); });
}

void UploadGate::Seat::close(std::uint64_t spent) {
  asio::post(state_->network, [state = state_, place = place_, spent] { state->leave(*place, spent); });
}

}  // namespace covey::swarm
