#include "daemon/download_book.hpp"

#include "base/encoding.hpp"
#include "base/log.hpp"
#include "daemon/download_entry.hpp"
#include "daemon/view_of.hpp"

namespace covey::daemon {
namespace {

using api::TransferState;

Result<> check_settings(const api::TransferSettings& settings) {
  if (settings.limit_down != 0U && settings.limit_up != 0U) return {};
  return fail(ErrorCode::kInvalidArgument,
              "a limit of 0 would stop the download; pause it instead, or say 'none'");
}

}  // namespace

Result<> check_folder(const std::filesystem::path& directory) {
  std::error_code error;
  if (!directory.is_absolute()) {
    return fail(ErrorCode::kInvalidArgument, "the destination {} is no absolute path", directory.string());
  }
  if (!std::filesystem::is_directory(directory, error)) {
    return fail(ErrorCode::kNotFound, "the destination folder {} does not exist; make it first",
                directory.string());
  }
  return {};
}

DownloadBook::DownloadBook(Node& node, NetworkBook& networks, StoreThread& store, crypto::Random& random,
                           content::LayerCache* cache)
    : node_(&node),
      networks_(&networks),
      store_(&store),
      random_(&random),
      seeds_(node, networks, store, cache),
      chore_ended_(node.services().network),
      woken_(node.services().network),
      tasks_(node.services().network),
      watch_(node.services().network) {
  watch_.spawn(tend());
  seeds_.on_change([this](const std::string& id) { tasks_.spawn(note_seed(id)); });
}

DownloadBook::~DownloadBook() = default;

io::Awaitable<Result<>> DownloadBook::save(const Entry& entry) {
  // A removed one must not come back because somebody was still busy with it.
  if (!entries_.contains(entry.id())) {
    co_return fail(ErrorCode::kNotFound, "download {} was removed", entry.id());
  }
  StoredDownload download = entry.stored;
  auto& view = download.view;
  if (wants_to_run(view.state)) view.state = TransferState::kQueued;
  view.rate = 0;
  view.eta_seconds.reset();
  view.peers.clear();
  view.waiting_for.clear();
  view.queue_position.reset();
  auto keep = [download = std::move(download)](DaemonStore& store) { return store.save(download); };
  co_return co_await store_->run(std::move(keep));
}

Result<access::ShareReference> DownloadBook::reference_of(const api::DownloadRequest& request) const {
  if (!request.ticket.empty()) {
    TRY(auto ticket, access::Ticket::parse(request.ticket));
    return access::ShareReference::from(std::move(ticket));
  }
  access::ShareReference out;
  TRY(out.share, access::parse_share_id(request.share));
  TRY(out.owner, identity::PeerId::parse(request.owner));
  return out;
}

io::Awaitable<Result<DownloadBook::Source>> DownloadBook::source_of(api::DownloadRequest& request) {
  if (!request.ticket.empty()) {
    CO_TRY(auto share, reference_of(request));
    std::string title = "from " + share.owner.short_text();
    co_return Source{.share = std::move(share), .title = std::move(title)};
  }
  CO_TRY(const auto found, co_await networks_->find_share(request.share));
  request.share = access::to_text(found.share);
  request.owner = found.owner.to_text();
  CO_TRY(auto share, reference_of(request));
  co_return Source{.share = std::move(share),
                   .title = found.title,
                   .must_ask = found.access == access::Access::kAsk,
                   .bytes = found.bytes,
                   .files = found.files};
}

std::string DownloadBook::new_id() {
  constexpr std::size_t kCharacters = 5;
  while (true) {
    const auto bytes = random_->fixed<FixedBytes<struct TransferIdTag, 8>>();
    std::string id = to_base32(bytes.view()).substr(0, kCharacters);
    if (!entries_.contains(id)) return id;
  }
}

Result<DownloadBook::Found> DownloadBook::find(const std::string& id) {
  const auto found = entries_.find(id);
  if (found == entries_.end() || found->second->leaving) {
    return fail(ErrorCode::kNotFound, "there is no download '{}'; 'covey transfers' lists them", id);
  }
  return found->second;
}

io::Awaitable<Result<DownloadBook::Found>> DownloadBook::find_idle(std::string id) {
  CO_TRY(auto entry, find(id));
  while (entry->chore) {
    const auto chore = entry->chore;
    chore->progress.stop = true;
    chore_ended_.open_all();
    const auto waited = co_await chore->ended.wait();
    if (!waited) co_return std::unexpected(waited.error());
    CO_TRY(entry, find(id));
  }
  co_return entry;
}

io::Awaitable<Result<DownloadBook::Held>> DownloadBook::take(std::string id) {
  CO_TRY(auto entry, find(id));
  CO_TRY(auto turn, co_await entry->turns.next());
  CO_TRY_VOID(find(id));  // it may have gone meanwhile
  co_return Held{.entry = std::move(entry), .turn = std::move(turn)};
}

DownloadBook::Changed DownloadBook::start(api::DownloadRequest request) {
  CO_TRY_VOID(check_folder(request.directory));
  CO_TRY_VOID(check_settings(request.settings));
  for (const auto& glob : request.select) CO_TRY_VOID(content::Glob::parse(glob));
  CO_TRY(const auto source, co_await source_of(request));
  auto entry = std::make_shared<Entry>(node_->services().network);
  entry->arrival = ++arrivals_;
  entry->stored.view.settings = request.settings;
  entry->stored.request = std::move(request);
  entry->stored.view.id = new_id();
  entry->stored.view.title = source.title;
  entry->stored.view.share_id = access::to_text(source.share.share);
  entry->stored.view.bytes_total = source.bytes;
  entry->stored.view.files_total = source.files;
  entry->stored.view.created_at = to_unix_ms(node_->clock().wall());
  const std::string id = entry->id();
  CO_TRY(const auto turn, co_await entry->turns.next());
  entries_.emplace(id, entry);
  const bool asks = source.must_ask && seeker_ != nullptr;
  const auto begun = co_await begin(*entry, asks ? First::kAsk : First::kRun);
  if (!begun) {
    entries_.erase(id);
    auto forget = [id](DaemonStore& store) { return store.remove_download(id); };
    (void)co_await store_->run(std::move(forget));
    co_return std::unexpected(begun.error());
  }
  co_return refreshed(*entry);
}

io::Awaitable<Result<>> DownloadBook::begin(Entry& entry, First first) {
  if (first == First::kAsk) co_return co_await ask_owner(entry);
  co_return co_await enqueue(entry);
}

io::Awaitable<Result<>> DownloadBook::enqueue(Entry& entry) {
  const StoredDownload before = entry.stored;
  entry.stored.view.state = TransferState::kQueued;
  entry.stored.view.error.reset();
  entry.stored.view.finished_at.reset();
  const auto saved = co_await save(entry);
  if (!saved) {
    entry.stored = before;
    co_return std::unexpected(saved.error());
  }
  queue_.add(entry.id(), entry.stored.request.settings.priority, entry.arrival);
  start_due();
  tell(entry);
  co_return Result<>{};
}

void DownloadBook::restore(StoredDownload download) {
  auto entry = std::make_shared<Entry>(node_->services().network);
  entry->stored = std::move(download);
  entry->arrival = ++arrivals_;
  entry->stored.view.settings = entry->stored.request.settings;
  if (wants_to_run(entry->state())) entry->stored.view.state = TransferState::kQueued;
  Entry& placed = *entries_.emplace(entry->stored.view.id, std::move(entry)).first->second;
  if (!placed.stored.move_to.empty()) {
    begin_chore(placed, TransferState::kMoving);
  } else if (placed.state() == TransferState::kQueued) {
    queue_.add(placed.id(), placed.stored.request.settings.priority, placed.arrival);
    woken_.open_all();
  }
}

io::Awaitable<Result<>> DownloadBook::restored() {
  std::vector<SeedOrder> complete;
  for (const auto& [id, entry] : entries_) {
    if (entry->state() == TransferState::kComplete) complete.push_back(seed_order(*entry));
  }
  const auto seeds = co_await seeds_.restore(std::move(complete));
  for (const auto& [id, entry] : entries_) {
    if (entry->state() == TransferState::kWaitingApproval) tasks_.spawn(go_on_as_answered(id));
  }
  for (Entry* const entry : chores_) tasks_.spawn(recover_move(*entry));
  co_return seeds;
}

SeedOrder DownloadBook::seed_order(const Entry& entry) const {
  const auto& stored = entry.stored;
  SeedOrder out{.id = entry.id(),
                .share = {},
                .owner = {},
                .ticket = stored.request.ticket,
                .path = stored.view.destination,
                .select = stored.request.select,
                .on = stored.request.settings.seed,
                .limit_up = stored.request.settings.limit_up,
                .moving = !stored.move_to.empty(),
                .doubted = stored.view.seed && stored.view.seed->state == api::SeedState::kEnded};
  if (const auto share = reference_of(stored.request)) {
    out.share = share->share;
    out.owner = share->owner;
  }
  return out;
}

DownloadBook::Changed DownloadBook::set(std::string id, api::TransferSettings settings) {
  CO_TRY_VOID(check_settings(settings));
  CO_TRY(const auto held, co_await take(id));
  const auto& entry = held.entry;
  const auto before = std::exchange(entry->stored.request.settings, settings);
  entry->stored.view.settings = settings;
  const auto saved = co_await save(*entry);
  if (!saved) {
    entry->stored.request.settings = before;
    entry->stored.view.settings = before;
    co_return std::unexpected(saved.error());
  }
  queue_.set_priority(id, settings.priority);
  seeds_.set(id, settings.seed, settings.limit_up);
  if (entry->running) {
    entry->running->set_limits(limits_of(settings));
    entry->running->set_piece_order(order_of(settings.piece_order));
  }
  tell(*entry);
  co_return refreshed(*entry);
}

DownloadBook::Changed DownloadBook::pause(std::string id) {
  CO_TRY(const auto held, co_await take(id));
  const bool was_checked = held.entry->chore != nullptr;
  CO_TRY(const auto entry, co_await find_idle(id));
  if (entry->running) {
    co_await stop_running(*entry, TransferState::kPaused);
  } else if (entry->state() == TransferState::kQueued || entry->state() == TransferState::kWaitingApproval) {
    co_await settle(*entry, TransferState::kPaused, std::nullopt);
  } else if (is_over(entry->state()) && !was_checked) {
    co_return fail(ErrorCode::kInvalidArgument, "download {} is over and cannot be paused", id);
  }
  co_return refreshed(*entry);
}

DownloadBook::Changed DownloadBook::resume(std::string id) {
  CO_TRY(const auto held, co_await take(id));
  const auto& entry = held.entry;
  if (entry->chore) {
    co_return fail(ErrorCode::kInvalidArgument,
                   "download {} is being checked or moved; it goes on by itself if it ran", id);
  }
  if (wants_to_run(entry->state()) || entry->state() == TransferState::kWaitingApproval)
    co_return refreshed(*entry);
  const StoredDownload before = entry->stored;
  bool fetches_again = false;
  const auto& check = entry->stored.view.check;
  if (entry->state() == TransferState::kComplete && check && check->changed_total > 0) {
    entry->stored.request.on_existing = api::OnExisting::kOverwrite;
    entry->stored.view.check.reset();
    entry->stored.view.seed.reset();
    fetches_again = true;
  } else if (is_over(entry->state())) {
    co_return fail(ErrorCode::kInvalidArgument, "download {} is over; start it anew with 'covey get'", id);
  }
  const auto begun = co_await begin(*entry, has_to_ask(*entry) ? First::kAsk : First::kRun);
  if (!begun) {
    entry->stored = before;
    co_return std::unexpected(begun.error());
  }
  if (fetches_again) co_await seeds_.forget(id);
  co_return refreshed(*entry);
}

DownloadBook::Changed DownloadBook::cancel(std::string id, api::PartialFiles partial) {
  CO_TRY(const auto held, co_await take(id));
  CO_TRY(const auto entry, co_await find_idle(id));
  if (entry->state() == TransferState::kComplete) {
    co_return fail(ErrorCode::kInvalidArgument,
                   "download {} is complete; 'covey remove {}' takes it off the list", id, id);
  }
  if (entry->running) co_await stop_running(*entry, TransferState::kCancelled);
  if (seeker_ != nullptr) seeker_->abandon(id);
  if (entry->state() != TransferState::kCancelled) {
    co_await settle(*entry, TransferState::kCancelled, std::nullopt);
  }
  if (partial == api::PartialFiles::kDelete) CO_TRY_VOID(co_await delete_partial(*entry));
  co_return refreshed(*entry);
}

io::Awaitable<Result<>> DownloadBook::remove(std::string id, api::RemovedFiles files) {
  CO_TRY(const auto held, co_await take(id));
  CO_TRY(const auto entry, co_await find_idle(id));
  entry->leaving = true;
  queue_.remove(id);
  if (entry->running) co_await stop_running(*entry, TransferState::kCancelled);
  co_await seeds_.suspend(id);
  co_await end_serving(*entry);
  const auto removed = co_await remove_stopped(*entry, files);
  if (!removed) {
    entry->leaving = false;
    co_await seeds_.resettle(id, entry->stored.view.destination, SeedBook::Because::kNothingWasDone);
    if (wants_to_run(entry->state())) co_await settle(*entry, TransferState::kCancelled, std::nullopt);
    co_return std::unexpected(removed.error());
  }
  entries_.erase(id);
  if (seeker_ != nullptr) seeker_->abandon(id);
  co_await seeds_.forget(id);
  if (on_removed_) on_removed_(id);
  start_due();
  co_return Result<>{};
}

/// What was served on of it to others is served no more.
io::Awaitable<void> DownloadBook::end_serving(const Entry& entry) {
  const auto share = access::parse_share_id(entry.stored.view.share_id);
  if (share) co_await node_->onward().end(*share);
}

io::Awaitable<Result<>> DownloadBook::remove_stopped(const Entry& entry, api::RemovedFiles files) {
  const bool complete = entry.state() == TransferState::kComplete;
  if (complete && files == api::RemovedFiles::kAll) CO_TRY_VOID(co_await delete_result(entry));
  if (!complete && files != api::RemovedFiles::kNone) CO_TRY_VOID(co_await delete_partial(entry));
  auto forget = [id = entry.id()](DaemonStore& store) { return store.remove_download(id); };
  co_return co_await store_->run(std::move(forget));
}

io::Awaitable<Result<>> DownloadBook::delete_partial(const Entry& entry) {
  const auto name = entry.name();
  if (!name) co_return Result<>{};  // nothing has arrived
  auto remove = [directory = entry.directory(), name = *name] {
    return content::PartFolder::remove_left_over(directory, name);
  };
  co_return co_await node_->offload().run(std::move(remove));
}

io::Awaitable<Result<>> DownloadBook::delete_result(const Entry& entry) {
  auto read = [id = entry.id()](DaemonStore& store) { return store.promised(id); };
  CO_TRY(auto promised, co_await store_->run(std::move(read)));
  if (!promised) {
    co_return fail(ErrorCode::kNotFound,
                   "which files {} brought is not known any more; remove {} yourself, then 'covey remove {}'",
                   entry.id(), entry.stored.view.destination, entry.id());
  }
  auto remove = [result = std::filesystem::path(entry.stored.view.destination),
                 files = std::move(*promised)] { return remove_files(result, files); };
  co_return co_await node_->offload().run(std::move(remove));
}

}  // namespace covey::daemon
