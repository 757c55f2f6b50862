// DaemonStore's part about the web UI: browsers that are signed in, and keys of programs. Of their secrets
// there are hashes only.

#include "base/cursor.hpp"
#include "base/encoding.hpp"
#include "daemon/daemon_store.hpp"

namespace covey::daemon {
namespace {

constexpr std::size_t kMaxWebText = 1024;

Result<crypto::Hash> hash_in(const std::string& text) {
  TRY(const Bytes bytes, from_hex(text));
  if (bytes.size() != crypto::Hash::kSize) return fail(ErrorCode::kCorrupt, "a hash of a wrong size");
  return crypto::Hash::from(bytes);
}

}  // namespace

Result<> DaemonStore::save(const web::Session& session) {
  const std::string id = to_hex(session.id.view());
  return database_.execute("INSERT OR REPLACE INTO ui_session VALUES (?, ?, ?, ?)", id,
                           to_unix_ms(session.created_at), to_unix_ms(session.used_at),
                           seal("ui_session", id, as_bytes(session.agent)));
}

Result<> DaemonStore::remove_ui_session(const crypto::Hash& id) {
  return database_.execute("DELETE FROM ui_session WHERE id = ?", to_hex(id.view()));
}

Result<std::vector<web::Session>> DaemonStore::ui_sessions() {
  const auto map = [this](const db::Row& row) -> Result<web::Session> {
    web::Session session;
    TRY(session.id, hash_in(row.text(0)));
    session.created_at = from_unix_ms(row.integer(1));
    session.used_at = from_unix_ms(row.integer(2));
    TRY(const auto agent, unseal("ui_session", row.text(0), row.blob(3)));
    session.agent = as_text(agent.view());
    return session;
  };
  return database_.select(map, "SELECT id, created_at, used_at, sealed FROM ui_session");
}

// sealed key := kind:u8 hash:u8[32] name_length:u16 name
Result<> DaemonStore::save(const web::ApiKey& key) {
  ByteWriter plain;
  plain.number(static_cast<Byte>(key.kind)).raw(key.hash.view()).sized16(as_bytes(key.name));
  return database_.execute("INSERT OR REPLACE INTO api_key VALUES (?, ?, ?)", key.id,
                           to_unix_ms(key.created_at), seal("api_key", key.id, plain.bytes()));
}

Result<> DaemonStore::remove_api_key(const std::string& id) {
  return database_.execute("DELETE FROM api_key WHERE id = ?", id);
}

Result<std::vector<web::ApiKey>> DaemonStore::api_keys() {
  const auto map = [this](const db::Row& row) -> Result<web::ApiKey> {
    web::ApiKey key{.id = row.text(0), .name = {}, .hash = {}, .created_at = from_unix_ms(row.integer(1))};
    TRY(const auto plain, unseal("api_key", key.id, row.blob(2)));
    ByteReader reader(plain.view());
    TRY(const Byte kind, reader.number<Byte>());
    key.kind = kind == static_cast<Byte>(web::KeyKind::kFull) ? web::KeyKind::kFull : web::KeyKind::kReadOnly;
    TRY(key.hash, reader.fixed<crypto::Hash>());
    TRY(const ByteView name, reader.sized16(kMaxWebText));
    key.name = as_text(name);
    return key;
  };
  return database_.select(map, "SELECT id, created_at, sealed FROM api_key");
}

}  // namespace covey::daemon
