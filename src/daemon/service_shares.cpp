// DaemonService's part about shares: taken in, hashed, published, ended.

#include "base/log.hpp"
#include "daemon/daemon_service.hpp"
#include "daemon/view_of.hpp"

namespace covey::daemon {
namespace {

constexpr std::size_t kMaxNamed = 256;

}  // namespace

void DaemonService::add_share(const StoredShare& stored, Verify verify) {
  OwnedShare share{.view = {.id = stored.id, .title = stored.title, .path = stored.path},
                   .paths = {stored.path},
                   .preparation = std::make_shared<swarm::SharePreparation>(),
                   .served = nullptr};
  if (share.view.title.empty()) share.view.title = std::filesystem::path(stored.path).filename().string();
  share.view.created_at = stored.created_at;
  share.view.expires_at = stored.expires_at;
  share.view.tags = stored.tags;
  share.view.reveals_names = stored.reveals_names;
  share.rules = stored.rules;
  show_rules(share);
  node_->shares().add(std::move(share));
  tasks_.spawn(prepare(stored.id, stored.path, stored.title, verify));
}

void DaemonService::show_rules(OwnedShare& share) {
  share.view.visibility = view_of(share.rules.visibility);
  share.view.access = view_of(share.rules.access);
  share.view.named.clear();
  for (const auto& peer : share.rules.named) share.view.named.push_back(peer.to_text());
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

io::Awaitable<Result<access::ShareRules>> DaemonService::rules_for(const api::ShareRequest& request) {
  const auto by_default = networks_.empty() ? api::Visibility::kUnlisted : api::Visibility::kNetwork;
  access::ShareRules out{.visibility = rule_of(request.visibility.value_or(by_default)),
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
  CO_TRY_VOID(swarm::share_name(request.path, request.title));
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
  note(audit::AuditAction::kShareCreated, audit::Outcome::kNoted, stored.id);
  co_return (*node_->shares().find(stored.id))->view;
}

asio::awaitable<Result<>> DaemonService::unshare(std::string words) {
  CO_TRY(const auto turn, co_await share_turns_.next());
  CO_TRY(const OwnedShare* const share, node_->shares().find(words));
  const std::string id = share->view.id;
  const std::string path = share->view.path;
  auto forget = [id](DaemonStore& s) { return s.remove_share(id); };
  CO_TRY_VOID(co_await store_.run(std::move(forget)));
  const auto removed = node_->shares().remove(id);
  networks_.withdraw(id);
  co_await close_consents(id);
  note(audit::AuditAction::kShareClosed, audit::Outcome::kNoted, id);
  if (removed) {
    api::Event event;
    event.removed_share = id;
    publish(event);
  }
  co_await uploaded_.share_ended(path);
  co_return Result<>{};
}

asio::awaitable<Result<std::vector<api::HolderView>>> DaemonService::holders(std::string words) {
  CO_TRY(const OwnedShare* const share, node_->shares().find(words));
  // Until it is hashed again what it was counts.
  const auto served = share->served;
  CO_TRY(const auto known, co_await holders_.of(share->view.id));
  std::vector<api::HolderView> out;
  for (const Holding& holding : known) {
    api::HolderView view{.peer_id = holding.peer.to_text(), .peer_name = shown_name(holding.peer)};
    view.bytes = holding.bytes;
    view.complete = holding.complete && (!served || served->root() == holding.root);
    view.last_at = to_unix_ms(holding.last_at);
    out.push_back(std::move(view));
  }
  co_return out;
}

/// Whoever serves it on hears that nobody may have it any more, and whoever asked for it.
io::Awaitable<void> DaemonService::close_consents(std::string share) {
  co_await requests_.drop_share(share);
  node_->consents().revoke_share(share);
  node_->consents().forget_share(share);
  auto forget = [&share](DaemonStore& s) { return s.remove_consents(share); };
  const auto forgotten = co_await store_.run(forget);
  if (!forgotten) log::error("cannot forget approvals: {}", to_string(forgotten.error()));
}

asio::awaitable<Result<api::TicketView>> DaemonService::ticket(api::TicketRequest request) {
  CO_TRY(const auto turn, co_await share_turns_.next());
  CO_TRY(const OwnedShare* const share, node_->shares().find(request.share_id));
  std::optional<WallTime> expires_at;
  if (request.expires_in_seconds) {
    expires_at = node_->clock().wall() + std::chrono::seconds(*request.expires_in_seconds);
  }
  const std::string id = share->view.id;
  IssuedTicket issued = node_->shares().new_ticket(id, expires_at, request.uses);
  api::TicketView view{.ticket = node_->ticket_text(issued),
                       .id = access::to_text(access::share_id_of(issued.secret)),
                       .share_id = id,
                       .expires_at = std::nullopt,
                       .uses_left = issued.uses_left};
  if (expires_at) view.expires_at = to_unix_ms(*expires_at);
  // Nobody can use it before it is on the disk: whoever got it finds it again after a restart.
  auto keep = [&issued](DaemonStore& s) { return s.save(issued); };
  CO_TRY_VOID(co_await store_.run(keep));
  node_->shares().restore(std::move(issued));
  note(audit::AuditAction::kTicketIssued, audit::Outcome::kNoted, id, view.id);
  co_return view;
}

}  // namespace covey::daemon
