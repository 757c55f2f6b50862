#include "cli/daemon_watch.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

#include "cli/interruption.hpp"
#include "cli/progress_bar.hpp"
#include "cli/progress_writer.hpp"

namespace covey::cli {
namespace {

constexpr std::string_view kAskedOwner =
    "the owner is asked and has to approve it; the download begins by itself then. Ctrl-C leaves the request "
    "standing";

/// Owners whose rules or trust let somebody in answer at once; a person does not.
constexpr std::chrono::seconds kQuickAnswer{2};

/// One look at the event stream: shown, and ended by the user or by what it waits for.
class Watching {
 public:
  explicit Watching(Session& session, LiveForm form = LiveForm::kBars)
      : session_(session),
        interruption_([this] { stop_.request_stop(); }),
        writer_(session.console(), session.progress_mode(), form) {}

  [[nodiscard]] ProgressWriter& writer() { return writer_; }

  /// follow() ends by then, without an error. Once.
  void end_within(std::chrono::milliseconds patience) {
    impatience_ = std::jthread([this, patience](const std::stop_token& called_off) {
      std::mutex mutex;
      std::unique_lock lock(mutex);
      std::condition_variable_any never;
      never.wait_for(lock, called_off, patience, [] { return false; });
      if (called_off.stop_requested()) return;
      impatient_ = true;
      stop_.request_stop();
    });
  }
  /// It need not, after all.
  void stay() { impatience_.request_stop(); }
  [[nodiscard]] bool gave_up() const { return impatient_; }

  /// Until `on_event` has enough. kCancelled if the user interrupts.
  Result<> follow(const std::string& transfer, const std::function<api::Watch(const api::Event&)>& on_event) {
    const auto followed = session_.daemon().events(on_event, stop_.get_token(), transfer);
    const bool interrupted = interruption_.happened();
    writer_.end(interrupted ? ProgressFeed::Bars::kKeep : ProgressFeed::Bars::kRemove);
    if (interrupted) return covey::fail(ErrorCode::kCancelled, "stopped watching; the daemon goes on");
    if (impatient_) return {};
    return followed;
  }

 private:
  Session& session_;
  std::stop_source stop_;
  Interruption interruption_;  // before the writer, whose thread must not take the signals
  ProgressWriter writer_;
  std::atomic<bool> impatient_ = false;
  std::jthread impatience_;
};

}  // namespace

Result<api::TransferView> watch_transfer(const std::string& id, Approval approval, Session& session) {
  Watching watching(session);
  bool waits = false;  // for the owner
  std::optional<api::TransferView> last;
  const auto followed = watching.follow(id, [&](const api::Event& event) {
    if (event.removed_transfer == id) return api::Watch::kEnough;
    if (!event.transfer || event.transfer->id != id) return api::Watch::kGoOn;
    watching.writer().transfer(*event.transfer);
    last = event.transfer;
    const bool waited = std::exchange(waits, last->state == api::TransferState::kWaitingApproval);
    if (waits && !waited && approval == Approval::kReport) watching.end_within(kQuickAnswer);
    if (!waits) watching.stay();
    if (waits && !waited && approval == Approval::kAwait) watching.writer().say(kAskedOwner);
    const bool done = is_over(last->state) || last->state == api::TransferState::kPaused;
    return done ? api::Watch::kEnough : api::Watch::kGoOn;
  });
  if (!followed && followed.error().code == ErrorCode::kCancelled && waits) {
    return covey::fail(
        ErrorCode::kCancelled,
        "stopped watching; the request stands, and the download begins by itself when the owner "
        "approves it");
  }
  if (!followed) return std::unexpected(followed.error());
  // The answer came in the moment of giving up.
  if (watching.gave_up() && last && !waits) return watch_transfer(id, approval, session);
  if (!last) {
    return covey::fail(ErrorCode::kNotFound, "there is no transfer '{}'; covey transfers lists them",
                       printable(id));
  }
  return std::move(*last);
}

Result<api::TransferView> watch_while(const api::TransferView& begun, Session& session) {
  Watching watching(session);
  api::TransferView last = begun;
  const auto followed = watching.follow(begun.id, [&](const api::Event& event) {
    if (event.removed_transfer == begun.id) return api::Watch::kEnough;
    if (!event.transfer || event.transfer->id != begun.id) return api::Watch::kGoOn;
    last = *event.transfer;
    if (last.state != begun.state) return api::Watch::kEnough;
    watching.writer().transfer(last);
    return api::Watch::kGoOn;
  });
  if (!followed) return std::unexpected(followed.error());
  if (last.state == begun.state) {
    return covey::fail(ErrorCode::kNotFound, "transfer {} was removed meanwhile", printable(begun.id));
  }
  return last;
}

Result<api::ShareView> watch_hashing(const api::ShareView& share, Session& session) {
  Watching watching(session);
  api::ShareView last = share;
  const auto followed = watching.follow({}, [&](const api::Event& event) {
    if (event.removed_share == share.id) return api::Watch::kEnough;
    if (!event.share || event.share->id != share.id) return api::Watch::kGoOn;
    last = *event.share;
    if (last.state != api::ShareState::kHashing) return api::Watch::kEnough;
    watching.writer().hashing(last);
    return api::Watch::kGoOn;
  });
  if (!followed) return std::unexpected(followed.error());
  if (last.state == api::ShareState::kHashing) {
    return covey::fail(ErrorCode::kNotFound, "the share was taken back before it was ready");
  }
  return last;
}

Result<> watch_all(Session& session) {
  Watching watching(session, LiveForm::kBoard);
  std::map<std::string, api::TransferState> seen;
  return watching.follow({}, [&](const api::Event& event) {
    if (event.limits) watching.writer().limits(*event.limits);
    if (event.removed_transfer) watching.writer().removed(*event.removed_transfer);
    if (event.transfer) {
      // What was over before the watch began is history, not news.
      const bool is_new = seen.insert_or_assign(event.transfer->id, event.transfer->state).second;
      if (!is_new || !is_over(event.transfer->state)) watching.writer().transfer(*event.transfer);
    }
    return api::Watch::kGoOn;
  });
}

}  // namespace covey::cli
