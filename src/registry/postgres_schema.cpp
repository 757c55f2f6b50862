#include "registry/postgres_schema.hpp"

#include <array>

#include "base/encoding.hpp"
#include "crypto/hash.hpp"
#include "db/migrations.hpp"

namespace covey::registry {
namespace {

// The same tables as SQLite's (sqlite_connection.cpp). Names are ordered by their bytes in either; the words
// of a listing are lexemes as they stand, never parsed by the server.
constexpr std::array<db::Migration, 1> kMigrations{{{1, "members, presence, shares and messages", R"sql(
  CREATE TABLE network (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    network_key BYTEA NOT NULL,
    registration INTEGER NOT NULL
  );
  CREATE TABLE challenge (
    challenge BYTEA PRIMARY KEY,
    expires_at BIGINT NOT NULL
  );
  CREATE INDEX challenge_by_expiry ON challenge(expires_at);

  CREATE TABLE member (
    peer BYTEA PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    lookalike TEXT COLLATE "C" NOT NULL UNIQUE,
    serial BIGINT NOT NULL,
    state INTEGER NOT NULL,
    claim BYTEA NOT NULL,
    claim_signature BYTEA NOT NULL,
    registered_at BIGINT NOT NULL,
    last_message BIGINT NOT NULL DEFAULT 0
  ) WITH (fillfactor = 80);
  CREATE TABLE freed_name (
    name TEXT COLLATE "C" PRIMARY KEY,
    serial BIGINT NOT NULL
  );
  CREATE TABLE invite (
    code_hash BYTEA PRIMARY KEY,
    note TEXT NOT NULL,
    uses_left BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
  );

  CREATE TABLE presence (
    peer BYTEA PRIMARY KEY,
    addresses BYTEA NOT NULL,
    expires_at BIGINT NOT NULL
  );
  CREATE INDEX presence_by_expiry ON presence(expires_at);

  CREATE TABLE share (
    number BIGINT PRIMARY KEY,
    id BYTEA NOT NULL UNIQUE,
    owner BYTEA NOT NULL,
    visibility INTEGER NOT NULL,
    expires_at BIGINT NOT NULL
  );
  CREATE INDEX share_by_owner ON share(owner, number);
  CREATE INDEX share_for_all ON share(number) WHERE visibility = 1;
  CREATE INDEX share_by_expiry ON share(expires_at) WHERE expires_at < 253402300800000;
  CREATE TABLE audience (
    peer BYTEA NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (peer, number)
  );
  CREATE INDEX audience_by_number ON audience(number);
  CREATE TABLE listing (
    number BIGINT PRIMARY KEY,
    words TEXT NOT NULL,
    payload BYTEA NOT NULL,
    signature BYTEA NOT NULL,
    lexemes TSVECTOR NOT NULL GENERATED ALWAYS AS (array_to_tsvector(string_to_array(words, ' '))) STORED
  );
  CREATE INDEX listing_by_lexeme ON listing USING gin (lexemes);
  CREATE TABLE provider (
    share BYTEA NOT NULL,
    peer BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (share, peer)
  );
  CREATE INDEX provider_by_peer ON provider(peer);
  CREATE INDEX provider_by_expiry ON provider(expires_at);

  CREATE TABLE message (
    receiver BYTEA NOT NULL,
    id BIGINT NOT NULL,
    sender BYTEA NOT NULL,
    kind TEXT NOT NULL,
    size BIGINT NOT NULL,
    sent_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    body BYTEA NOT NULL
  );
  CREATE INDEX message_by_mailbox ON message(receiver, id, sender, size, expires_at);
  CREATE INDEX message_by_sender ON message(sender);
  CREATE INDEX message_by_expiry ON message(expires_at);
)sql"}}};

std::string checksum(std::string_view sql) {
  return to_hex(crypto::blake3(as_bytes(sql)).view().first(8));
}

Result<> apply_missing(PostgresSession& session) {
  const pqxx::result applied = session.script("SELECT number, checksum FROM covey_migration ORDER BY number");
  if (applied.size() > kMigrations.size()) {
    return fail(
        ErrorCode::kUnsupported,
        "the database was written by a newer Covey (its schema is {}, this program knows {}): install that "
        "version or a newer one",
        applied.size(), kMigrations.size());
  }
  for (std::size_t i = 0; i < kMigrations.size(); ++i) {
    const db::Migration& migration = kMigrations[i];
    if (i < applied.size()) {
      if (applied[static_cast<pqxx::result::size_type>(i)][1].c_str() == checksum(migration.sql)) continue;
      return fail(ErrorCode::kCorrupt,
                  "the database was made with another form of migration {} ({}) than this program has: use "
                  "the program "
                  "that made it, or another database",
                  migration.number, migration.name);
    }
    (void)session.script(std::string(migration.sql));
    const std::string sum = checksum(migration.sql);
    const std::array<db::Parameter, 3> row{migration.number, migration.name, sum};
    (void)session.run("INSERT INTO covey_migration (number, name, checksum) VALUES ($1, $2, $3)", row);
  }
  return {};
}

}  // namespace

Result<> bring_up_to_date(PostgresSession& session) {
  const pqxx::result encoding = session.script("SHOW server_encoding");
  if (std::string_view(encoding[0][0].c_str()) != "UTF8") {
    return fail(ErrorCode::kUnsupported,
                "the database is not in UTF-8: make it with `createdb --encoding=UTF8`");
  }
  // "covey" in ASCII: trackers that start at once wait for each other here.
  (void)session.script("BEGIN; SELECT pg_advisory_xact_lock(427071792505)");
  (void)session.script(
      "CREATE TABLE IF NOT EXISTS covey_migration ("
      " number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL)");
  TRY_VOID(apply_missing(session));
  (void)session.script("COMMIT");
  return {};
}

}  // namespace covey::registry
