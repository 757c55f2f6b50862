#include "daemon/daemon_service.hpp"

#include "base/log.hpp"
#include "base/version.hpp"
#include "daemon/view_of.hpp"

namespace covey::daemon {
namespace {

using namespace std::chrono_literals;

constexpr auto kPublishEvery = 500ms;
constexpr std::size_t kMaxNamed = 256;

}  // namespace

/// One subscriber; leaves the list when destroyed.
class DaemonService::Listening final : public api::Subscription {
 public:
  using Place = std::list<std::function<void(const api::Event&)>>::iterator;
  Listening(std::weak_ptr<DaemonService*> service, Place place)
      : service_(std::move(service)), place_(place) {}
  ~Listening() override {
    if (const auto service = service_.lock()) (*service)->listeners_.erase(place_);
  }

 private:
  std::weak_ptr<DaemonService*> service_;
  Place place_;
};

DaemonService::DaemonService(Node& node, DaemonStore store, std::unique_ptr<content::LayerCache> cache,
                             crypto::Random& random, std::string home, std::function<void()> request_stop)
    : node_(&node),
      store_(std::move(store)),
      cache_(std::move(cache)),
      networks_(node, store_, [this](const api::Event& event) { publish(event); }),
      downloads_(node, networks_, store_, random),
      home_(std::move(home)),
      request_stop_(std::move(request_stop)),
      started_at_(to_unix_ms(node.clock().wall())),
      tasks_(node.services().network),
      prepared_(node.services().network) {
  node_->shares().set_members(&networks_);
  const auto tell = [this](const api::TransferView& view) {
    api::Event event;
    event.transfer = view;
    publish(event);
  };
  downloads_.on_change(tell);
  node_->uploads().on_change(tell);
  node_->shares().on_use([this](const IssuedTicket& ticket) {
    IssuedTicket copy{.secret = ticket.secret.clone(),
                      .share = ticket.share,
                      .expires_at = ticket.expires_at,
                      .uses_left = ticket.uses_left,
                      .holders = ticket.holders};
    auto keep = [](DaemonService* self, IssuedTicket used) -> io::Awaitable<void> {
      auto work = [&used](DaemonStore& s) { return s.save(used); };
      const auto saved = co_await self->store_.run(std::move(work));
      if (!saved) log::error("cannot record the use of a ticket: {}", to_string(saved.error()));
    };
    tasks_.spawn(keep(this, std::move(copy)));
  });
  tasks_.spawn(publish_progress());
}

DaemonService::~DaemonService() = default;

io::Awaitable<Result<>> DaemonService::restore() {
  auto read_shares = [](DaemonStore& s) { return s.shares(); };
  CO_TRY(const auto stored_shares, co_await store_.run(read_shares));
  for (const auto& stored : stored_shares) add_share(stored, Verify::kNo);
  auto read_tickets = [](DaemonStore& s) { return s.tickets(); };
  CO_TRY(auto tickets, co_await store_.run(read_tickets));
  for (auto& ticket : tickets) node_->shares().restore(std::move(ticket));
  auto read_downloads = [](DaemonStore& s) { return s.downloads(); };
  CO_TRY(auto stored_downloads, co_await store_.run(read_downloads));
  CO_TRY_VOID(co_await networks_.restore());
  for (auto& download : stored_downloads) downloads_.restore(std::move(download));
  co_return Result<>{};
}

io::Awaitable<void> DaemonService::close() {
  co_await downloads_.stop();
  for (const auto& view : node_->shares().views()) {
    const auto share = node_->shares().find(view.id);
    if (share && (*share)->preparation) (*share)->preparation->stop = true;
  }
  tasks_.cancel();
  co_await tasks_.join();
  co_await networks_.stop();
  node_->shares().set_members(nullptr);
  store_.join();
}

void DaemonService::add_share(const StoredShare& stored, Verify verify) {
  OwnedShare share{.view = {.id = stored.id, .title = stored.title, .path = stored.path},
                   .paths = {stored.path},
                   .preparation = std::make_shared<swarm::SharePreparation>(),
                   .served = nullptr};
  if (share.view.title.empty()) share.view.title = std::filesystem::path(stored.path).filename().string();
  share.view.created_at = stored.created_at;
  share.view.expires_at = stored.expires_at;
  share.view.visibility = view_of(stored.rules.visibility);
  share.view.access = view_of(stored.rules.access);
  for (const auto& peer : stored.rules.named) share.view.named.push_back(peer.to_text());
  share.view.tags = stored.tags;
  share.view.reveals_names = stored.reveals_names;
  share.rules = stored.rules;
  node_->shares().add(std::move(share));
  tasks_.spawn(prepare(stored.id, stored.path, stored.title, verify));
}

/// One share after the other: hashing keeps all cores and the disk busy by itself, and the cache has one
/// user.
io::Awaitable<void> DaemonService::prepare(std::string id, std::string path, std::string title,
                                           Verify verify) {
  while (preparing_) {
    const auto turn = co_await prepared_.wait();
    if (!turn) co_return;
  }
  const auto found = node_->shares().find(id);
  if (!found || (*found)->preparation == nullptr) co_return;
  preparing_ = true;
  const auto progress = (*found)->preparation;
  swarm::SharePlan plan{.paths = {path}, .title = title};
  auto prepared = co_await swarm::prepare_share(std::move(plan), node_->clock(), cache_.get(),
                                                node_->offload(), *progress);
  preparing_ = false;
  prepared_.open_all();
  if (prepared) {
    node_->shares().set_ready(id, std::move(prepared->share), std::move(prepared->notices));
    if (verify == Verify::kYes) {
      const auto verified = co_await node_->verify_share(id);
      if (!verified) node_->shares().set_broken(id, verified.error());
    }
  } else {
    node_->shares().set_broken(id, prepared.error());
  }
  const auto now = node_->shares().find(id);
  if (!now) co_return;
  if ((*now)->view.state == api::ShareState::kReady) networks_.publish(**now);
  api::Event event;
  event.share = (*now)->view;
  publish(event);
}

api::StatusView DaemonService::status() const {
  api::StatusView view{.peer_id = node_->device().peer_id().to_text(), .version = std::string(kVersion)};
  for (const auto& address : node_->listening()) view.listening.push_back(address.to_text());
  view.started_at = started_at_;
  view.shares = node_->shares().views().size();
  view.active_transfers = downloads_.active() + node_->uploads().active();
  for (const auto& transfer : transfers()) {
    (transfer.direction == api::Direction::kDownload ? view.download_rate : view.upload_rate) +=
        transfer.rate;
  }
  view.home = home_;
  return view;
}

std::vector<api::ShareView> DaemonService::shares() const {
  return node_->shares().views();
}

std::vector<api::TransferView> DaemonService::transfers() const {
  auto out = downloads_.views();
  for (auto& upload : node_->uploads().views()) out.push_back(std::move(upload));
  return out;
}

io::Awaitable<Result<ShareRules>> DaemonService::rules_for(const api::ShareRequest& request) {
  const auto by_default = networks_.empty() ? api::Visibility::kUnlisted : api::Visibility::kNetwork;
  ShareRules out{.visibility = rule_of(request.visibility.value_or(by_default)),
                 .access = rule_of(request.access),
                 .named = {}};
  if (out.visibility != access::Visibility::kUnlisted && networks_.empty()) {
    co_return fail(
        ErrorCode::kInvalidArgument,
        "this peer is in no network, so only a ticket can lead to its shares; join one first, or leave "
        "--visibility out");
  }
  const bool for_named =
      out.visibility == access::Visibility::kListed || out.access == access::Access::kListed;
  if (for_named && request.named.empty())
    co_return fail(ErrorCode::kInvalidArgument, "'listed' needs to know who is meant: add --to NAME");
  if (!for_named && !request.named.empty()) {
    co_return fail(ErrorCode::kInvalidArgument,
                   "--to names the peers that 'listed' means; add --visibility listed or --access listed");
  }
  if (request.named.size() > kMaxNamed)
    co_return fail(ErrorCode::kLimitExceeded, "a share is listed for at most {} peers", kMaxNamed);
  CO_TRY(const auto named, co_await networks_.resolve(request.named));
  out.named.insert(named.begin(), named.end());
  co_return out;
}

asio::awaitable<Result<api::ShareView>> DaemonService::share(api::ShareRequest request) {
  std::error_code error;
  if (!std::filesystem::path(request.path).is_absolute()) {
    co_return fail(ErrorCode::kInvalidArgument, "the path {} is not absolute", request.path);
  }
  if (!std::filesystem::exists(request.path, error)) {
    co_return fail(ErrorCode::kNotFound, "there is nothing at {}", request.path);
  }
  StoredShare stored{.id = node_->shares().new_id(),
                     .path = std::move(request.path),
                     .title = std::move(request.title),
                     .created_at = to_unix_ms(node_->clock().wall()),
                     .expires_at = std::nullopt,
                     .rules = {},
                     .tags = request.tags,
                     .reveals_names = request.reveal_names};
  CO_TRY(stored.rules, co_await rules_for(request));
  if (request.expires_in_seconds) {
    stored.expires_at = stored.created_at + static_cast<api::UnixMs>(*request.expires_in_seconds) * 1000;
  }
  auto keep = [stored](DaemonStore& s) { return s.save(stored); };
  CO_TRY_VOID(co_await store_.run(std::move(keep)));
  add_share(stored, request.verify ? Verify::kYes : Verify::kNo);
  co_return (*node_->shares().find(stored.id))->view;
}

asio::awaitable<Result<>> DaemonService::unshare(std::string words) {
  CO_TRY(OwnedShare* const share, node_->shares().find(words));
  const std::string id = share->view.id;
  auto forget = [id](DaemonStore& s) { return s.remove_share(id); };
  CO_TRY_VOID(co_await store_.run(std::move(forget)));
  const auto removed = node_->shares().remove(id);
  networks_.withdraw(id);
  if (removed) {
    api::Event event;
    event.removed_share = id;
    publish(event);
  }
  co_return Result<>{};
}

asio::awaitable<Result<api::TicketView>> DaemonService::ticket(api::TicketRequest request) {
  CO_TRY(OwnedShare* const share, node_->shares().find(request.share_id));
  std::optional<WallTime> expires_at;
  if (request.expires_in_seconds) {
    expires_at = node_->clock().wall() + std::chrono::seconds(*request.expires_in_seconds);
  }
  const std::string id = share->view.id;
  const IssuedTicket& issued = node_->shares().issue(id, expires_at, request.uses);
  api::TicketView view{.ticket = node_->ticket_text(issued),
                       .share_id = id,
                       .expires_at = std::nullopt,
                       .uses_left = issued.uses_left};
  if (expires_at) view.expires_at = to_unix_ms(*expires_at);
  const IssuedTicket copy{.secret = issued.secret.clone(),
                          .share = id,
                          .expires_at = expires_at,
                          .uses_left = issued.uses_left,
                          .holders = {}};
  auto keep = [&copy](DaemonStore& s) { return s.save(copy); };
  CO_TRY_VOID(co_await store_.run(keep));
  co_return view;
}

asio::awaitable<Result<api::TransferView>> DaemonService::download(api::DownloadRequest request) {
  return downloads_.start(std::move(request));
}
asio::awaitable<Result<api::TransferView>> DaemonService::pause(std::string transfer) {
  return downloads_.pause(std::move(transfer));
}
asio::awaitable<Result<api::TransferView>> DaemonService::resume(std::string transfer) {
  return downloads_.resume(std::move(transfer));
}
asio::awaitable<Result<api::TransferView>> DaemonService::cancel(std::string transfer,
                                                                 api::PartialFiles partial) {
  return downloads_.cancel(std::move(transfer), partial);
}

asio::awaitable<Result<api::NetworkView>> DaemonService::join(api::JoinRequest request) {
  return networks_.join(std::move(request));
}
asio::awaitable<Result<>> DaemonService::leave(std::string network) {
  return networks_.leave(std::move(network));
}
asio::awaitable<Result<api::SearchView>> DaemonService::search(api::SearchRequest request) {
  return networks_.search(std::move(request));
}
asio::awaitable<Result<std::vector<api::PeerView>>> DaemonService::peers() {
  return networks_.peers();
}
asio::awaitable<Result<std::vector<api::AlertView>>> DaemonService::alerts() {
  auto read = [](DaemonStore& s) { return s.alerts(); };
  co_return co_await store_.run(read);
}

std::unique_ptr<api::Subscription> DaemonService::subscribe(std::function<void(const api::Event&)> on_event) {
  return std::make_unique<Listening>(alive_, listeners_.insert(listeners_.end(), std::move(on_event)));
}

void DaemonService::publish(const api::Event& event) {
  // A listener may leave while it is told.
  for (auto at = listeners_.begin(); at != listeners_.end();) (*at++)(event);
}

io::Awaitable<void> DaemonService::publish_progress() {
  while (true) {
    const auto slept = co_await io::sleep_for(kPublishEvery);
    if (!slept) co_return;
    if (listeners_.empty()) continue;
    for (const auto& transfer : transfers()) {
      if (transfer.finished_at || transfer.state == api::TransferState::kPaused) continue;
      api::Event event;
      event.transfer = transfer;
      publish(event);
    }
    for (const auto& share : shares()) {
      if (share.state != api::ShareState::kHashing) continue;
      api::Event event;
      event.share = share;
      publish(event);
    }
  }
}

}  // namespace covey::daemon
