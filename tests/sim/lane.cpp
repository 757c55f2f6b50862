#include "sim/lane.hpp"

#include "sim/downloader.hpp"

namespace covey::sim {
namespace {

constexpr Seconds kAnswerDeadline{30};
constexpr Seconds kStallDeadline{60};
constexpr Seconds kLookAgain{0.5};
/// What goes from thread to thread takes up to this long.
constexpr double kHandover = 1e-3;

}  // namespace

Lane::Lane(World world, Downloader& owner, swarm::LaneId id, Peer source)
    : world_(world),
      owner_(&owner),
      id_(id),
      source_(source),
      random_(static_cast<std::minstd_rand::result_type>(world.scenario->seed * 31 + id.value() * 7 + 1)) {}

void Lane::to_network(std::move_only_function<void()> what) {
  const Seconds delay(std::generate_canonical<double, 16>(random_) * kHandover);
  last_to_network_ = std::max(last_to_network_, world_.now() + Timeline::steady(delay));
  world_.timeline->at(last_to_network_, [owner = owner_, what = std::move(what)]() mutable {
    if (owner->is_running()) what();
  });
}

void Lane::to_lane(std::move_only_function<void()> what) {
  const Seconds delay(std::generate_canonical<double, 16>(random_) * kHandover);
  last_to_lane_ = std::max(last_to_lane_, world_.now() + Timeline::steady(delay));
  world_.timeline->at(last_to_lane_, [this, what = std::move(what)]() mutable {
    if (state_ != State::kEnded) what();
  });
}

void Lane::begin() {
  to_lane([this] { world_.network->connect(owner_->self(), source_, *this); });
}

void Lane::stop() {
  to_lane([this] { finish(Ending::kStopped); });
}

void Lane::wake() {
  to_lane([this] {
    ++woken_;
    changed();
  });
}

void Lane::take_back(std::uint32_t piece) {
  to_lane([this, piece] {
    const auto asked = asked_.find(piece);
    if (asked == asked_.end()) return;
    asked_bytes_ -= asked->second;
    taken_back_.insert(piece);
    asked_.erase(asked);
    to_take_back_.push_back(piece);
    changed();
  });
}

void Lane::introduce(Answer::Provider self) {
  to_lane([this, self] {
    world_.network->ask(*connection_, {.kind = Question::Kind::kIntroduce, .ranges = {}, .provider = self});
  });
}

void Lane::on_connected(Connection* connection) {
  if (state_ == State::kEnded) {
    if (connection != nullptr) world_.network->close(*connection);
    return;
  }
  connection_ = connection;
  if (connection == nullptr) return finish(Ending::kPassing);
  opened_at_ = world_.now();
  expect_answer(State::kOpening);
  world_.network->ask(*connection_, {.kind = Question::Kind::kOpen, .ranges = {}, .provider = {}});
}

void Lane::expect_answer(State state) {
  state_ = state;
  world_.timeline->after(kAnswerDeadline, [this, state] {
    if (state_ == state) finish(Ending::kPassing);
  });
}

void Lane::fetch_list_of_files() {
  to_lane([this] {
    expect_answer(State::kListing);
    world_.network->ask(*connection_, {.kind = Question::Kind::kManifest, .ranges = {}, .provider = {}});
  });
}

void Lane::work() {
  to_lane([this] {
    state_ = State::kWorking;
    pump();
  });
}

void Lane::finish(Ending ending) {
  if (state_ == State::kEnded) return;
  state_ = State::kEnded;
  tell_pieces();
  if (connection_ != nullptr) world_.network->close(*connection_);
  to_network([this, ending] { owner_->lane_ended(id_, ending); });
}

void Lane::on_answer(Answer answer) {
  if (state_ == State::kEnded) return;
  switch (answer.kind) {
    case Answer::Kind::kRefused:
      return finish(Ending::kRefused);
    case Answer::Kind::kOpened: {
      state_ = State::kWaiting;
      const Seconds round_trip = world_.now() - opened_at_;
      window_.set_round_trip(round_trip);
      return to_network([this, partial = answer.partial] { owner_->lane_opened(id_, partial); });
    }
    case Answer::Kind::kManifest:
      state_ = State::kWaiting;
      return to_network([this] { owner_->list_of_files_came(id_); });
    case Answer::Kind::kHave:
      return to_network([this, pieces = std::move(answer.pieces)] { owner_->heard_pieces(id_, pieces); });
    case Answer::Kind::kProviders:
      return to_network(
          [this, providers = std::move(answer.providers)] { owner_->heard_providers(id_, providers); });
    case Answer::Kind::kLayer:
      return take_layer(answer);
    case Answer::Kind::kPiece:
      return take_piece(answer);
  }
}

/// The loop of a lane: asks for work while its window has room.
void Lane::pump() {
  if (state_ != State::kWorking || claiming_) return;
  if (!to_take_back_.empty()) {
    Question cancel{.kind = Question::Kind::kCancel, .ranges = {}, .provider = {}};
    for (const std::uint32_t piece : std::exchange(to_take_back_, {}))
      cancel.ranges.push_back({.first = piece});
    if (owner_->mistake() != Mistake::kTakesNothingBack) world_.network->ask(*connection_, std::move(cancel));
  }
  if (!wants_work()) return wait();
  if (asked_.empty()) window_.idle(world_.now());
  claiming_ = true;
  const std::uint64_t bytes = window_.bytes() - std::min(window_.bytes(), asked_bytes_);
  to_network([this, bytes, rate = window_.rate(), before = woken_] {
    to_lane([this, before, batch = owner_->claim(id_, bytes, rate)]() mutable {
      claimed(std::move(batch), before);
    });
  });
}

void Lane::claimed(std::optional<swarm::Batch> batch, std::uint64_t woken_before) {
  claiming_ = false;
  if (batch) {
    request(*batch);
    return pump();
  }
  if (asked_.empty() && owner_->storage().held.is_full()) return finish(Ending::kDone);
  if (woken_before != woken_) return pump();
  wait();
}

void Lane::request(const swarm::Batch& batch) {
  for (const auto& [file, layer] : batch.layers) layers_.insert(file.value());
  std::unordered_set<std::uint32_t> wanted;
  for (const content::FileIndex file : batch.layers_wanted) wanted.insert(file.value());
  layers_coming_.insert(wanted.begin(), wanted.end());
  Question fetch{.kind = Question::Kind::kFetch, .ranges = {}, .provider = {}};
  for (const auto& range : batch.ranges) {
    const std::uint32_t first = world_.content->numbers.first(range.file) + range.first.value();
    const std::uint32_t file = range.file.value();
    fetch.ranges.push_back(
        {.first = first, .count = range.count, .file = file, .layer = wanted.erase(file) > 0});
    for (std::uint32_t piece = first; piece < first + range.count; ++piece)
      asked_.emplace(piece, world_.content->length(piece));
  }
  if (asked_bytes_ == 0) quiet_since_ = world_.now();
  window_.asked(world_.now());
  asked_bytes_ += batch.bytes;
  world_.rules->requested(owner_->self(), id_.value(), source_);
  world_.network->ask(*connection_, std::move(fetch));
}

void Lane::wait() {
  waiting_ = true;
  const std::uint64_t number = ++waits_;
  const bool idle = asked_.empty();
  if (!idle && owner_->mistake() == Mistake::kWaitsForEver) return;
  if (owner_->mistake() == Mistake::kRestartsPatience) quiet_since_ = world_.now();
  const SteadyTime until =
      idle ? world_.now() + Timeline::steady(kLookAgain) : quiet_since_ + Timeline::steady(kStallDeadline);
  world_.timeline->at(until, [this, number] {
    if (!waiting_ || number != waits_ || state_ != State::kWorking) return;
    waiting_ = false;
    if (!asked_.empty() && world_.now() - quiet_since_ >= kStallDeadline) return finish(Ending::kPassing);
    pump();
  });
}

void Lane::changed() {
  if (!std::exchange(waiting_, false)) return;
  pump();
}

void Lane::take_layer(const Answer& answer) {
  if (answer.value == 0) world_.rules->lied(owner_->self(), source_);
  if (layers_coming_.erase(answer.number) == 0 || answer.value == 0) return finish(Ending::kLie);
  layers_.insert(answer.number);
  to_network([this, file = answer.number] { owner_->layer_came(content::FileIndex(file)); });
}

void Lane::take_piece(const Answer& answer) {
  const std::uint32_t piece = answer.number;
  const std::uint32_t length = world_.content->length(piece);
  const auto asked = asked_.find(piece);
  if (asked == asked_.end()) {
    world_.rules->wasted(owner_->self(), length, 0);
    if (taken_back_.erase(piece) > 0) return;
    world_.rules->lied(owner_->self(), source_);
    return finish(Ending::kLie);
  }
  const content::FileIndex file = world_.content->numbers.at(piece).file;
  const bool provable = world_.content->layers[file.value()] == nullptr || layers_.contains(file.value());
  const bool right = answer.value == world_.content->truth(piece);
  if (!right) world_.rules->lied(owner_->self(), source_);
  if (!provable) return finish(Ending::kLie);
  if (!right && owner_->mistake() != Mistake::kBelievesAll) {
    world_.rules->wasted(owner_->self(), 0, length);
    return finish(Ending::kLie);
  }
  Storage& storage = owner_->storage();
  world_.rules->stored(owner_->self(), piece, answer.value);
  if (!storage.held.insert(piece)) world_.rules->wasted(owner_->self(), length, 0);
  storage.values[piece] = answer.value;
  owner_->note_progress();
  report(piece);
  received_ += length;
  quiet_since_ = world_.now();
  window_.arrived(length, world_.now());
  const bool wanted_before = wants_work();
  asked_bytes_ -= length;
  asked_.erase(asked);
  if (wants_work() != wanted_before || asked_.empty()) changed();
}

void Lane::report(std::uint32_t piece) {
  unreported_.push_back(piece);
  if (unreported_.size() == 1) world_.timeline->after(Seconds(0), [this] { tell_pieces(); });
}

void Lane::tell_pieces() {
  if (unreported_.empty()) return;
  to_network([this, pieces = std::exchange(unreported_, {})] { owner_->pieces_came(id_, pieces); });
}

}  // namespace covey::sim
