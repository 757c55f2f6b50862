#include "daemon/network_book.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/log.hpp"
#include "daemon/view_of.hpp"

namespace covey::daemon {
namespace {

using namespace std::chrono_literals;

/// A listing ends by itself when its owner does not come back to renew it.
constexpr auto kListingLife = 7 * 24h;
constexpr auto kListingRenewal = 24h;

std::unexpected<Error> no_network() {
  return fail(
      ErrorCode::kNotFound,
      "this peer is in no network yet; covey join LINK --name NAME joins one (its operator has the link)");
}

/// The file names of a share that fit into a listing.
std::vector<std::string> revealed_names(const swarm::ServedShare& served) {
  std::vector<std::string> out;
  std::size_t bytes = 0;
  constexpr std::size_t kRoom = access::kMaxShareListingBytes / 2;
  for (std::uint32_t i = 0; i < served.manifest->entry_count() && out.size() < access::kMaxListedNames; ++i) {
    const auto entry = served.manifest->entry(content::FileIndex(i));
    if (entry.kind != content::EntryKind::kFile || entry.path.size() > access::kMaxListedNameBytes) continue;
    bytes += entry.path.size() + 2;
    if (bytes > kRoom) break;
    out.emplace_back(entry.path);
  }
  return out;
}

}  // namespace

NetworkBook::NetworkBook(Node& node, StoreThread& store, Publish publish)
    : node_(&node),
      store_(&store),
      publish_(std::move(publish)),
      turns_(node.services().network),
      tasks_(node.services().network) {}

NetworkBook::~NetworkBook() = default;

io::Awaitable<Result<>> NetworkBook::restore() {
  auto read_names = [](DaemonStore& store) { return store.known_names(); };
  CO_TRY(const auto names, co_await store_->run(read_names));
  for (const KnownName& name : names) names_.restore(name);
  auto read_networks = [](DaemonStore& store) { return store.networks(); };
  CO_TRY(auto networks, co_await store_->run(read_networks));
  for (JoinedNetwork& joined : networks) add(std::move(joined)).start();
  tasks_.spawn(renew_listings());
  co_return Result<>{};
}

io::Awaitable<void> NetworkBook::renew_listings() {
  while (true) {
    const auto slept = co_await io::sleep_for(kListingRenewal);
    if (!slept) co_return;
    for (const std::string& id : std::vector(published_)) {
      const auto share = node_->shares().find(id);
      if (share) publish(**share);
    }
  }
}

io::Awaitable<void> NetworkBook::stop() {
  for (const Session& session : sessions_) co_await session->stop();
  tasks_.cancel();
  co_await tasks_.join();
  sessions_.clear();
}

NetworkSession& NetworkBook::add(JoinedNetwork joined) {
  auto session = std::make_shared<NetworkSession>(*node_, std::move(joined));
  session->on_change([this, was_online = false](const NetworkSession& changed) mutable {
    api::Event event;
    event.network = changed.view();
    publish_(event);
    const bool came = changed.is_online() && !was_online;
    was_online = changed.is_online();
    if (came && on_online_) on_online_();
  });
  session->on_message(
      [this](discovery::ReceivedMessage message) { return take_message(std::move(message)); });
  session->on_membership([this](const JoinedNetwork& renewed) { tasks_.spawn(keep_membership(renewed)); });
  sessions_.push_back(std::move(session));
  return *sessions_.back();
}

io::Awaitable<void> NetworkBook::keep_membership(JoinedNetwork renewed) {
  const auto turn = co_await turns_.next();
  if (!turn || find_key(renewed.link.network) == nullptr) co_return;  // it was left meanwhile
  auto save = [renewed](DaemonStore& s) { return s.save(renewed); };
  const auto saved = co_await store_->run(std::move(save));
  if (!saved) log::error("cannot record a membership: {}", to_string(saved.error()));
}

NetworkBook::Session NetworkBook::find_key(const crypto::PublicKey& network) const {
  const auto found = std::find_if(sessions_.begin(), sessions_.end(),
                                  [&](const Session& session) { return session->network() == network; });
  return found == sessions_.end() ? nullptr : *found;
}

io::Awaitable<Result<api::NetworkView>> NetworkBook::join(api::JoinRequest request) {
  CO_TRY(auto link, identity::NetworkLink::parse(request.link));
  CO_TRY(const auto name, identity::PeerName::parse(request.name));
  if (const Session known = find_key(link.network))
    co_return fail(ErrorCode::kAlreadyExists, "this peer is in that network already, as {}",
                   known->joined().name.text());
  JoinedNetwork joined{.link = std::move(link),
                       .name = name,
                       .membership = {},
                       .joined_at = to_unix_ms(node_->clock().wall())};
  auto session = std::make_shared<NetworkSession>(*node_, joined);
  auto register_name = [&](discovery::TrackerClient& client) { return client.join(name, request.invite); };
  auto own = co_await session->ask(register_name);
  co_await session->stop();
  if (!own) co_return std::unexpected(std::move(own).error());
  CO_TRY(const auto turn, co_await turns_.next());
  if (find_key(joined.link.network) != nullptr)
    co_return fail(ErrorCode::kAlreadyExists, "this peer has joined that network meanwhile");
  joined.membership = std::move(own->record);
  auto save = [joined](DaemonStore& store) { return store.save(joined); };
  CO_TRY_VOID(co_await store_->run(std::move(save)));
  NetworkSession& added = add(std::move(joined));
  for (const std::string& id : published_) {
    const auto share = node_->shares().find(id);
    if (!share || (*share)->served == nullptr) continue;
    auto announcement = announcement_of(**share, added);
    if (announcement) added.announce(*access::parse_share_id(id), std::move(*announcement));
  }
  added.start();
  co_return added.view();
}

Result<std::size_t> NetworkBook::find(std::string_view words) const {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < sessions_.size(); ++i) {
    const std::string key = to_base32(sessions_[i]->network().view());
    if (words.empty() || (!key.starts_with(words) && sessions_[i]->joined().name.text() != words)) continue;
    if (found) {
      return fail(ErrorCode::kInvalidArgument,
                  "'{}' fits more than one network; 'covey networks' lists their keys", words);
    }
    found = i;
  }
  if (!found)
    return fail(ErrorCode::kNotFound, "this peer is in no network '{}'; 'covey networks' lists them", words);
  return *found;
}

io::Awaitable<Result<>> NetworkBook::leave(std::string words) {
  Session session;
  {
    CO_TRY(const auto turn, co_await turns_.next());
    CO_TRY(const std::size_t place, find(words));
    session = sessions_[place];
    auto forget = [network = session->network()](DaemonStore& store) {
      return store.remove_network(network);
    };
    CO_TRY_VOID(co_await store_->run(std::move(forget)));
    std::erase(sessions_, session);
  }
  const crypto::PublicKey network = session->network();
  // The tracker may be away; then what was announced ends by itself.
  const auto withdrawn = co_await session->withdraw_all();
  if (!withdrawn)
    log::warn("left a network whose tracker could not be told: {}", to_string(withdrawn.error()));
  co_await session->stop();
  api::Event event;
  event.left_network = to_base32(network.view());
  publish_(event);
  co_return Result<>{};
}

std::vector<api::NetworkView> NetworkBook::views() const {
  std::vector<api::NetworkView> out;
  for (const Session& session : sessions_) out.push_back(session->view());
  return out;
}

Result<Announcement> NetworkBook::announcement_of(const OwnedShare& share,
                                                  const NetworkSession& session) const {
  TRY(const auto id, access::parse_share_id(share.view.id));
  const WallTime now = node_->clock().wall();
  std::optional<WallTime> expires_at;
  if (share.view.expires_at) expires_at = from_unix_ms(*share.view.expires_at);
  const WallTime listed_until = std::min<WallTime>(expires_at.value_or(WallTime::max()), now + kListingLife);
  access::ShareListing listing{.network = session.network(),
                               .sequence = static_cast<std::uint64_t>(to_unix_ms(now)),
                               .expires_at = listed_until,
                               .visibility = share.rules.visibility,
                               .access = share.rules.access,
                               .tags = share.view.tags,
                               .names = {},
                               .description = node_->shares().describe(share, id, expires_at)};
  if (share.view.reveals_names) listing.names = revealed_names(*share.served);
  Announcement out{.listing = {}, .sequence = listing.sequence, .audience = {}};
  if (share.rules.visibility == access::Visibility::kListed)
    out.audience.assign(share.rules.named.begin(), share.rules.named.end());
  TRY(out.listing, access::sign(listing, node_->device()));
  return out;
}

void NetworkBook::publish(const OwnedShare& share) {
  if (share.rules.visibility == access::Visibility::kUnlisted || share.served == nullptr) return;
  if (std::find(published_.begin(), published_.end(), share.view.id) == published_.end())
    published_.push_back(share.view.id);
  for (const Session& session : sessions_) {
    auto announcement = announcement_of(share, *session);
    if (announcement) {
      session->announce(*access::parse_share_id(share.view.id), std::move(*announcement));
    } else {
      log::warn("share {} cannot be announced: {}", share.view.id, to_string(announcement.error()));
    }
  }
}

void NetworkBook::withdraw(const std::string& share) {
  std::erase(published_, share);
  const auto id = access::parse_share_id(share);
  if (!id) return;
  for (const Session& session : sessions_) session->withdraw(*id);
}

void NetworkBook::provide(const access::ShareId& share, bool served) {
  for (const Session& session : sessions_) served ? session->provide(share) : session->stop_providing(share);
}

Result<crypto::PublicKey> NetworkBook::check_member(ByteView record, const identity::PeerId& peer) const {
  Error last{ErrorCode::kRefused, "a membership of a network that is not ours"};
  for (const Session& session : sessions_) {
    const auto membership = identity::verify_membership(record, session->network(), node_->clock().wall());
    if (membership && membership->claim.peer == peer) return session->network();
    if (membership) return fail(ErrorCode::kVerificationFailed, "the membership of another peer");
    if (membership.error().code != ErrorCode::kVerificationFailed) last = membership.error();
  }
  return std::unexpected(std::move(last));
}

bool NetworkBook::believe(const KnownName& met) {
  switch (names_.meet(met)) {
    case KnownNames::Verdict::kKnown:
      return true;
    case KnownNames::Verdict::kNew: {
      auto keep = [](StoreThread* store, KnownName name) -> io::Awaitable<void> {
        auto save = [&name](DaemonStore& s) { return s.save(name); };
        const auto saved = co_await store->run(save);
        if (!saved) log::error("cannot remember a name: {}", to_string(saved.error()));
      };
      tasks_.spawn(keep(store_, met));
      return true;
    }
    case KnownNames::Verdict::kAnothers:
      break;
  }
  if (names_.first_time(met) && on_name_changed_) {
    const auto known = names_.owner(met.network, met.name);
    on_name_changed_(met.peer, fmt::format("{} is now said to be the peer {}, but here it is {}",
                                           met.name.text(), met.peer.short_text(), known->short_text()));
  }
  return false;
}

std::string NetworkBook::meet_member(ByteView record, const identity::PeerId& peer) {
  const WallTime now = node_->clock().wall();
  for (const Session& session : sessions_) {
    const auto membership = identity::verify_membership(record, session->network(), now);
    if (!membership || membership->claim.peer != peer) continue;
    const KnownName met{.network = session->network(),
                        .name = membership->claim.name,
                        .peer = peer,
                        .serial = membership->serial};
    return believe(met) ? met.name.text() : std::string();
  }
  return {};
}

Error NetworkBook::nobody_knows(std::string_view what, const std::optional<Error>& last) const {
  if (sessions_.empty()) return no_network().error();
  if (last && last->code != ErrorCode::kNotFound) return *last;
  return {ErrorCode::kNotFound, fmt::format("none of the networks knows {}", what)};
}

}  // namespace covey::daemon
