// NetworkBook's questions to the trackers: search, peers, where somebody is.

#include <algorithm>
#include <charconv>

#include "base/encoding.hpp"
#include "daemon/network_book.hpp"
#include "daemon/view_of.hpp"

namespace covey::daemon {
namespace {

constexpr std::size_t kMaxRecent = 2000;
constexpr std::size_t kMaxPeersShown = 1000;
constexpr std::size_t kMinIdCharacters = 4;

/// A cursor over several networks: the place of the network, a slash, and the tracker's own.
struct Cursor {
  std::size_t place = 0;
  std::string after;
};

Result<Cursor> parse_cursor(const std::string& text) {
  if (text.empty()) return Cursor{};
  Cursor out;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out.place);
  if (error != std::errc() || end == text.data() + text.size() || *end != '/')
    return fail(ErrorCode::kInvalidArgument, "'{}' is no place to go on from; search again", text);
  out.after.assign(end + 1, text.data() + text.size());
  return out;
}

KnownName known_name(const NetworkSession& session, const identity::PeerName& name,
                     const identity::PeerId& peer) {
  return {.network = session.network(), .name = name, .peer = peer, .serial = 0};
}

}  // namespace

api::FoundShareView NetworkBook::view_of(const NetworkSession& session, const discovery::FoundShare& found) {
  const access::ShareDescription& share = found.verified.share;
  const access::ShareListing& listing = found.verified.listing;
  api::FoundShareView out{.share_id = access::to_text(share.share_id), .title = share.title};
  out.kind = share.kind == access::ShareKind::kFile ? api::ShareKind::kFile : api::ShareKind::kFolder;
  out.bytes = share.total_bytes;
  out.files = share.file_count;
  out.content_id = to_hex(share.root.view());
  out.tags = listing.tags;
  out.visibility = daemon::view_of(listing.visibility);
  out.access = daemon::view_of(listing.access);
  out.owner = share.owner.to_text();
  if (believe(known_name(session, found.owner_name, share.owner))) out.owner_name = found.owner_name.text();
  out.owner_online = found.owner_online;
  out.network = to_base32(session.network().view());
  out.created_at = to_unix_ms(share.created_at);
  if (share.expires_at) out.expires_at = to_unix_ms(*share.expires_at);
  return out;
}

FoundShare NetworkBook::found_share(const NetworkSession& session, const access::VerifiedListing& verified) {
  const access::ShareDescription& share = verified.share;
  return {.share = share.share_id,
          .owner = share.owner,
          .network = session.network(),
          .title = share.title,
          .access = verified.listing.access,
          .bytes = share.total_bytes,
          .files = share.file_count};
}

void NetworkBook::remember(const FoundShare& found) {
  std::erase_if(recent_, [&](const FoundShare& known) { return known.share == found.share; });
  recent_.push_back(found);
  if (recent_.size() > kMaxRecent) recent_.pop_front();
}

io::Awaitable<Result<api::SearchView>> NetworkBook::search_in(Session session, api::SearchRequest request) {
  discovery::ShareQuery query{
      .words = request.words, .owner = std::nullopt, .after = request.after, .limit = request.limit};
  if (!request.owner.empty()) {
    CO_TRY(query.owner, co_await resolve_one(request.owner));
  }
  auto search = [&query](discovery::TrackerClient& client) { return client.search(query); };
  CO_TRY(const auto page, co_await session->ask(search));
  api::SearchView out{
      .shares = {}, .next = page.next, .total = page.total, .total_is_exact = page.total_is_exact};
  for (const discovery::FoundShare& found : page.shares) {
    remember(found_share(*session, found.verified));
    out.shares.push_back(view_of(*session, found));
  }
  co_return out;
}

io::Awaitable<Result<api::SearchView>> NetworkBook::search(api::SearchRequest request) {
  if (sessions_.empty()) co_return std::unexpected(nobody_knows("", std::nullopt));
  CO_TRY(const auto cursor, parse_cursor(request.after));
  const bool is_first = request.after.empty();
  std::optional<api::SearchView> out;
  std::optional<Error> last;
  for (std::size_t i = cursor.place; i < sessions_.size(); ++i) {
    request.after = i == cursor.place ? cursor.after : std::string();
    auto page = co_await search_in(sessions_[i], request);
    if (!page) {
      last = std::move(page).error();
      continue;
    }
    if (!out) {
      out = std::move(*page);
      if (!out->next.empty()) {
        out->next = fmt::format("{}/{}", i, out->next);
      } else if (i + 1 < sessions_.size()) {
        out->next = fmt::format("{}/", i + 1);
      }
    } else {
      out->total += page->total;
      out->total_is_exact = out->total_is_exact && page->total_is_exact;
    }
    if (!is_first) break;  // the totals were told with the first page
  }
  if (!out) co_return std::unexpected(nobody_knows("this", last));
  co_return std::move(*out);
}

io::Awaitable<Result<std::vector<api::PeerView>>> NetworkBook::peers() {
  if (sessions_.empty()) co_return std::unexpected(nobody_knows("", std::nullopt));
  std::vector<api::PeerView> out;
  std::optional<Error> last;
  for (std::size_t i = 0; i < sessions_.size(); ++i) {
    const Session session = sessions_[i];
    std::string after;
    do {
      auto ask = [&after](discovery::TrackerClient& client) { return client.peers(after); };
      auto page = co_await session->ask(ask);
      if (!page) {
        last = std::move(page).error();
        break;
      }
      for (const discovery::PresentPeer& peer : page->peers) {
        const bool believed = believe(known_name(*session, peer.name, peer.peer));
        api::PeerView view{.peer_id = peer.peer.to_text(),
                           .name = believed ? peer.name.text() : std::string(),
                           .network = to_base32(session->network().view()),
                           .addresses = {}};
        for (const auto& address : peer.addresses) view.addresses.push_back(address.to_text());
        out.push_back(std::move(view));
      }
      after = std::move(page->next);
    } while (!after.empty() && out.size() < kMaxPeersShown);
  }
  if (out.empty() && last) co_return std::unexpected(*last);
  co_return out;
}

io::Awaitable<Result<identity::PeerId>> NetworkBook::resolve_one(std::string word) {
  if (const auto peer = identity::PeerId::parse(word)) co_return *peer;
  CO_TRY(const auto name, identity::PeerName::parse(word));
  std::optional<Error> last;
  for (std::size_t i = 0; i < sessions_.size(); ++i) {
    const Session session = sessions_[i];
    // Whom we know by this name is meant, whatever a tracker says today.
    if (const auto known = names_.owner(session->network(), name)) co_return *known;
    auto ask = [&name](discovery::TrackerClient& client) { return client.peer(name); };
    const auto found = co_await session->ask(ask);
    if (!found) {
      last = found.error();
      continue;
    }
    (void)believe(
        {.network = session->network(), .name = name, .peer = found->peer, .serial = found->serial});
    co_return found->peer;
  }
  co_return std::unexpected(nobody_knows(fmt::format("the name {}", name.text()), last));
}

io::Awaitable<Result<std::vector<identity::PeerId>>> NetworkBook::resolve(std::vector<std::string> words) {
  std::vector<identity::PeerId> out;
  for (std::string& word : words) {
    CO_TRY(const auto peer, co_await resolve_one(std::move(word)));
    out.push_back(peer);
  }
  co_return out;
}

Result<std::optional<FoundShare>> NetworkBook::found_lately(std::string_view words) const {
  const FoundShare* out = nullptr;
  for (const FoundShare& known : recent_) {
    const std::string id = access::to_text(known.share);
    const bool fits = known.title == words || (words.size() >= kMinIdCharacters && id.starts_with(words));
    if (!fits) continue;
    if (id == words) return known;
    if (out != nullptr) {
      return fail(ErrorCode::kInvalidArgument, "'{}' fits more than one share; give more of the share's id",
                  words);
    }
    out = &known;
  }
  return out == nullptr ? std::nullopt : std::optional(*out);
}

io::Awaitable<Result<FoundShare>> NetworkBook::look_up(access::ShareId share) {
  std::optional<Error> last;
  for (std::size_t i = 0; i < sessions_.size(); ++i) {
    const Session session = sessions_[i];
    auto ask = [&share](discovery::TrackerClient& client) { return client.share(share); };
    const auto found = co_await session->ask(ask);
    if (found) {
      FoundShare out = found_share(*session, found->verified);
      remember(out);
      co_return out;
    }
    // One that is away may have it all the same.
    if (!last || last->code == ErrorCode::kNotFound) last = found.error();
  }
  co_return std::unexpected(nobody_knows("this share", last));
}

io::Awaitable<Result<FoundShare>> NetworkBook::find_share(std::string words) {
  CO_TRY(const auto known, found_lately(words));
  const auto named = access::parse_share_id(words);
  if (!known && !named) {
    co_return fail(
        ErrorCode::kNotFound,
        "'{}' is neither a ticket nor a share that was searched for lately; covey search finds shares",
        words);
  }
  // Its rules may have changed since it was found, and it may be gone.
  auto now = co_await look_up(known ? known->share : *named);
  if (now || !known) co_return now;
  if (now.error().code != ErrorCode::kNotFound) co_return *known;
  std::erase_if(recent_, [&](const FoundShare& found) { return found.share == known->share; });
  co_return now;
}

io::Awaitable<Result<swarm::Whereabouts>> NetworkBook::locate(access::ShareId share, identity::PeerId owner) {
  std::optional<Error> last;
  for (std::size_t i = 0; i < sessions_.size(); ++i) {
    const Session session = sessions_[i];
    auto ask = [&share](discovery::TrackerClient& client) { return client.share(share); };
    const auto found = co_await session->ask(ask);
    if (!found) {
      last = found.error();
      continue;
    }
    if (found->verified.share.owner != owner) continue;  // somebody else's under the same id
    swarm::Whereabouts out{.addresses = {}, .others = {}, .membership = session->joined().membership};
    for (const auto& provider : found->providers) {
      if (provider.peer == owner) {
        out.addresses = provider.addresses;
      } else {
        out.others.push_back({.peer = provider.peer, .addresses = provider.addresses});
      }
    }
    co_return out;
  }
  co_return std::unexpected(nobody_knows("this share", last));
}

io::Awaitable<Bytes> NetworkBook::membership_for(access::ShareId share, identity::PeerId owner) {
  const auto found = co_await locate(share, owner);
  if (found) co_return found->membership;
  co_return sessions_.empty() ? Bytes() : sessions_.front()->joined().membership;
}

}  // namespace covey::daemon
