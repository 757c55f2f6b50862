#pragma once
// One download as DownloadBook keeps it; shared by the files that implement it. On the network thread.

#include "daemon/download_book.hpp"
#include "io/turns.hpp"

namespace covey::daemon {

/// A check or a move: lies over the download's own state until it is done.
struct DownloadBook::Chore {
  explicit Chore(const io::Executor& network) : ended(network) {}
  api::TransferState state = api::TransferState::kVerifying;
  CheckProgress progress;
  io::Gate ended;
};

struct DownloadBook::Entry : std::enable_shared_from_this<Entry> {
  explicit Entry(const io::Executor& network) : turns(network) {}
  StoredDownload stored;
  std::uint64_t arrival = 0;
  std::unique_ptr<swarm::Download> running;
  std::optional<swarm::TransferProgress> last_progress;  // of the last run
  TransferQueue::Turn turn = TransferQueue::Turn::kRun;
  api::TransferState wanted_after_stop = api::TransferState::kPaused;
  std::shared_ptr<io::Gate> ended;  // of this run; who waits at it holds it
  bool stopping = false;            // somebody has asked for its end, and what it is to be then
  bool met_peer = false;            // in this run
  bool gives_way = false;           // is being stopped for others, because its peer is absent
  std::shared_ptr<Chore> chore;
  bool promised_noted = false;
  bool leaving = false;  // is being removed
  io::Turns turns;       // whoever is asked to change it
  std::optional<std::uint64_t> told_position;

  [[nodiscard]] const std::string& id() const { return stored.view.id; }
  [[nodiscard]] api::TransferState state() const { return stored.view.state; }
  /// Its name on the disk, once the share has said it.
  [[nodiscard]] std::optional<content::RelativePath> name() const {
    if (stored.view.destination.empty()) return std::nullopt;
    auto parsed = content::RelativePath::parse(stored.view.title);
    return parsed ? std::optional(std::move(*parsed)) : std::nullopt;
  }
  /// The last check had to leave something out that was not whole yet.
  [[nodiscard]] bool owes_check() const { return stored.view.check && stored.view.check->unproved > 0; }
  [[nodiscard]] std::filesystem::path directory() const { return stored.request.directory; }
};

/// Running, or to run as soon as it can.
inline bool wants_to_run(api::TransferState state) {
  using enum api::TransferState;
  return state == kQueued || state == kConnecting || state == kRunning || state == kVerifying;
}

/// Nothing can be done with it any more but to look at it.
inline bool is_over(api::TransferState state) {
  return state == api::TransferState::kComplete || state == api::TransferState::kCancelled;
}

/// kInvalidArgument, kNotFound.
Result<> check_folder(const std::filesystem::path& directory);

}  // namespace covey::daemon
