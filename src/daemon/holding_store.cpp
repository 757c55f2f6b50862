// DaemonStore's part about who was sent what of this peer's shares.

#include "base/cursor.hpp"
#include "daemon/daemon_store.hpp"

namespace covey::daemon {

Result<> DaemonStore::add_holding(const std::string& share, const Holding& more) {
  const std::string id =
      hidden_key("holder", ByteWriter().sized16(as_bytes(share)).raw(more.peer.public_key().view()).bytes());
  const auto found = [](const db::Row& /*row*/) { return true; };
  const auto read = [&](const db::Row& row) { return read_holding(id, row.blob(0), row.integer(1)); };
  return database_.transaction([&]() -> Result<> {
    // The last that was sent of a share is told when that has ended.
    TRY(const auto there, database_.select_one(found, "SELECT 1 FROM share WHERE id = ?", share));
    if (!there) return {};
    TRY(auto known, database_.select_one(read, "SELECT sealed, last_at FROM holder WHERE id = ?", id));
    Holding holding = known ? std::move(*known) : Holding{.peer = more.peer, .root = more.root};
    holding.add(more);
    TRY_VOID(database_.execute("INSERT OR REPLACE INTO holder VALUES (?, ?, ?, ?)", id, share,
                               to_unix_ms(holding.last_at), seal("holder", id, holding.encode())));
    return database_.execute(
        "DELETE FROM holder WHERE id IN (SELECT id FROM holder WHERE share = ?1 "
        "ORDER BY last_at DESC, id LIMIT -1 OFFSET ?2)",
        share, kMaxHoldersOfShare);
  });
}

Result<std::vector<Holding>> DaemonStore::holdings(const std::string& share) {
  const auto map = [this](const db::Row& row) {
    return read_holding(row.text(0), row.blob(1), row.integer(2));
  };
  return database_.select(
      map, "SELECT id, sealed, last_at FROM holder WHERE share = ? ORDER BY last_at DESC, id", share);
}

Result<Holding> DaemonStore::read_holding(const std::string& id, ByteView sealed, std::int64_t last_at) {
  TRY(const auto plain, unseal("holder", id, sealed));
  TRY(auto holding, Holding::parse(plain.view()));
  holding.last_at = from_unix_ms(last_at);
  return holding;
}

}  // namespace covey::daemon
