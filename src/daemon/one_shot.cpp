#include "daemon/one_shot.hpp"

#include "base/log.hpp"
#include "daemon/errand_key.hpp"
#include "daemon/event_loop.hpp"
#include "daemon/node.hpp"
#include "daemon/node_home.hpp"
#include "daemon/view_of.hpp"

namespace covey::daemon {
namespace {

using namespace std::chrono_literals;

constexpr auto kShowEvery = 200ms;
/// A finished receiver closes its connections within a moment; nobody waits longer for it.
constexpr auto kGraceAfterLast = 3s;

/// Tries the well-known port first, then any; IPv6 with IPv4, then IPv4 alone.
Result<> listen_somewhere(Node& node, const std::vector<std::string>& wanted) {
  std::vector<access::Endpoint> addresses;
  for (const auto& text : wanted) {
    TRY(const auto address, access::Endpoint::parse(text));
    addresses.push_back(address);
  }
  if (!addresses.empty()) return node.listen(addresses);
  Result<> last;
  for (const char* text : {"[::]:7440", "[::]:0", "0.0.0.0:7440", "0.0.0.0:0"}) {
    last = node.listen({*access::Endpoint::parse(text)});
    if (last) return last;
  }
  return last;
}

class Sender {
 public:
  Sender(asio::io_context& context, const api::SendRequest& request, api::SendObserver& observer)
      : network_(context.get_executor()), request_(request), observer_(observer), changed_(network_) {}

  io::Awaitable<Result<>> run() {
    CO_TRY(node_, Node::create(network_, identity::DeviceKey::ephemeral(random_), clock_, random_));
    node_->set_limits({.total = {.down = std::nullopt, .up = request_.limit_up}, .per_peer = {}});
    auto outcome = listen_somewhere(*node_, request_.listen);
    if (outcome) outcome = co_await prepare_and_serve();
    co_await node_->stop();
    co_return outcome;
  }

  void stop() {
    stopping_ = true;
    if (preparation_) preparation_->stop = true;
    changed_.open_all();
  }

 private:
  io::Awaitable<Result<>> prepare_and_serve() {
    CO_TRY_VOID(co_await prepare());
    if (request_.verify) CO_TRY_VOID(co_await node_->verify_share(share_id_));
    node_->uploads().on_change([this](const api::TransferView& upload) {
      observer_.on_transfer(upload);
      if (upload.state == api::TransferState::kComplete && upload.finished_at) delivered_ = true;
      if (upload.state == api::TransferState::kComplete)
        finished_at_ = finished_at_.value_or(clock_.steady());
      changed_.open_all();
    });
    announce();
    while (!stopping_ && !done()) {
      (void)co_await changed_.wait_for(kShowEvery);
      for (const auto& upload : node_->uploads().views()) {
        if (upload.state == api::TransferState::kRunning) observer_.on_transfer(upload);
      }
    }
    if (done()) co_return Result<>{};
    co_return fail(ErrorCode::kCancelled, "stopped serving; the ticket is void now");
  }

  [[nodiscard]] bool done() const {
    return request_.once && finished_at_ && (delivered_ || clock_.steady() - *finished_at_ > kGraceAfterLast);
  }

  io::Awaitable<Result<>> prepare() {
    preparation_ = std::make_shared<swarm::SharePreparation>();
    OwnedShare share{.view = {.id = node_->shares().new_id(), .title = request_.title},
                     .paths = request_.paths,
                     .preparation = preparation_,
                     .served = nullptr};
    share.view.created_at = to_unix_ms(clock_.wall());
    share.view.path = request_.paths.empty() ? "" : request_.paths.front();
    if (request_.title.empty()) share.view.title = std::filesystem::path(share.view.path).filename().string();
    share_id_ = node_->shares().add(std::move(share)).view.id;
    node_->tasks().spawn(show_preparation());
    const auto home = user_home();
    const auto cache = home ? open_layer_cache(*home) : nullptr;
    swarm::SharePlan plan{.paths = {request_.paths.begin(), request_.paths.end()}, .title = request_.title};
    auto prepared =
        co_await swarm::prepare_share(std::move(plan), clock_, cache.get(), node_->offload(), *preparation_);
    preparation_.reset();
    if (stopping_) co_return fail(ErrorCode::kCancelled, "stopped before anything was sent");
    if (!prepared) co_return std::unexpected(prepared.error());
    node_->shares().set_ready(share_id_, std::move(prepared->share), std::move(prepared->notices));
    co_return Result<>{};
  }

  io::Awaitable<void> show_preparation() {
    while (preparation_) {
      observer_.on_preparing(node_->shares().views().front());
      const auto slept = co_await io::sleep_for(kShowEvery);
      if (!slept) co_return;
    }
  }

  void announce() {
    std::optional<WallTime> expires_at;
    if (request_.expires_in_seconds)
      expires_at = clock_.wall() + std::chrono::seconds(*request_.expires_in_seconds);
    const IssuedTicket& ticket = node_->shares().issue(share_id_, expires_at, request_.uses);
    api::TicketView view{.ticket = node_->ticket_text(ticket),
                         .share_id = share_id_,
                         .expires_at = std::nullopt,
                         .uses_left = request_.uses};
    if (expires_at) view.expires_at = to_unix_ms(*expires_at);
    observer_.on_ready(node_->shares().views().front(), view);
  }

  io::Executor network_;
  const api::SendRequest& request_;
  api::SendObserver& observer_;
  SystemClock clock_;
  crypto::SystemRandom random_;
  std::unique_ptr<Node> node_;
  std::shared_ptr<swarm::SharePreparation> preparation_;
  std::string share_id_;
  io::Gate changed_;
  bool stopping_ = false;
  bool delivered_ = false;
  std::optional<SteadyTime> finished_at_;
};

class Receiver {
 public:
  Receiver(asio::io_context& context, const api::ReceiveRequest& request, api::ReceiveObserver& observer)
      : network_(context.get_executor()), request_(request), observer_(observer), stopped_(network_) {}

  io::Awaitable<Result<api::TransferView>> run() {
    CO_TRY(auto ticket, access::Ticket::parse(request_.download.ticket));
    const std::string title = "from " + ticket.owner.short_text();  // until the share says its own
    auto key = errand_key(ticket.secret, request_.download.directory, machine_id(), random_);
    CO_TRY(node_, Node::create(network_, std::move(key), clock_, random_));
    node_->set_limits({.total = {.down = request_.limit_down, .up = request_.limit_up}, .per_peer = {}});
    listen_for_others();
    swarm::DownloadOrder order{.share = access::ShareReference::from(std::move(ticket)),
                               .directory = request_.download.directory,
                               .select = request_.download.select,
                               .on_taken = on_taken(request_.download.on_existing),
                               .piece_order = order_of(request_.download.settings.piece_order),
                               .limits = limits_of(request_.download.settings),
                               .patience = std::chrono::seconds(request_.wait_seconds)};
    download_ = std::make_unique<swarm::Download>(node_->services(), std::move(order));
    if (stopping_) download_->stop();
    view_.title = title;
    view_.created_at = to_unix_ms(clock_.wall());
    node_->tasks().spawn(show());
    const auto result = co_await download_->run();
    view_.finished_at = to_unix_ms(clock_.wall());
    update();
    while (result && request_.serve && !stopping_) (void)co_await stopped_.wait();
    co_await node_->stop();
    if (!result) co_return std::unexpected(result.error());
    co_return view_;
  }

  void stop() {
    stopping_ = true;
    stopped_.open_all();
    if (download_) download_->stop();
  }

 private:
  /// Other receivers of the same ticket may fetch from this one what it has got; without a port, they cannot.
  void listen_for_others() {
    for (const char* text : {"[::]:0", "0.0.0.0:0"}) {
      const auto listening = node_->listen({*access::Endpoint::parse(text)});
      if (listening) return;
      log::debug("nobody can fetch from this receiver: {}", listening.error().context);
    }
  }

  io::Awaitable<void> show() {
    Result<> slept;
    while (slept && !view_.finished_at) {
      update();
      slept = co_await io::sleep_for(kShowEvery);
    }
  }
  void update() {
    fill(view_, download_->progress());
    observer_.on_transfer(view_);
  }

  io::Executor network_;
  const api::ReceiveRequest& request_;
  api::ReceiveObserver& observer_;
  SystemClock clock_;
  crypto::SystemRandom random_;
  std::unique_ptr<Node> node_;
  std::unique_ptr<swarm::Download> download_;
  api::TransferView view_;
  io::Gate stopped_;
  bool stopping_ = false;
};

}  // namespace

Result<> send_once(const api::SendRequest& request, api::SendObserver& observer, StopSignal& stop) {
  return run_program<Sender>(stop, request, observer);
}

Result<api::TransferView> receive_once(const api::ReceiveRequest& request, api::ReceiveObserver& observer,
                                       StopSignal& stop) {
  return run_program<Receiver>(stop, request, observer);
}

}  // namespace covey::daemon
