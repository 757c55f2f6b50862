// Shares: announcing, finding and serving them. What a peer may not see is answered exactly as what does not
// exist; the database knows who may see what.

#include "access/share_listing.hpp"
#include "http/target.hpp"
#include "registry/search_words.hpp"
#include "tracker/answers.hpp"
#include "tracker/handlers.hpp"
#include "tracker/json_body.hpp"
#include "tracker/membership_records.hpp"

namespace covey::tracker {
namespace {

std::unexpected<Error> no_such_share() {
  return fail(ErrorCode::kNotFound, "there is no such share, or it is not for this peer");
}

Result<std::vector<identity::PeerId>> read_audience(const JsonBody& body, access::Visibility visibility) {
  TRY(const auto texts, body.optional_texts("audience", kMaxAudience));
  std::vector<identity::PeerId> out;
  if (!texts) return out;
  if (!texts->empty() && visibility != access::Visibility::kListed)
    return fail(ErrorCode::kInvalidArgument, "only a share whose visibility is 'listed' has an audience");
  for (const std::string& text : *texts) {
    TRY(const auto peer, identity::PeerId::parse(text));
    out.push_back(peer);
  }
  return out;
}

registry::SearchWords words_of(const access::VerifiedListing& listing) {
  std::vector<std::string_view> texts{listing.share.title};
  texts.insert(texts.end(), listing.listing.tags.begin(), listing.listing.tags.end());
  texts.insert(texts.end(), listing.listing.names.begin(), listing.listing.names.end());
  return registry::SearchWords::of(texts);
}

Result<registry::Announcement> read_announcement(const Call& call, const crypto::PublicKey& network,
                                                 WallTime now) {
  TRY(const auto share, access::parse_share_id(call.id));
  TRY(const JsonBody body, JsonBody::parse(call.body));
  access::SignedShareListing signed_listing;
  TRY(signed_listing.payload, body.bytes("listing", access::kMaxShareListingBytes));
  TRY(signed_listing.signature, body.fixed<crypto::Signature>("signature"));
  TRY(auto listing, access::verify(signed_listing, network, now));
  if (listing.share.owner != call.peer)
    return fail(ErrorCode::kVerificationFailed,
                "this listing is of another peer's share; its owner announces it");
  if (listing.share.share_id != share)
    return fail(ErrorCode::kVerificationFailed, "this listing is of another share than the URL names");
  TRY(auto audience, read_audience(body, listing.listing.visibility));
  auto words = words_of(listing);
  return registry::Announcement{.listing = std::move(listing),
                                .signed_listing = std::move(signed_listing),
                                .audience = std::move(audience),
                                .words = std::move(words)};
}

void write_share(JsonLine& line, const registry::ListedShare& share) {
  line.key("listing")
      .bytes(share.signed_listing.payload)
      .key("signature")
      .bytes(share.signed_listing.signature.view());
  line.key("owner_name").text(share.owner_name.text()).key("owner_online").truth(share.owner_online);
}

/// The body of GET /shares/{id}, made where the database is read: base64 of a listing may be 87 KB.
Result<std::string> share_body(registry::Store& store, const access::ShareId& id,
                               const identity::PeerId& viewer, WallTime now) {
  TRY(const auto share, store.share(id, viewer, now));
  if (!share) return no_such_share();
  TRY(const auto providers, store.providers(id, viewer, kMaxProviders, now));
  JsonLine line(512 + share->signed_listing.payload.size() * 4 / 3 + providers.size() * 192);
  line.open('{');
  write_share(line, *share);
  line.key("providers").open('[');
  for (const registry::Provider& provider : providers) {
    line.open('{').key("peer_id").text(provider.peer.to_text()).key("name").text(provider.name.text());
    line.key("addresses");
    write_addresses(line, provider.addresses);
    line.close('}');
  }
  line.close(']').close('}');
  return line.take();
}

/// What was asked of the search; the owner is still a name or an id.
struct SearchRequest {
  registry::SearchQuery query;
  std::optional<std::string> owner;
};

Result<SearchRequest> read_search(const Call& call) {
  SearchRequest out;
  out.query.viewer = call.peer;
  TRY(const auto words, http::parameter(call.query, "q"));
  if (words && words->size() > kMaxQueryBytes)
    return fail(ErrorCode::kInvalidArgument, "search for at most {} bytes", kMaxQueryBytes);
  if (words) out.query.words = registry::SearchWords::of(std::string_view(*words));
  if (out.query.words.words().size() > kMaxQueryWords)
    return fail(ErrorCode::kInvalidArgument, "search for at most {} words", kMaxQueryWords);
  TRY(out.owner, http::parameter(call.query, "owner"));
  TRY(const auto after, http::parameter(call.query, "after"));
  out.query.after = after.value_or("");
  TRY(out.query.limit, http::number_parameter(call.query, "limit", kMaxPage, kDefaultPage));
  return out;
}

/// False when nobody is called so.
Result<bool> find_owner(registry::Store& store, SearchRequest& request) {
  if (!request.owner) return true;
  if (const auto name = identity::PeerName::parse(*request.owner)) {
    TRY(const auto member, store.member(*name));
    if (!member) return false;
    request.query.owner = member->peer;
    return true;
  }
  TRY(request.query.owner, identity::PeerId::parse(*request.owner));
  return true;
}

/// Only words that fold to nothing, "!!!", find nothing, where no words at all find everything.
bool asks_for_nothing(const Call& call, const SearchRequest& request) {
  const auto words = http::parameter(call.query, "q");
  return words && *words && request.query.words.empty() &&
         (*words)->find_first_not_of(' ') != std::string::npos;
}

std::size_t bytes_of(const registry::SearchPage& page) {
  std::size_t bytes = 0;
  for (const registry::ListedShare& share : page.shares) bytes += share.signed_listing.payload.size();
  return bytes;
}

/// A page of at most kMaxPageBytes: the cursor is the database's to make, so it is asked for fewer until they
/// fit.
Result<registry::SearchPage> bounded_search(registry::Store& store, registry::SearchQuery query,
                                            WallTime now) {
  TRY(auto page, store.search(query, now));
  while (page.shares.size() > 1 && bytes_of(page) > kMaxPageBytes) {
    query.limit = page.shares.size() / 2;
    TRY(page, store.search(query, now));
  }
  return page;
}

std::string search_body(const registry::SearchPage& page) {
  JsonLine line(256 + page.shares.size() * 1024);
  line.open('{').key("shares").open('[');
  for (const registry::ListedShare& share : page.shares) {
    line.open('{');
    write_share(line, share);
    line.close('}');
  }
  line.close(']').key("next").text(page.next).key("total").number(page.total);
  line.key("total_is_exact").truth(page.total < registry::kMaxCounted).close('}');
  return line.take();
}

}  // namespace

Answer put_share(Tracker& tracker, Call call) {
  const WallTime now = tracker.clock.wall();
  ANSWER_TRY(auto announcement, read_announcement(call, tracker.keys.network.public_key(), now));
  auto announce = [announcement = std::move(announcement), most = tracker.limits.shares_of_one_owner,
                   now](registry::Store& store) -> Result<bool> {
    const auto& share = announcement.listing.share;
    TRY(const auto before, store.share(share.share_id, share.owner, now));
    TRY_VOID(store.announce(announcement, most));
    return before.has_value();
  };
  ANSWER_TRY(const bool replaced, co_await tracker.registry.write(call.peer, std::move(announce)));
  co_return json_response(replaced ? 200 : 201, std::string("{}"));
}

Answer delete_share(Tracker& tracker, Call call) {
  ANSWER_TRY(const auto share, access::parse_share_id(call.id));
  auto withdraw = [share, owner = call.peer](registry::Store& store) { return store.withdraw(share, owner); };
  const auto withdrawn = co_await tracker.registry.write(call.peer, std::move(withdraw));
  if (!withdrawn && withdrawn.error().code == ErrorCode::kNotFound)
    co_return error_response(no_such_share().error());
  ANSWER_TRY_VOID(withdrawn);
  co_return no_content();
}

Answer get_share(Tracker& tracker, Call call) {
  ANSWER_TRY(const auto share, access::parse_share_id(call.id));
  auto look = [share, viewer = call.peer, now = tracker.clock.wall()](registry::Store& store) {
    return share_body(store, share, viewer, now);
  };
  ANSWER_TRY(auto body, co_await tracker.registry.read(std::move(look)));
  co_return json_response(200, std::move(body));
}

Answer get_shares(Tracker& tracker, Call call) {
  ANSWER_TRY(auto request, read_search(call));
  if (asks_for_nothing(call, request)) co_return json_response(200, search_body({}));
  auto look = [request = std::move(request),
               now = tracker.clock.wall()](registry::Store& store) -> Result<std::string> {
    SearchRequest asked = request;
    TRY(const bool known, find_owner(store, asked));
    if (!known) return search_body({});
    TRY(const auto page, bounded_search(store, asked.query, now));
    return search_body(page);
  };
  ANSWER_TRY(auto body, co_await tracker.registry.read(std::move(look)));
  co_return json_response(200, std::move(body));
}

Answer put_provider(Tracker& tracker, Call call) {
  ANSWER_TRY(const auto share, access::parse_share_id(call.id));
  auto add = [share, peer = call.peer, now = tracker.clock.wall()](registry::Store& store) {
    return store.add_provider(share, peer, now + kProviderLease, now);
  };
  const auto added = co_await tracker.registry.write(call.peer, std::move(add));
  if (!added && added.error().code == ErrorCode::kNotFound) co_return error_response(no_such_share().error());
  ANSWER_TRY_VOID(added);
  JsonLine line;
  line.open('{')
      .key("expires_in")
      .number(std::uint64_t{std::chrono::seconds(kProviderLease).count()})
      .close('}');
  co_return json_response(200, line);
}

Answer delete_provider(Tracker& tracker, Call call) {
  ANSWER_TRY(const auto share, access::parse_share_id(call.id));
  auto remove = [share, peer = call.peer](registry::Store& store) {
    return store.remove_provider(share, peer);
  };
  ANSWER_TRY_VOID(co_await tracker.registry.write(call.peer, std::move(remove)));
  co_return no_content();
}

}  // namespace covey::tracker
