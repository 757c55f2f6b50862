// DownloadBook's part about downloads while they run: started when it is their turn, told apart by how they
// end, and watched meanwhile.

#include <algorithm>

#include "base/log.hpp"
#include "daemon/download_entry.hpp"
#include "daemon/view_of.hpp"

namespace covey::daemon {
namespace {

using namespace std::chrono_literals;
using api::TransferState;

/// After so long without any contact a running download gives up its place; a look is one attempt.
constexpr auto kPatience = 10s;
constexpr auto kLookPatience = 0s;
constexpr auto kTendEvery = 250ms;

/// The peer or the path was away, nothing was said.
bool is_absence(ErrorCode code) {
  return code == ErrorCode::kConnectionLost || code == ErrorCode::kTimedOut ||
         code == ErrorCode::kUnreachable;
}

}  // namespace

void DownloadBook::set_places(std::size_t places) {
  queue_.set_places(places);
  for (const auto& id : queue_.surplus()) {
    const auto entry = find(id);
    if (!entry || (*entry)->stopping || !(*entry)->running) continue;
    (*entry)->wanted_after_stop = TransferState::kQueued;
    (*entry)->running->stop();
  }
  start_due();
}

void DownloadBook::start_due() {
  if (shutting_down_) return;
  for (const auto& start : queue_.due(node_->clock().steady())) {
    const auto entry = find(start.id);
    if (!entry) {
      queue_.remove(start.id);
      continue;
    }
    if (const auto launched = launch(**entry, start.turn); !launched) {
      tasks_.spawn(settle(**entry, TransferState::kFailed, launched.error()));
    }
  }
  woken_.open_all();
}

Result<> DownloadBook::launch(Entry& entry, TransferQueue::Turn turn) {
  const auto& request = entry.stored.request;
  TRY(auto share, reference_of(request));
  if (!share.secret && seeker_ != nullptr) share.grant = seeker_->grant(entry.id());
  auto whereabouts = locate(entry, share);
  swarm::DownloadOrder order{.share = std::move(share),
                             .locate = std::move(whereabouts),
                             .directory = request.directory,
                             .select = request.select,
                             .on_taken = on_taken(request.on_existing),
                             .piece_order = order_of(request.settings.piece_order),
                             .limits = limits_of(request.settings),
                             .patience = turn == TransferQueue::Turn::kRun ? kPatience : kLookPatience};
  entry.running = std::make_unique<swarm::Download>(node_->services(), std::move(order));
  entry.turn = turn;
  entry.wanted_after_stop = TransferState::kPaused;
  entry.met_peer = false;
  entry.gives_way = false;
  entry.stopping = false;
  entry.ended = std::make_shared<io::Gate>(node_->services().network);
  live_.insert(&entry);
  tasks_.spawn(run(entry));
  return {};
}

io::Awaitable<void> DownloadBook::run(Entry& entry) {
  const auto held = entry.shared_from_this();
  const auto result = co_await entry.running->run();
  entry.last_progress = entry.running->progress();
  fill(entry.stored.view, *entry.last_progress);
  live_.erase(&entry);
  auto delivered = result ? entry.running->delivered() : std::nullopt;
  if (seeker_ != nullptr && entry.running->grant()) seeker_->keep_grant(entry.id(), *entry.running->grant());
  entry.running.reset();
  const auto ended = entry.ended;
  co_await conclude(entry, result, std::move(delivered));
  ended->open_all();
  start_due();
}

io::Awaitable<void> DownloadBook::conclude(Entry& entry, const Result<std::filesystem::path>& result,
                                           std::optional<swarm::Delivered> delivered) {
  if (result) {
    if (!entry.promised_noted) watch_.spawn(note_found(entry.id(), *result));
    co_await settle(entry, TransferState::kComplete, std::nullopt);
    // Only now: a kill in between costs nothing but that it is not served on.
    if (delivered) tasks_.spawn(serve_on(entry.id(), seed_order(entry), std::move(*delivered)));
    if (entry.promised_noted && entry.owes_check()) tasks_.spawn(check_owed(entry.id()));
    co_return;
  }
  const ErrorCode code = result.error().code;
  const bool sent_back = shutting_down_ || entry.wanted_after_stop == TransferState::kQueued;
  if (sent_back && (code == ErrorCode::kCancelled || is_absence(code))) {
    const bool goes_on = !shutting_down_ && !entry.chore && !entry.leaving;
    if (goes_on) queue_.add(entry.id(), entry.stored.request.settings.priority, entry.arrival);
    back_to_queue(entry, {});
  } else if (entry.gives_way || is_absence(code)) {
    queue_.set_absent(entry.id(), node_->clock().steady());
    back_to_queue(entry,
                  entry.gives_way ? Error{ErrorCode::kUnreachable, "nobody answered"} : result.error());
  } else if (code == ErrorCode::kCancelled) {
    co_await settle(entry, entry.wanted_after_stop, std::nullopt);
  } else if (code == ErrorCode::kMustAsk && seeker_ != nullptr && !shutting_down_ && !entry.leaving) {
    co_await ask_owner_again(entry);
  } else if (code == ErrorCode::kDiskFull) {
    // Nothing is lost: once there is room, resume goes on.
    co_await settle(entry, TransferState::kPaused, result.error());
  } else {
    co_await settle(entry, TransferState::kFailed, result.error());
  }
}

io::Awaitable<void> DownloadBook::serve_on(std::string id, SeedOrder order, swarm::Delivered delivered) {
  co_await seeds_.add(std::move(order), std::move(delivered));
  const auto entry = find(id);
  const bool goes_on = entry && (*entry)->state() == TransferState::kComplete;
  if (goes_on) {
    co_await note_seed(id);
  } else {
    co_await seeds_.forget(id);
  }
}

/// How it is served on, as it is told and, once that has ended, remembered.
io::Awaitable<void> DownloadBook::note_seed(std::string id) {
  const auto entry = find(id);
  if (!entry) co_return;
  (*entry)->stored.view.seed = seeds_.view(id);
  const auto saved = co_await save(**entry);
  if (!saved) log::warn("cannot record how a download is served on: {}", to_string(saved.error()));
  tell(**entry);
}

/// The store says all the time that it is queued.
void DownloadBook::back_to_queue(Entry& entry, const Error& reason) {
  auto& view = entry.stored.view;
  view.state = TransferState::kQueued;
  view.error.reset();
  view.rate = 0;
  view.eta_seconds.reset();
  view.peers.clear();
  view.waiting_for.clear();
  if (!reason.context.empty()) view.waiting_for = fmt::format("its sender to come back ({})", reason.context);
  tell(entry);
}

io::Awaitable<void> DownloadBook::settle(Entry& entry, TransferState state, std::optional<Error> error) {
  const auto held = entry.shared_from_this();
  auto& view = entry.stored.view;
  queue_.remove(entry.id());
  view.state = state;
  view.error = std::move(error);
  view.rate = 0;
  view.eta_seconds.reset();
  view.peers.clear();
  view.waiting_for.clear();
  if (is_over(state)) view.finished_at = to_unix_ms(node_->clock().wall());
  const auto saved = co_await save(entry);
  if (!saved) log::error("cannot record a download's state: {}", to_string(saved.error()));
  tell(entry);
  start_due();
}

io::Awaitable<void> DownloadBook::stop_running(Entry& entry, TransferState then) {
  queue_.remove(entry.id());
  entry.gives_way = false;
  entry.stopping = true;
  entry.wanted_after_stop = then;
  entry.running->stop();
  const auto ended = entry.ended;
  (void)co_await ended->wait();
}

/// Looks after what runs, wakes what looks for its peer.
io::Awaitable<void> DownloadBook::tend() {
  while (true) {
    const auto now = node_->clock().steady();
    auto pause = std::chrono::duration_cast<std::chrono::milliseconds>(60s);
    if (const auto look = queue_.next_look())
      pause = std::max(1ms, std::chrono::ceil<std::chrono::milliseconds>(*look - now));
    if (!live_.empty()) pause = std::min<std::chrono::milliseconds>(pause, kTendEvery);
    const auto waited = co_await woken_.wait_for(pause);
    if (!waited && waited.error().code != ErrorCode::kTimedOut) co_return;
    const std::vector<Entry*> now_live(live_.begin(), live_.end());
    for (Entry* const entry : now_live) look_after(*entry);
    start_due();
  }
}

void DownloadBook::look_after(Entry& entry) {
  if (entry.stopping) return;
  const auto progress = entry.running->progress();
  const bool met = progress.phase == swarm::Phase::kRunning;
  if (met && entry.turn == TransferQueue::Turn::kLook) {
    entry.turn = TransferQueue::Turn::kRun;
    if (!queue_.set_found(entry.id())) {
      entry.wanted_after_stop = TransferState::kQueued;
      entry.running->stop();
    }
  }
  entry.met_peer = entry.met_peer || met;
  // One that was there a moment ago is waited for; one that did not answer at all lets others go first.
  if (!entry.met_peer && progress.phase == swarm::Phase::kWaiting && !queue_.front(1).empty()) {
    entry.gives_way = true;
    entry.running->stop();
  }
  if (!met || entry.promised_noted) return;
  entry.promised_noted = true;
  fill(entry.stored.view, progress);
  watch_.spawn(note_promised(entry.id(), entry.stored.request, progress.title));
}

io::Awaitable<void> DownloadBook::stop() {
  shutting_down_ = true;
  noting_->stop = true;
  watch_.cancel();
  for (Entry* const entry : live_) entry->running->stop();
  for (Entry* const entry : chores_) entry->chore->progress.stop = true;
  chore_ended_.open_all();
  co_await tasks_.join();
  co_await watch_.join();
  co_await seeds_.stop();
  co_await tasks_.join();
}

}  // namespace covey::daemon
