// DaemonStore's part about networks: what was joined, whose names are known, which alerts were raised.

#include "base/cursor.hpp"
#include "base/encoding.hpp"
#include "crypto/hash.hpp"
#include "daemon/daemon_store.hpp"

namespace covey::daemon {
namespace {

constexpr std::size_t kMaxAlertsShown = 1000;

}  // namespace

std::string DaemonStore::hidden_key(std::string_view table, ByteView key) const {
  const Bytes message = ByteWriter().sized16(as_bytes(table)).raw(key).take();
  return to_base32(
      crypto::keyed_blake3(crypto::derive_key(crypto::kHiddenKeyLabel, vault_key_.view()), message).view());
}

// sealed network := name_length:u16 name membership_length:u16 membership link, in its text form
Result<> DaemonStore::save(const JoinedNetwork& network) {
  const std::string id = hidden_key("network", network.link.network.view());
  const std::string link = network.link.to_text();
  const Bytes plain = ByteWriter()
                          .sized16(as_bytes(network.name.text()))
                          .sized16(network.membership)
                          .raw(as_bytes(link))
                          .take();
  return database_.execute("INSERT OR REPLACE INTO network VALUES (?, ?, ?)", id, seal("network", id, plain),
                           network.joined_at);
}

Result<> DaemonStore::remove_network(const crypto::PublicKey& network) {
  return database_.execute("DELETE FROM network WHERE id = ?", hidden_key("network", network.view()));
}

Result<std::vector<JoinedNetwork>> DaemonStore::networks() {
  const auto map = [this](const db::Row& row) -> Result<JoinedNetwork> {
    TRY(const auto plain, unseal("network", row.text(0), row.blob(1)));
    ByteReader reader(plain.view());
    TRY(const ByteView name_text, reader.sized16(kMaxTextBytes));
    TRY(const ByteView membership, reader.sized16(identity::kMaxMembershipBytes));
    TRY(const ByteView link_text, reader.raw(reader.left()));
    TRY(auto link, identity::NetworkLink::parse(as_text(link_text)));
    TRY(auto name, identity::PeerName::parse(as_text(name_text)));
    return JoinedNetwork{.link = std::move(link),
                         .name = std::move(name),
                         .membership = to_bytes(membership),
                         .joined_at = row.integer(2)};
  };
  return database_.select(map, "SELECT id, sealed, joined_at FROM network ORDER BY joined_at");
}

// sealed known name := network:32 peer_key:32 serial:u64 name
Result<> DaemonStore::save(const KnownName& name) {
  const Bytes key = ByteWriter().raw(name.network.view()).raw(as_bytes(name.name.text())).take();
  const std::string id = hidden_key("known name", key);
  const Bytes plain = ByteWriter()
                          .raw(name.network.view())
                          .raw(name.peer.public_key().view())
                          .number(name.serial)
                          .raw(as_bytes(name.name.text()))
                          .take();
  return database_.execute("INSERT OR REPLACE INTO known_name VALUES (?, ?)", id,
                           seal("known name", id, plain));
}

Result<std::vector<KnownName>> DaemonStore::known_names() {
  const auto map = [this](const db::Row& row) -> Result<KnownName> {
    TRY(const auto plain, unseal("known name", row.text(0), row.blob(1)));
    ByteReader reader(plain.view());
    TRY(const auto network, reader.fixed<crypto::PublicKey>());
    TRY(const auto peer, reader.fixed<crypto::PublicKey>());
    TRY(const auto serial, reader.number<std::uint64_t>());
    TRY(const ByteView text, reader.raw(reader.left()));
    TRY(auto name, identity::PeerName::parse(as_text(text)));
    return KnownName{
        .network = network, .name = std::move(name), .peer = identity::PeerId(peer), .serial = serial};
  };
  return database_.select(map, "SELECT id, sealed FROM known_name");
}

// sealed whom := peer_length:u16 peer_id address
Result<api::AlertView> DaemonStore::save(const api::AlertView& alert) {
  api::AlertView saved = alert;
  if (saved.id == 0) {
    const auto next = [](const db::Row& row) { return row.unsigned_integer(0); };
    TRY(const auto id, database_.select_one(next, "SELECT coalesce(max(id), 0) + 1 FROM alert"));
    saved.id = id.value_or(1);
  }
  const std::string id = std::to_string(saved.id);
  const Bytes whom = ByteWriter().sized16(as_bytes(saved.peer_id)).raw(as_bytes(saved.address)).take();
  TRY_VOID(database_.execute(
      "INSERT OR REPLACE INTO alert (id, at, kind, sealed, whom, undone) VALUES (?, ?, ?, ?, ?, ?)", saved.id,
      saved.at, saved.kind, seal("alert", id, as_bytes(saved.text)), seal("alert about", id, whom),
      saved.undone ? 1 : 0));
  return saved;
}

Result<api::AlertView> DaemonStore::read_alert(const db::Row& row) {
  api::AlertView alert{.id = row.unsigned_integer(0), .at = row.integer(1), .kind = row.text(2), .text = {}};
  const std::string id = std::to_string(alert.id);
  TRY(const auto plain, unseal("alert", id, row.blob(3)));
  alert.text = as_text(plain.view());
  alert.undone = row.integer(5) != 0;
  if (row.is_null(4)) return alert;
  TRY(const auto whom, unseal("alert about", id, row.blob(4)));
  ByteReader reader(whom.view());
  TRY(const ByteView peer, reader.sized16(kMaxTextBytes));
  TRY(const ByteView address, reader.raw(reader.left()));
  alert.peer_id = as_text(peer);
  alert.address = as_text(address);
  return alert;
}

Result<std::optional<api::AlertView>> DaemonStore::alert(std::uint64_t id) {
  const auto map = [this](const db::Row& row) { return read_alert(row); };
  return database_.select_one(map, "SELECT id, at, kind, sealed, whom, undone FROM alert WHERE id = ?", id);
}

Result<std::vector<api::AlertView>> DaemonStore::alerts() {
  const auto map = [this](const db::Row& row) { return read_alert(row); };
  return database_.select(
      map, "SELECT id, at, kind, sealed, whom, undone FROM alert ORDER BY id DESC LIMIT ?", kMaxAlertsShown);
}

}  // namespace covey::daemon
