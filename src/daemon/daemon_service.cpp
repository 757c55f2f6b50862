#include "daemon/daemon_service.hpp"

#include "api/json.hpp"
#include "base/log.hpp"
#include "base/version.hpp"
#include "daemon/explanation.hpp"

namespace covey::daemon {
namespace {

using namespace std::chrono_literals;

constexpr auto kPublishEvery = 500ms;
constexpr const char* kLimitsSetting = "limits";

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
                             crypto::Random& random, std::string home, std::function<void()> request_stop,
                             RequestBook::OnWaiting on_request)
    : node_(&node),
      store_(std::move(store)),
      cache_(std::move(cache)),
      holders_(store_, node.clock(), node.services().network),
      people_(node.clock()),
      audit_(std::filesystem::path(home) / "audit", node.device(), node.clock(), random,
             node.services().network, people_),
      alerts_({.store = &store_,
               .people = &people_,
               .audit = &audit_,
               .clock = &node.clock(),
               .network = node.services().network},
              [this](const api::AlertView& alert) {
                api::Event event;
                event.alert = alert;
                publish(event);
              }),
      networks_(node, store_, [this](const api::Event& event) { publish(event); }),
      carrier_(node),
      mail_({.device = &node.device(),
             .clock = &node.clock(),
             .random = &random,
             .network = node.services().network},
            store_, networks_, carrier_),
      requests_({.node = &node,
                 .networks = &networks_,
                 .people = &people_,
                 .mail = &mail_,
                 .store = &store_,
                 .audit = &audit_,
                 .random = &random,
                 .name_for = [this](const identity::PeerId& peer) { return name_for(peer); }},
                [this](const api::Event& event) { publish(event); }),
      chats_({.mail = &mail_,
              .networks = &networks_,
              .people = &people_,
              .store = &store_,
              .clock = &node.clock(),
              .random = &random,
              .network = node.services().network,
              .name_of = [this](const identity::PeerId& peer) { return name_of(peer); },
              .shown_name = [this](const identity::PeerId& peer) { return shown_name(peer); },
              .name_for = [this](const identity::PeerId& peer) { return name_for(peer); },
              .reachable_at = [&node] { return node.reachable_at(); },
              .is_watched = [this] { return !listeners_.empty(); }},
             [this](const api::Event& event) { publish(event); }),
      downloads_(node, networks_, store_, random, cache_.get()),
      streams_(node.services().network, downloads_, node.offload(), random),
      limits_(node.clock(), local_minute_of_day,
              [&node](const swarm::NodeLimits& limits) { node.set_limits(limits); }),
      web_({.clock = &node.clock(),
            .random = &random,
            .offload = &node.offload(),
            .store = &store_,
            .network = node.services().network,
            .home = home,
            .peer_id = node.device().peer_id().to_text()}),
      uploaded_(std::filesystem::path(home) / "uploads", node.offload(), random),
      home_(std::move(home)),
      request_stop_(std::move(request_stop)),
      started_at_(to_unix_ms(node.clock().wall())),
      share_turns_(node.services().network),
      tasks_(node.services().network),
      prepared_(node.services().network) {
  node_->keep_layers_in(std::filesystem::path(home_) / "layers");
  requests_.on_waiting(std::move(on_request));
  wire_serving();
  wire_downloads();
  wire_consent();
  tasks_.spawn(publish_progress());
  tasks_.spawn(keep_limits());
}

DaemonService::~DaemonService() = default;

io::Awaitable<Result<>> DaemonService::restore() {
  CO_TRY_VOID(co_await restore_consent());
  CO_TRY_VOID(co_await audit_.open());
  auto read_shares = [](DaemonStore& s) { return s.shares(); };
  CO_TRY(const auto stored_shares, co_await store_.run(read_shares));
  for (const auto& stored : stored_shares) add_share(stored, Verify::kNo);
  auto read_tickets = [](DaemonStore& s) { return s.tickets(); };
  CO_TRY(auto tickets, co_await store_.run(read_tickets));
  for (auto& ticket : tickets) node_->shares().restore(std::move(ticket));
  CO_TRY_VOID(co_await restore_home());
  auto read_limits = [](DaemonStore& s) { return s.setting(kLimitsSetting); };
  CO_TRY(const auto stored_limits, co_await store_.run(read_limits));
  if (stored_limits) {
    CO_TRY(auto settings, api::from_json<api::LimitSettings>(*stored_limits));
    CO_TRY_VOID(limits_.set(std::move(settings)));
    downloads_.set_places(limits_.settings().active_downloads);
  }
  auto read_downloads = [](DaemonStore& s) { return s.downloads(); };
  CO_TRY(auto stored_downloads, co_await store_.run(read_downloads));
  CO_TRY_VOID(co_await mail_.restore());
  CO_TRY_VOID(co_await networks_.restore());
  CO_TRY_VOID(co_await requests_.restore());
  CO_TRY_VOID(co_await chats_.restore());
  for (auto& download : stored_downloads) downloads_.restore(std::move(download));
  co_return co_await downloads_.restored();
}

io::Awaitable<void> DaemonService::close() {
  co_await web_.close();
  co_await streams_.close();
  co_await downloads_.stop();
  for (const auto& view : node_->shares().views()) {
    const auto share = node_->shares().find(view.id);
    if (share && (*share)->preparation) (*share)->preparation->stop = true;
  }
  tasks_.cancel();
  co_await tasks_.join();
  co_await requests_.stop();
  co_await chats_.stop();
  node_->onward().on_change(nullptr);
  co_await node_->onward().end_all();
  node_->mail_door().lead_to(nullptr);
  co_await mail_.stop();
  co_await networks_.stop();
  co_await alerts_.stop();
  unwire();
  co_await save_consents();
  co_await holders_.stop();
  co_await audit_.stop();
  store_.join();
}

api::StatusView DaemonService::status() const {
  api::StatusView view{.peer_id = node_->device().peer_id().to_text(), .version = std::string(kVersion)};
  for (const auto& address : node_->listening()) view.listening.push_back(address.to_text());
  view.started_at = started_at_;
  view.shares = node_->shares().views().size();
  view.active_transfers = downloads_.active() + node_->uploads().active();
  view.download_rate = downloads_.rate();
  for (const auto& upload : node_->uploads().views()) view.upload_rate += upload.rate;
  view.home = home_;
  view.ui = web_.url();
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

Result<api::ExplanationView> DaemonService::explain(const std::string& transfer) const {
  if (auto download = downloads_.explain(transfer)) return std::move(*download);
  for (auto& upload : node_->uploads().views()) {
    if (upload.id == transfer) return explanation_of(std::move(upload), nullptr);
  }
  return fail(ErrorCode::kNotFound, "there is no transfer '{}'; 'covey transfers' lists them", transfer);
}

asio::awaitable<Result<api::TransferView>> DaemonService::download(api::DownloadRequest request) {
  const std::string ticket = request.ticket;
  auto started = co_await downloads_.start(std::move(request));
  if (started && !ticket.empty()) meet_owner(ticket);
  co_return started;
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

asio::awaitable<Result<api::TransferView>> DaemonService::set(std::string transfer,
                                                              api::TransferSettings settings) {
  return downloads_.set(std::move(transfer), settings);
}
asio::awaitable<Result<api::TransferView>> DaemonService::verify(std::string transfer) {
  return downloads_.verify(std::move(transfer));
}
asio::awaitable<Result<api::TransferView>> DaemonService::move(std::string transfer, std::string directory) {
  return downloads_.move(std::move(transfer), std::move(directory));
}
asio::awaitable<Result<api::PieceMapView>> DaemonService::pieces(std::string transfer,
                                                                 std::uint64_t most_cells) {
  for (const auto& upload : node_->uploads().views()) {
    if (upload.id == transfer)
      co_return fail(ErrorCode::kNotFound,
                     "{} is an upload; which pieces are here is known of downloads only", transfer);
  }
  co_return co_await downloads_.pieces(std::move(transfer), most_cells);
}
asio::awaitable<Result<api::StreamView>> DaemonService::stream(std::string transfer, std::string file) {
  for (const auto& upload : node_->uploads().views()) {
    if (upload.id == transfer)
      co_return fail(ErrorCode::kInvalidArgument, "{} is an upload; only downloads are played", transfer);
  }
  co_return co_await streams_.open(std::move(transfer), std::move(file));
}
asio::awaitable<Result<>> DaemonService::remove(std::string transfer, api::RemovedFiles files) {
  return downloads_.remove(std::move(transfer), files);
}

asio::awaitable<Result<api::LimitsView>> DaemonService::set_limits(api::LimitSettings settings) {
  CO_TRY_VOID(limits_.check(settings));
  auto keep = [text = api::to_json(settings)](DaemonStore& s) {
    return s.save_setting(kLimitsSetting, text);
  };
  CO_TRY_VOID(co_await store_.run(std::move(keep)));
  CO_TRY_VOID(limits_.set(std::move(settings)));
  downloads_.set_places(limits_.settings().active_downloads);
  publish_limits();
  co_return limits_.view();
}

void DaemonService::publish_limits() {
  api::Event event;
  event.limits = limits_.view();
  publish(event);
}

/// The schedule's spans begin and end at full minutes.
io::Awaitable<void> DaemonService::keep_limits() {
  while (true) {
    const auto slept = co_await io::sleep_for(limits_.until_next_minute());
    if (!slept) co_return;
    if (limits_.tick()) publish_limits();
  }
}

asio::awaitable<Result<api::NetworkView>> DaemonService::join(api::JoinRequest request) {
  if (request.name.empty()) request.name = own_name_;
  if (request.name.empty())
    co_return fail(ErrorCode::kInvalidArgument,
                   "a network has to know this peer by a name: add --name NAME, of 3 to 32 characters");
  co_return co_await networks_.join(std::move(request));
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
  return alerts_.all();
}
asio::awaitable<Result<api::AlertView>> DaemonService::undo_alert(std::uint64_t alert) {
  return alerts_.undo(alert);
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
    auto going_on = downloads_.moving_on();
    for (auto& upload : node_->uploads().views()) {
      if (!upload.finished_at) going_on.push_back(std::move(upload));
    }
    for (const auto& transfer : going_on) {
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
