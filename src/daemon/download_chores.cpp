// DownloadBook's part about checks and moves: one at a time, on the pool, over whatever state the download
// is in; afterwards it is in that state again.

#include <algorithm>

#include "base/log.hpp"
#include "daemon/download_entry.hpp"

namespace covey::daemon {
namespace {

using api::TransferState;

constexpr std::size_t kShownChanges = 20;
/// Longer lists of files are not kept; their downloads cannot be checked once they are complete.
constexpr std::size_t kMaxPromisedFiles = 500'000;

std::string files(std::uint64_t count) {
  return fmt::format("{} file{}", count, count == 1 ? "" : "s");
}

std::string advice_for(const CheckFindings& found, const std::string& id, bool complete) {
  std::string out;
  if (found.changed.empty() && (complete || found.files > 0)) {
    out = fmt::format("{} read again, everything as it was promised", files(found.files));
  } else if (complete) {
    out = fmt::format(
        "{} of {} not as promised; 'covey resume {}' fetches it again and replaces what is there, so move it "
        "away first if you want to keep it",
        found.changed.size(), files(found.files), id);
  } else if (found.files > 0) {
    out = fmt::format("{} of {} did not verify; what was wrong is fetched again", found.changed.size(),
                      files(found.files));
  }
  if (found.unproved == 0) return out;
  if (!out.empty()) out += "; ";
  return out + fmt::format("{} not whole yet, to be checked by itself once the download is complete",
                           files(found.unproved));
}

api::CheckView view_of(const Result<CheckFindings>& found, const std::string& id, bool complete,
                       WallTime now) {
  api::CheckView out{.at = to_unix_ms(now)};
  if (!found) {
    out.advice = "it could not be checked: " + found.error().context;
    return out;
  }
  out.files = found->files;
  out.changed_total = found->changed.size();
  out.changed.assign(
      found->changed.begin(),
      found->changed.begin() + static_cast<std::ptrdiff_t>(std::min(kShownChanges, found->changed.size())));
  out.unproved = found->unproved;
  out.advice = advice_for(*found, id, complete);
  return out;
}

/// What of a download lies on the disk, and where it is to go.
ResultMove move_of(const StoredDownload& download) {
  std::filesystem::path source = download.view.destination;
  const auto name = content::RelativePath::parse(download.view.title);
  if (download.view.state != TransferState::kComplete && name)
    source = content::PartFolder::part_path(download.request.directory, *name);
  return ResultMove(std::move(source), download.move_to);
}

bool has_anything(const StoredDownload& download) {
  if (download.view.destination.empty()) return false;
  if (download.view.state == TransferState::kComplete) return true;
  const auto name = content::RelativePath::parse(download.view.title);
  std::error_code error;
  return name &&
         std::filesystem::exists(content::PartFolder::part_path(download.request.directory, *name), error);
}

Result<> carry_out(const StoredDownload& download, const std::atomic<bool>& stop) {
  if (!has_anything(download)) return {};
  ResultMove move = move_of(download);
  auto outcome = move.run(stop);
  if (outcome) return outcome;
  // Only what was in place already, with something left to tidy up, has been moved after all.
  const auto ended = move.recover();
  if (ended && *ended == ResultMove::Ended::kMoved) return {};
  return outcome;
}

}  // namespace

void DownloadBook::begin_chore(Entry& entry, TransferState state) {
  entry.chore = std::make_shared<Chore>(node_->services().network);
  entry.chore->state = state;
  chores_.insert(&entry);
}

io::Awaitable<void> DownloadBook::end_chore(Entry& entry, Then then) {
  const auto chore = std::exchange(entry.chore, nullptr);
  chores_.erase(&entry);
  if (then == Then::kQueue && !shutting_down_) {
    const auto queued = co_await enqueue(entry);
    if (!queued) log::error("cannot record a download's state: {}", to_string(queued.error()));
  } else {
    tell(entry);
    // Its owner may have answered meanwhile.
    if (entry.state() == TransferState::kWaitingApproval && !shutting_down_)
      tasks_.spawn(go_on_as_answered(entry.id()));
  }
  chore_ended_.open_all();
  chore->ended.open_all();
}

/// One at a time. False when it is not to be begun any more.
io::Awaitable<bool> DownloadBook::wait_for_turn(const std::shared_ptr<Chore>& chore) {
  while (chore_runs_ && !chore->progress.stop) {
    const auto waited = co_await chore_ended_.wait();
    if (!waited) co_return false;
  }
  if (chore->progress.stop) co_return false;
  chore_runs_ = true;
  co_return true;
}

/// Stops it if it runs, and takes it out of the queue; what is to be done with it afterwards.
io::Awaitable<DownloadBook::Then> DownloadBook::set_aside(Entry& entry) {
  if (entry.running) {
    co_await stop_running(entry, TransferState::kQueued);
  } else {
    queue_.remove(entry.id());
  }
  entry.stored.view.waiting_for.clear();
  start_due();
  co_return wants_to_run(entry.state()) ? Then::kQueue : Then::kRest;
}

DownloadBook::Changed DownloadBook::verify(std::string id) {
  CO_TRY(const auto held, co_await take(id));
  const auto& entry = held.entry;
  if (entry->chore) co_return fail(ErrorCode::kInvalidArgument, "download {} is being checked or moved", id);
  begin_chore(*entry, TransferState::kVerifying);
  const Then then = co_await set_aside(*entry);
  if (!has_anything(entry->stored)) {
    co_await end_chore(*entry, then);
    co_return fail(ErrorCode::kNotFound, "nothing of {} is here yet, so there is nothing to check", id);
  }
  tasks_.spawn(check(*entry, then));
  tell(*entry);
  co_return refreshed(*entry);
}

/// What could not be checked while it was not whole.
io::Awaitable<void> DownloadBook::check_owed(std::string id) {
  const auto begun = co_await verify(std::move(id));
  if (!begun) log::warn("cannot check a download: {}", to_string(begun.error()));
}

io::Awaitable<void> DownloadBook::check(Entry& entry, Then then) {
  const auto held = entry.shared_from_this();
  const auto chore = entry.chore;
  Result<CheckFindings> found = fail(ErrorCode::kCancelled, "the check was stopped");
  const bool turn = co_await wait_for_turn(chore);
  if (turn) {
    StoredDownload download = entry.stored;
    found = co_await findings_of(std::move(download), chore);
    chore_runs_ = false;
  }
  if (found || found.error().code != ErrorCode::kCancelled) {
    const bool complete = entry.state() == TransferState::kComplete;
    entry.stored.view.check = view_of(found, entry.id(), complete, node_->clock().wall());
    if (complete && found) co_await tell_seeds(entry, *found);
    const auto saved = co_await save(entry);
    if (!saved) log::error("cannot record a check: {}", to_string(saved.error()));
  }
  co_await end_chore(entry, then);
}

/// What was read again is served on, or not any more.
io::Awaitable<void> DownloadBook::tell_seeds(Entry& entry, const CheckFindings& found) {
  if (found.changed.empty()) {
    co_await seeds_.resettle(entry.id(), entry.stored.view.destination, SeedBook::Because::kVerified);
  } else {
    co_await seeds_.end(entry.id(),
                        fmt::format("{} not what was downloaded any more", files(found.changed.size())));
  }
}

io::Awaitable<Result<CheckFindings>> DownloadBook::findings_of(StoredDownload download,
                                                               std::shared_ptr<Chore> chore) {
  if (download.view.state == TransferState::kComplete) {
    auto read = [id = download.view.id](DaemonStore& store) { return store.promised(id); };
    CO_TRY(auto promised, co_await store_->run(std::move(read)));
    if (!promised)
      co_return fail(ErrorCode::kNotFound, "what its files were promised to be was not kept; fetch it again");
    auto work = [chore, promised = std::move(*promised),
                 result = std::filesystem::path(download.view.destination)] {
      return check_result(result, promised, chore->progress);
    };
    co_return co_await node_->offload().run(std::move(work));
  }
  CO_TRY(auto name, content::RelativePath::parse(download.view.title));
  auto work = [chore, name = std::move(name), directory = std::filesystem::path(download.request.directory),
               select = download.request.select, layers = node_->services().layers] {
    const LayerOf layer_of = [layers](const content::PieceGeometry& geometry, const content::ContentId& id) {
      return layers == nullptr ? std::nullopt : layers->find(geometry, id);
    };
    return check_part(directory, name, select, layer_of, chore->progress);
  };
  co_return co_await node_->offload().run(std::move(work));
}

DownloadBook::Changed DownloadBook::move(std::string id, std::string directory) {
  CO_TRY_VOID(check_folder(directory));
  CO_TRY(const auto held, co_await take(id));
  const auto& entry = held.entry;
  if (entry->chore) co_return fail(ErrorCode::kInvalidArgument, "download {} is being checked or moved", id);
  std::error_code error;
  if (std::filesystem::equivalent(directory, entry->directory(), error))
    co_return fail(ErrorCode::kInvalidArgument, "download {} is in {} already", id, directory);
  begin_chore(*entry, TransferState::kMoving);
  const Then then = co_await set_aside(*entry);
  entry->stored.move_to = directory;
  const auto saved = co_await save(*entry);
  if (!saved) {
    entry->stored.move_to.clear();
    co_await end_chore(*entry, then);
    co_return std::unexpected(saved.error());
  }
  // Nothing reads from where it is while it goes.
  co_await seeds_.suspend(id);
  tasks_.spawn(carry(*entry, then));
  tell(*entry);
  co_return refreshed(*entry);
}

io::Awaitable<void> DownloadBook::carry(Entry& entry, Then then) {
  const auto held = entry.shared_from_this();
  const auto chore = entry.chore;
  const bool turn = co_await wait_for_turn(chore);
  if (!turn) {  // the daemon ends; nothing was begun
    co_await moved(entry, fail(ErrorCode::kCancelled, "the daemon ended before it was moved"), then);
    co_return;
  }
  auto work = [download = entry.stored, chore] { return carry_out(download, chore->progress.stop); };
  const Result<> outcome = co_await node_->offload().run(std::move(work));
  chore_runs_ = false;
  co_await moved(entry, outcome, then);
}

/// After a move that was cut short with the daemon.
io::Awaitable<void> DownloadBook::recover_move(Entry& entry) {
  const auto held = entry.shared_from_this();
  auto work = [download = entry.stored]() -> Result<> {
    if (!has_anything(download) && download.view.destination.empty()) return {};
    TRY(const auto ended, move_of(download).recover());
    if (ended == ResultMove::Ended::kMoved) return {};
    return fail(ErrorCode::kCancelled, "the move to {} was cut short; everything is where it was",
                download.move_to);
  };
  const Result<> outcome = co_await node_->offload().run(std::move(work));
  co_await moved(entry, outcome, entry.state() == TransferState::kQueued ? Then::kQueue : Then::kRest);
}

io::Awaitable<void> DownloadBook::moved(Entry& entry, Result<> outcome, Then then) {
  auto& stored = entry.stored;
  if (outcome) {
    stored.request.directory = stored.move_to;
    auto& destination = stored.view.destination;
    if (!destination.empty())
      destination = std::filesystem::path(stored.move_to) / std::filesystem::path(destination).filename();
    stored.view.error.reset();
  } else {
    stored.view.error = outcome.error();
    // One that ran waits for its owner to have seen why.
    const bool cut_short = outcome.error().code == ErrorCode::kCancelled;
    if (then == Then::kQueue && !cut_short) {
      stored.view.state = TransferState::kPaused;
      then = Then::kRest;
    }
  }
  stored.move_to.clear();
  const auto saved = co_await save(entry);
  if (!saved) log::error("cannot record a move: {}", to_string(saved.error()));
  co_await seeds_.resettle(entry.id(), stored.view.destination,
                           outcome ? SeedBook::Because::kMoved : SeedBook::Because::kNothingWasDone);
  co_await end_chore(entry, then);
}

/// Reads what the files are to be while the part folder tells it.
io::Awaitable<void> DownloadBook::note_promised(std::string id, api::DownloadRequest request,
                                                std::string name) {
  auto read = [request = std::move(request),
               name = std::move(name)]() -> Result<std::optional<PromisedFiles>> {
    TRY(const auto parsed, content::RelativePath::parse(name));
    TRY(const auto content, part_content(request.directory, parsed, request.select));
    if (!content) return std::nullopt;
    return promised_by(*content);
  };
  const auto promised = co_await node_->offload().run(std::move(read));
  if (promised && *promised) {
    if ((*promised)->files.size() > kMaxPromisedFiles) co_return;
    auto keep = [id, files = **promised](DaemonStore& store) { return store.save_promised(id, files); };
    const auto saved = co_await store_->run(std::move(keep));
    if (!saved) log::warn("cannot record what a download is to be: {}", to_string(saved.error()));
    const auto entry = find(id);
    // The name on the disk is known from here on, also after a kill.
    if (entry && (*entry)->running) (void)co_await save(**entry);
    co_return;
  }
  const auto entry = find(id);
  if (!entry) co_return;
  if ((*entry)->state() == TransferState::kComplete) {
    co_await note_found(id, (*entry)->stored.view.destination);
  } else {
    (*entry)->promised_noted = false;
  }
}

/// For a download that was over before its part folder could be read: what it has just verified is there.
io::Awaitable<void> DownloadBook::note_found(std::string id, std::filesystem::path result) {
  auto read = [noting = noting_, result = std::move(result)] { return files_found(result, *noting); };
  const auto found = co_await node_->offload().run(std::move(read));
  if (!found || found->files.size() > kMaxPromisedFiles) co_return;
  auto keep = [id, files = *found](DaemonStore& store) { return store.save_promised(id, files); };
  const auto saved = co_await store_->run(std::move(keep));
  if (!saved) log::warn("cannot record what a download is to be: {}", to_string(saved.error()));
  const auto entry = find(id);
  if (entry && (*entry)->owes_check()) tasks_.spawn(check_owed(id));
}

}  // namespace covey::daemon
