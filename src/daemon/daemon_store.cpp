#include "daemon/daemon_store.hpp"

#include <array>

#include "base/cursor.hpp"
#include "base/encoding.hpp"
#include "crypto/aead.hpp"
#include "db/migrations.hpp"

namespace covey::daemon {
namespace {

constexpr std::array<db::Migration, 9> kMigrations{
    {{1, "shares, tickets and downloads", R"sql(
  CREATE TABLE share (
    id TEXT PRIMARY KEY,
    sealed BLOB NOT NULL,       -- path, title
    created_at INTEGER NOT NULL,
    expires_at INTEGER
  ) STRICT;
  CREATE TABLE ticket (
    id TEXT PRIMARY KEY,        -- share id derived from the secret
    share TEXT NOT NULL REFERENCES share(id) ON DELETE CASCADE,
    sealed BLOB NOT NULL,       -- secret, holders
    expires_at INTEGER,
    uses_left INTEGER
  ) STRICT;
  CREATE TABLE download (
    id TEXT PRIMARY KEY,
    sealed BLOB NOT NULL,       -- request, view
    created_at INTEGER NOT NULL
  ) STRICT;
)sql"},
     {2, "networks, names and alerts", R"sql(
  ALTER TABLE share ADD COLUMN rules BLOB;  -- sealed; NULL: unlisted
  CREATE TABLE network (
    id TEXT PRIMARY KEY,
    sealed BLOB NOT NULL,       -- link, name, membership
    joined_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE known_name (
    id TEXT PRIMARY KEY,
    sealed BLOB NOT NULL        -- network, peer, serial, name
  ) STRICT;
  CREATE TABLE alert (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    sealed BLOB NOT NULL        -- text
  ) STRICT;
)sql"},
     {3, "what downloads are checked against, and settings", R"sql(
  ALTER TABLE download ADD COLUMN promised BLOB;  -- sealed; NULL: not known yet
  CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT;
)sql"},
     {4, "what complete downloads are served on by", R"sql(
  CREATE TABLE seed (
    id TEXT PRIMARY KEY REFERENCES download(id) ON DELETE CASCADE,
    sealed BLOB NOT NULL        -- the owner's word, the network
  ) STRICT;
  CREATE TABLE seed_content (   -- apart: large, and never written again
    id TEXT PRIMARY KEY REFERENCES download(id) ON DELETE CASCADE,
    sealed BLOB NOT NULL        -- stamps, list of files
  ) STRICT;
)sql"},
     {5, "letters", R"sql(
  CREATE TABLE letter (         -- to be delivered
    id TEXT PRIMARY KEY,        -- hidden: receiver and letter id
    sealed BLOB NOT NULL,       -- all but the body
    body BLOB NOT NULL,         -- sealed
    deposits INTEGER NOT NULL,
    deposit_due INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE taken_letter (   -- that came and must not be taken again
    id TEXT PRIMARY KEY,        -- hidden: sender and letter id
    until INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX taken_letter_until ON taken_letter (until);
)sql"},
     {6, "people, consents and requests", R"sql(
  ALTER TABLE ticket ADD COLUMN revoked INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE alert ADD COLUMN whom BLOB;  -- sealed; NULL: not known
  ALTER TABLE alert ADD COLUMN undone INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE person (
    id TEXT PRIMARY KEY,
    sealed BLOB NOT NULL        -- peer, name, when seen, block, trust
  ) STRICT;
  CREATE TABLE consent (
    id TEXT PRIMARY KEY,
    share TEXT NOT NULL,
    sealed BLOB NOT NULL        -- peer, terms, what was used, whether taken back
  ) STRICT;
  CREATE INDEX consent_share ON consent (share);
  CREATE TABLE request (
    id TEXT PRIMARY KEY,
    outgoing INTEGER NOT NULL,
    sealed BLOB NOT NULL        -- who, what, why, state, answer
  ) STRICT;
)sql"},
     {7, "who may use the web UI", R"sql(
  CREATE TABLE ui_session (
    id TEXT PRIMARY KEY,        -- hash of the cookie
    created_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL,
    sealed BLOB NOT NULL        -- the browser's name
  ) STRICT;
  CREATE TABLE api_key (
    id TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL,
    sealed BLOB NOT NULL        -- kind, hash, name
  ) STRICT;
)sql"},
     {8, "chats", R"sql(
  CREATE TABLE chat (
    id TEXT PRIMARY KEY,        -- hidden: peer
    sealed BLOB NOT NULL        -- peer
  ) STRICT;
  CREATE TABLE chat_message (
    id TEXT PRIMARY KEY,        -- hidden: peer and message id
    chat TEXT NOT NULL REFERENCES chat(id) ON DELETE CASCADE,
    place INTEGER NOT NULL,     -- in the conversation; one that came late shares that of its successor
    number INTEGER NOT NULL,    -- its writer's
    outgoing INTEGER NOT NULL,
    state INTEGER NOT NULL,
    unread INTEGER NOT NULL,
    sealed BLOB NOT NULL,       -- id, peer, time, text, attachment
    problem BLOB                -- sealed; NULL: none
  ) STRICT;
  CREATE INDEX chat_message_place ON chat_message (chat, place, number);
  CREATE INDEX chat_message_undelivered ON chat_message (number) WHERE outgoing = 1 AND state < 2;
)sql"},
     {9, "who was sent what of a share", R"sql(
  CREATE TABLE holder (
    id TEXT PRIMARY KEY,        -- hidden: share and peer
    share TEXT NOT NULL REFERENCES share(id) ON DELETE CASCADE,
    last_at INTEGER NOT NULL,
    sealed BLOB NOT NULL        -- peer, content, bytes, pieces
  ) STRICT;
  CREATE INDEX holder_share ON holder (share, last_at);
)sql"}}};

std::string row_key(std::string_view table, std::string_view key) {
  return fmt::format("{}/{}", table, key);
}

}  // namespace

Result<DaemonStore> DaemonStore::open(const std::filesystem::path& file, crypto::SecretBytes vault_key,
                                      crypto::Random& random) {
  TRY(auto database, db::Database::open(file));
  TRY_VOID(db::apply_migrations(database, kMigrations));
  return DaemonStore(std::move(database), std::move(vault_key), random);
}

Bytes DaemonStore::seal(std::string_view table, std::string_view key, ByteView plain) {
  return crypto::seal(vault_key_, *random_, as_bytes(row_key(table, key)), plain);
}

Result<crypto::SecretBytes> DaemonStore::unseal(std::string_view table, std::string_view key,
                                                ByteView sealed) {
  auto plain = crypto::open(vault_key_, as_bytes(row_key(table, key)), sealed);
  if (plain) return plain;
  return fail(ErrorCode::kCorrupt, "a row of {} in {} does not verify; restore the home from a backup", table,
              database_.name());
}

// sealed share := path_length:u16 path title_length:u16 title
// sealed rules := visibility:u8 access:u8 reveals_names:u8 count:u16 peer_key:32{count} count:u8
// {tag_length:u16 tag}{count}
Result<> DaemonStore::save(const StoredShare& share) {
  const Bytes plain = ByteWriter().sized16(as_bytes(share.path)).sized16(as_bytes(share.title)).take();
  ByteWriter rules;
  rules.number(static_cast<Byte>(share.rules.visibility)).number(static_cast<Byte>(share.rules.access));
  rules.number(static_cast<Byte>(share.reveals_names ? 1 : 0));
  rules.number(static_cast<std::uint16_t>(share.rules.named.size()));
  for (const auto& peer : share.rules.named) rules.raw(peer.public_key().view());
  rules.number(static_cast<Byte>(share.tags.size()));
  for (const auto& tag : share.tags) rules.sized16(as_bytes(tag));
  return database_.execute(
      "INSERT INTO share (id, sealed, created_at, expires_at, rules) VALUES (?1, ?2, ?3, ?4, ?5) "
      "ON CONFLICT (id) DO UPDATE SET sealed = ?2, expires_at = ?4, rules = ?5",
      share.id, seal("share", share.id, plain), share.created_at, share.expires_at,
      seal("share rules", share.id, rules.bytes()));
}

Result<> DaemonStore::read_rules(StoredShare& share, ByteView sealed) {
  TRY(const auto plain, unseal("share rules", share.id, sealed));
  ByteReader reader(plain.view());
  TRY(const Byte visibility, reader.number<Byte>());
  TRY(const Byte access, reader.number<Byte>());
  TRY(const Byte reveals, reader.number<Byte>());
  share.rules.visibility = static_cast<access::Visibility>(visibility);
  share.rules.access = static_cast<access::Access>(access);
  share.reveals_names = reveals != 0;
  TRY(const auto named, reader.number<std::uint16_t>());
  for (std::uint16_t i = 0; i < named; ++i) {
    TRY(const auto key, reader.fixed<crypto::PublicKey>());
    share.rules.named.insert(identity::PeerId(key));
  }
  TRY(const Byte tags, reader.number<Byte>());
  for (Byte i = 0; i < tags; ++i) {
    TRY(const ByteView tag, reader.sized16(access::kMaxTagBytes));
    share.tags.emplace_back(as_text(tag));
  }
  return {};
}

Result<> DaemonStore::remove_share(const std::string& id) {
  return database_.execute("DELETE FROM share WHERE id = ?", id);
}

Result<std::vector<StoredShare>> DaemonStore::shares() {
  const auto map = [this](const db::Row& row) -> Result<StoredShare> {
    StoredShare share{.id = row.text(0), .created_at = row.integer(2), .expires_at = row.optional_integer(3)};
    TRY(const auto plain, unseal("share", share.id, row.blob(1)));
    ByteReader reader(plain.view());
    TRY(const ByteView path, reader.sized16(kMaxTextBytes));
    TRY(const ByteView title, reader.sized16(kMaxTextBytes));
    share.path = as_text(path);
    share.title = as_text(title);
    if (!row.is_null(4)) TRY_VOID(read_rules(share, row.blob(4)));
    return share;
  };
  return database_.select(map,
                          "SELECT id, sealed, created_at, expires_at, rules FROM share ORDER BY created_at");
}

// sealed ticket := secret:u8[16] (holder:u8[32])*
Result<> DaemonStore::save(const IssuedTicket& ticket) {
  const std::string id = to_base32(access::share_id_of(ticket.secret).view());
  ByteWriter plain;
  plain.raw(ticket.secret.view());
  for (const auto& holder : ticket.holders) plain.raw(holder.public_key().view());
  std::optional<std::int64_t> expires_at;
  if (ticket.expires_at) expires_at = to_unix_ms(*ticket.expires_at);
  return database_.execute("INSERT OR REPLACE INTO ticket VALUES (?, ?, ?, ?, ?, ?)", id, ticket.share,
                           seal("ticket", id, plain.bytes()), expires_at, ticket.uses_left,
                           ticket.revoked ? 1 : 0);
}

Result<std::vector<IssuedTicket>> DaemonStore::tickets() {
  const auto map = [this](const db::Row& row) -> Result<IssuedTicket> {
    TRY(const auto plain, unseal("ticket", row.text(0), row.blob(2)));
    ByteReader reader(plain.view());
    TRY(const ByteView secret_bytes, reader.raw(access::TicketSecret::kSize));
    IssuedTicket ticket{.secret = access::TicketSecret::from(secret_bytes), .share = row.text(1)};
    if (const auto at = row.optional_integer(3)) ticket.expires_at = from_unix_ms(*at);
    if (!row.is_null(4)) ticket.uses_left = row.unsigned_integer(4);
    ticket.revoked = row.integer(5) != 0;
    while (!reader.done()) {
      TRY(const auto holder, reader.fixed<crypto::PublicKey>());
      ticket.holders.insert(identity::PeerId(holder));
    }
    return ticket;
  };
  return database_.select(map, "SELECT id, share, sealed, expires_at, uses_left, revoked FROM ticket");
}

}  // namespace covey::daemon
