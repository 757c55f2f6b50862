// Who is present, and where.

#include "http/target.hpp"
#include "tracker/answers.hpp"
#include "tracker/handlers.hpp"
#include "tracker/json_body.hpp"
#include "tracker/membership_records.hpp"

namespace covey::tracker {
namespace {

using Addresses = std::optional<std::vector<access::Endpoint>>;

Result<Addresses> read_addresses(std::string_view text) {
  if (text.empty()) return std::nullopt;
  TRY(const JsonBody body, JsonBody::parse(text));
  TRY(const auto texts, body.optional_texts("addresses", registry::kMaxAddresses));
  if (!texts) return std::nullopt;
  std::vector<access::Endpoint> out;
  for (const std::string& one : *texts) {
    TRY(const auto address, access::Endpoint::parse(one));
    if (address.is_unspecified() || address.port() == 0)
      return fail(ErrorCode::kInvalidArgument, "nobody can reach {}", address.to_text());
    out.push_back(address);
  }
  return out;
}

}  // namespace

Answer get_peers(Tracker& tracker, Call call) {
  ANSWER_TRY(const auto after, http::parameter(call.query, "after"));
  ANSWER_TRY(const auto limit, http::number_parameter(call.query, "limit", kMaxPage, kDefaultPage));
  auto look = [after = after.value_or(""), limit, now = tracker.clock.wall()](registry::Store& store) {
    return store.present(after, limit, now);
  };
  ANSWER_TRY(const auto present, co_await tracker.registry.read(std::move(look)));
  JsonLine line(64 + present.size() * 256);
  line.open('{').key("peers").open('[');
  for (const registry::Presence& peer : present) {
    line.open('{')
        .key("peer_id")
        .text(peer.peer.to_text())
        .key("name")
        .text(peer.name.text())
        .key("addresses");
    write_addresses(line, peer.addresses);
    line.close('}');
  }
  line.close(']').key("next").text(present.size() < limit ? "" : present.back().name.text()).close('}');
  co_return json_response(200, line);
}

Answer put_presence(Tracker& tracker, Call call) {
  ANSWER_TRY(auto addresses, read_addresses(call.body));
  auto renew = [peer = call.peer, addresses = std::move(addresses),
                until = tracker.clock.wall() + kPresenceLease](registry::Store& store) {
    return store.renew_presence(peer, addresses, until);
  };
  ANSWER_TRY_VOID(co_await tracker.registry.write(call.peer, std::move(renew)));
  const auto seen =
      call.client.is_v6() && call.client.to_v6().is_v4_mapped()
          ? asio::ip::address(asio::ip::make_address_v4(asio::ip::v4_mapped, call.client.to_v6()))
          : call.client;
  JsonLine line;
  line.open('{').key("expires_in").number(std::uint64_t{kPresenceLease.count()});
  line.key("seen_as").text(seen.to_string()).close('}');
  co_return json_response(200, line);
}

Answer delete_presence(Tracker& tracker, Call call) {
  auto end = [peer = call.peer](registry::Store& store) { return store.end_presence(peer); };
  ANSWER_TRY_VOID(co_await tracker.registry.write(call.peer, std::move(end)));
  co_return no_content();
}

}  // namespace covey::tracker
