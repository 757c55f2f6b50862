#include "daemon/download_book.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/log.hpp"
#include "daemon/view_of.hpp"

namespace covey::daemon {
namespace {

bool is_over(api::TransferState state) {
  return state == api::TransferState::kComplete || state == api::TransferState::kCancelled;
}

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

}  // namespace

DownloadBook::DownloadBook(Node& node, NetworkBook& networks, StoreThread& store, crypto::Random& random)
    : node_(&node), networks_(&networks), store_(&store), random_(&random), tasks_(node.services().network) {}

io::Awaitable<Result<>> DownloadBook::save(const Entry& entry) {
  auto keep = [download = entry.stored](DaemonStore& store) { return store.save(download); };
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
  co_return Source{.share = std::move(share), .title = found.title};
}

std::string DownloadBook::new_id() {
  constexpr std::size_t kCharacters = 5;
  while (true) {
    const auto bytes = random_->fixed<FixedBytes<struct TransferIdTag, 8>>();
    std::string id = to_base32(bytes.view()).substr(0, kCharacters);
    if (!entries_.contains(id)) return id;
  }
}

Result<DownloadBook::Entry*> DownloadBook::find(const std::string& id) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) {
    return fail(ErrorCode::kNotFound, "there is no download '{}'; 'covey transfers' lists them", id);
  }
  return found->second.get();
}

io::Awaitable<Result<api::TransferView>> DownloadBook::start(api::DownloadRequest request) {
  CO_TRY_VOID(check_folder(request.directory));
  for (const auto& glob : request.select) CO_TRY_VOID(content::Glob::parse(glob));
  CO_TRY(const auto source, co_await source_of(request));
  auto entry = std::make_unique<Entry>();
  entry->stored.request = std::move(request);
  entry->stored.view.id = new_id();
  entry->stored.view.state = api::TransferState::kConnecting;
  entry->stored.view.title = source.title;
  entry->stored.view.share_id = access::to_text(source.share.share);
  entry->stored.view.created_at = to_unix_ms(node_->clock().wall());
  CO_TRY_VOID(co_await save(*entry));
  Entry& placed = *entries_.emplace(entry->stored.view.id, std::move(entry)).first->second;
  CO_TRY_VOID(launch(placed));
  co_return refreshed(placed);
}

void DownloadBook::restore(StoredDownload download) {
  auto entry = std::make_unique<Entry>();
  entry->stored = std::move(download);
  const api::TransferState state = entry->stored.view.state;
  Entry& placed = *entries_.emplace(entry->stored.view.id, std::move(entry)).first->second;
  if (is_over(state) || state == api::TransferState::kPaused || state == api::TransferState::kFailed) return;
  if (const auto launched = launch(placed); !launched) {
    placed.stored.view.state = api::TransferState::kFailed;
    placed.stored.view.error = launched.error();
  }
}

Result<> DownloadBook::launch(Entry& entry) {
  TRY(auto share, reference_of(entry.stored.request));
  swarm::Locate locate;
  if (!share.secret) {
    locate = [networks = networks_, id = share.share, owner = share.owner] {
      return networks->locate(id, owner);
    };
  }
  swarm::DownloadOrder order{.share = std::move(share),
                             .locate = std::move(locate),
                             .directory = entry.stored.request.directory,
                             .select = entry.stored.request.select,
                             .on_taken = on_taken(entry.stored.request.on_existing),
                             .patience = std::nullopt};
  entry.running = std::make_unique<swarm::Download>(node_->services(), std::move(order));
  entry.wanted_after_stop = api::TransferState::kPaused;
  entry.ended = std::make_unique<io::Gate>(node_->services().network);
  entry.stored.view.error.reset();
  entry.stored.view.finished_at.reset();
  tasks_.spawn(run(entry));
  return {};
}

io::Awaitable<void> DownloadBook::run(Entry& entry) {
  const auto result = co_await entry.running->run();
  fill(entry.stored.view, entry.running->progress());
  if (result) {
    co_await settle(entry, api::TransferState::kComplete, std::nullopt);
  } else if (result.error().code == ErrorCode::kCancelled) {
    co_await settle(entry, entry.wanted_after_stop, std::nullopt);
  } else if (result.error().code == ErrorCode::kDiskFull) {
    // Nothing is lost: once there is room, resume goes on.
    co_await settle(entry, api::TransferState::kPaused, result.error());
  } else {
    co_await settle(entry, api::TransferState::kFailed, result.error());
  }
  entry.ended->open_all();
}

io::Awaitable<void> DownloadBook::settle(Entry& entry, api::TransferState state, std::optional<Error> error) {
  entry.running.reset();
  entry.stored.view.state = state;
  entry.stored.view.error = std::move(error);
  entry.stored.view.rate = 0;
  entry.stored.view.eta_seconds.reset();
  entry.stored.view.peers.clear();
  if (is_over(state)) entry.stored.view.finished_at = to_unix_ms(node_->clock().wall());
  // At a shutdown the state stays what it was, so that the next start goes on.
  if (shutting_down_ && state == api::TransferState::kPaused)
    entry.stored.view.state = api::TransferState::kQueued;
  const auto saved = co_await save(entry);
  if (!saved) log::error("cannot record a download's state: {}", to_string(saved.error()));
  if (on_change_) on_change_(entry.stored.view);
}

io::Awaitable<void> DownloadBook::stop_running(Entry& entry, api::TransferState then) {
  entry.wanted_after_stop = then;
  entry.running->stop();
  (void)co_await entry.ended->wait();
}

io::Awaitable<Result<api::TransferView>> DownloadBook::pause(std::string id) {
  CO_TRY(Entry* const entry, find(id));
  if (entry->running) {
    co_await stop_running(*entry, api::TransferState::kPaused);
  } else if (is_over(entry->stored.view.state)) {
    co_return fail(ErrorCode::kInvalidArgument, "download {} is over and cannot be paused", id);
  }
  co_return entry->stored.view;
}

io::Awaitable<Result<api::TransferView>> DownloadBook::resume(std::string id) {
  CO_TRY(Entry* const entry, find(id));
  if (entry->running) co_return refreshed(*entry);
  if (is_over(entry->stored.view.state)) {
    co_return fail(ErrorCode::kInvalidArgument, "download {} is over; start it anew with 'covey get'", id);
  }
  CO_TRY_VOID(launch(*entry));
  entry->stored.view.state = api::TransferState::kConnecting;
  CO_TRY_VOID(co_await save(*entry));
  co_return refreshed(*entry);
}

io::Awaitable<Result<api::TransferView>> DownloadBook::cancel(std::string id, api::PartialFiles partial) {
  CO_TRY(Entry* const entry, find(id));
  if (entry->stored.view.state == api::TransferState::kComplete) {
    co_return fail(ErrorCode::kInvalidArgument,
                   "download {} is complete; remove the files yourself if you want", id);
  }
  const std::filesystem::path directory = entry->stored.request.directory;
  if (entry->running) co_await stop_running(*entry, api::TransferState::kCancelled);
  if (entry->stored.view.state != api::TransferState::kCancelled) {
    co_await settle(*entry, api::TransferState::kCancelled, std::nullopt);
  }
  if (partial == api::PartialFiles::kDelete && !entry->stored.view.title.empty()) {
    CO_TRY(auto name, content::RelativePath::parse(entry->stored.view.title));
    auto remove = [directory, name] { return content::PartFolder::remove_left_over(directory, name); };
    CO_TRY_VOID(co_await node_->offload().run(std::move(remove)));
  }
  co_return entry->stored.view;
}

api::TransferView DownloadBook::refreshed(Entry& entry) {
  if (entry.running) fill(entry.stored.view, entry.running->progress());
  return entry.stored.view;
}

std::vector<api::TransferView> DownloadBook::views() {
  std::vector<api::TransferView> out;
  for (auto& [id, entry] : entries_) out.push_back(refreshed(*entry));
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.created_at > b.created_at; });
  return out;
}

std::size_t DownloadBook::active() const {
  return static_cast<std::size_t>(std::count_if(
      entries_.begin(), entries_.end(), [](const auto& entry) { return entry.second->running != nullptr; }));
}

io::Awaitable<void> DownloadBook::stop() {
  shutting_down_ = true;
  for (auto& [id, entry] : entries_) {
    if (entry->running) entry->running->stop();
  }
  co_await tasks_.join();
}

}  // namespace covey::daemon
