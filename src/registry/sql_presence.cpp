// Presence and providers of a SqlStore.

#include "registry/sql_store.hpp"
#include "registry/sql_values.hpp"

namespace covey::registry {
namespace {

Result<Presence> stored_presence(const SqlRow& row) {
  TRY(auto name, stored_name(row, 1));
  TRY(auto addresses, decode_addresses(row.blob(2)));
  return Presence{.peer = row.peer(0),
                  .name = std::move(name),
                  .addresses = std::move(addresses),
                  .expires_at = from_unix_ms(row.integer(3))};
}

Result<Provider> stored_provider(const SqlRow& row) {
  TRY(auto name, stored_name(row, 1));
  Provider provider{.peer = row.peer(0), .name = std::move(name), .addresses = {}};
  if (!row.is_null(2)) {
    TRY(provider.addresses, decode_addresses(row.blob(2)));
  }
  return provider;
}

}  // namespace

Result<> SqlStore::renew_presence(const identity::PeerId& peer,
                                  const std::optional<std::vector<access::Endpoint>>& addresses,
                                  WallTime expires_at) {
  if (addresses && addresses->size() > kMaxAddresses) {
    return fail(ErrorCode::kLimitExceeded, "a peer tells at most {} addresses", kMaxAddresses);
  }
  const Bytes encoded = addresses ? encode_addresses(*addresses) : Bytes();
  const std::string sql = fmt::format(
      "INSERT INTO presence (peer, addresses, expires_at)"
      " SELECT peer, CAST($2 AS {}), CAST($3 AS BIGINT) FROM member WHERE peer = $1 AND state = 1"
      " ON CONFLICT (peer) DO UPDATE SET expires_at = excluded.expires_at{}",
      sql_->bytes_type(), addresses ? ", addresses = excluded.addresses" : "");
  TRY(const auto renewed, sql_->execute(sql, peer.public_key(), encoded, column_time(expires_at)));
  if (renewed == 0) return fail(ErrorCode::kNotFound, "this peer is no active member of the network");
  return {};
}

Result<> SqlStore::end_presence(const identity::PeerId& peer) {
  TRY_VOID(sql_->execute("DELETE FROM presence WHERE peer = $1", peer.public_key()));
  return {};
}

Result<std::optional<Presence>> SqlStore::presence(const identity::PeerId& peer, WallTime now) {
  return sql_->select_one<Presence>(stored_presence,
                                    "SELECT m.peer, m.name, p.addresses, p.expires_at"
                                    " FROM presence p JOIN member m ON m.peer = p.peer"
                                    " WHERE p.peer = $1 AND p.expires_at > $2 AND m.state = 1",
                                    peer.public_key(), column_time(now));
}

Result<std::vector<Presence>> SqlStore::present(std::string_view after, std::size_t limit, WallTime now) {
  TRY_VOID(expect_clean(after, kMaxCursorBytes, "the name to go on after"));
  return sql_->select<Presence>(stored_presence,
                                "SELECT m.peer, m.name, p.addresses, p.expires_at"
                                " FROM member m JOIN presence p ON p.peer = m.peer"
                                " WHERE m.name > $1 AND p.expires_at > $2 AND m.state = 1"
                                " ORDER BY m.name LIMIT $3",
                                after, column_time(now), page_size(limit));
}

Result<> SqlStore::add_provider(const access::ShareId& share, const identity::PeerId& peer,
                                WallTime expires_at, WallTime now) {
  return together([&]() -> Result<> {
    TRY(const auto seen, visible(share, peer, now));
    if (!seen) return fail(ErrorCode::kNotFound, "there is no such share in the network");
    TRY_VOID(
        sql_->execute("INSERT INTO provider (share, peer, expires_at) VALUES ($1, $2, $3)"
                      " ON CONFLICT (share, peer) DO UPDATE SET expires_at = excluded.expires_at",
                      share, peer.public_key(), column_time(expires_at)));
    return {};
  });
}

Result<> SqlStore::remove_provider(const access::ShareId& share, const identity::PeerId& peer) {
  TRY_VOID(sql_->execute("DELETE FROM provider WHERE share = $1 AND peer = $2", share, peer.public_key()));
  return {};
}

Result<std::vector<Provider>> SqlStore::providers(const access::ShareId& share,
                                                  const identity::PeerId& viewer, std::size_t limit,
                                                  WallTime now) {
  std::vector<Provider> out;
  TRY(const auto seen, visible(share, viewer, now));
  if (!seen || limit == 0) return out;
  TRY(out, owner_as_provider(share, now));
  // A share's audience may have shrunk since they came: whoever may not see it any more is no provider of it.
  TRY(auto others, sql_->select<Provider>(stored_provider,
                                          "SELECT m.peer, m.name, p.addresses FROM provider v"
                                          " JOIN share s ON s.id = v.share"
                                          " JOIN member m ON m.peer = v.peer"
                                          " JOIN presence p ON p.peer = v.peer"
                                          " WHERE v.share = $1 AND v.expires_at > $2 AND p.expires_at > $2"
                                          " AND v.peer <> s.owner AND m.state = 1"
                                          " AND (s.visibility = 1 OR EXISTS (SELECT 1 FROM audience a"
                                          "  WHERE a.peer = v.peer AND a.number = s.number))"
                                          " ORDER BY v.expires_at DESC, m.name LIMIT $3",
                                          share, column_time(now), page_size(limit) - out.size()));
  std::move(others.begin(), others.end(), std::back_inserter(out));
  return out;
}

Result<std::vector<Provider>> SqlStore::owner_as_provider(const access::ShareId& share, WallTime now) {
  return sql_->select<Provider>(stored_provider,
                                "SELECT m.peer, m.name, p.addresses FROM share s"
                                " JOIN member m ON m.peer = s.owner JOIN presence p ON p.peer = s.owner"
                                " WHERE s.id = $1 AND p.expires_at > $2 AND m.state = 1",
                                share, column_time(now));
}

}  // namespace covey::registry
