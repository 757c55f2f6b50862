#include "registry/sqlite_connection.hpp"

#include <algorithm>
#include <array>

#include "db/migrations.hpp"

namespace covey::registry {
namespace {

// share.number is its sequence and 15 more bits (sql_shares.cpp), so that the newest come first in the order
// of the row ids, which the word index can walk without sorting. The index holds no text of its own: that is
// in listing.words, made of folded words and blanks, which the tokenizer `ascii` takes apart at the blanks
// alone.
constexpr std::array<db::Migration, 1> kMigrations{{{1, "members, presence, shares and messages", R"sql(
  CREATE TABLE network (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    network_key BLOB NOT NULL,
    registration INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE challenge (
    challenge BLOB PRIMARY KEY,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX challenge_by_expiry ON challenge(expires_at);

  CREATE TABLE member (
    peer BLOB PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    lookalike TEXT NOT NULL UNIQUE,
    serial INTEGER NOT NULL,
    state INTEGER NOT NULL,
    claim BLOB NOT NULL,
    claim_signature BLOB NOT NULL,
    registered_at INTEGER NOT NULL,
    last_message INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE freed_name (
    name TEXT PRIMARY KEY,
    serial INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE invite (
    code_hash BLOB PRIMARY KEY,
    note TEXT NOT NULL,
    uses_left INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE presence (
    peer BLOB PRIMARY KEY,
    addresses BLOB NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX presence_by_expiry ON presence(expires_at);

  CREATE TABLE share (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    owner BLOB NOT NULL,
    visibility INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX share_by_owner ON share(owner, number);
  CREATE INDEX share_for_all ON share(number) WHERE visibility = 1;
  CREATE INDEX share_by_expiry ON share(expires_at) WHERE expires_at < 253402300800000;
  CREATE TABLE audience (
    peer BLOB NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (peer, number)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX audience_by_number ON audience(number);
  CREATE TABLE listing (
    number INTEGER PRIMARY KEY,
    words TEXT NOT NULL,
    payload BLOB NOT NULL,
    signature BLOB NOT NULL
  ) STRICT;
  CREATE VIRTUAL TABLE word_index USING fts5(
    words, content='listing', content_rowid='number', detail=none, columnsize=0, prefix='1 2 3', tokenize='ascii');
  INSERT INTO word_index (word_index, rank) VALUES ('pgsz', 4050);
  CREATE TABLE provider (
    share BLOB NOT NULL,
    peer BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (share, peer)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX provider_by_peer ON provider(peer);
  CREATE INDEX provider_by_expiry ON provider(expires_at);

  CREATE TABLE message (
    receiver BLOB NOT NULL,
    id INTEGER NOT NULL,
    sender BLOB NOT NULL,
    kind TEXT NOT NULL,
    size INTEGER NOT NULL,
    sent_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    body BLOB NOT NULL
  ) STRICT;
  CREATE INDEX message_by_mailbox ON message(receiver, id, sender, size, expires_at);
  CREATE INDEX message_by_sender ON message(sender);
  CREATE INDEX message_by_expiry ON message(expires_at);
)sql"}}};

class SqliteRow final : public SqlRow {
 public:
  explicit SqliteRow(const db::Row& row) : row_(row) {}
  [[nodiscard]] bool is_null(int column) const override { return row_.is_null(column); }
  [[nodiscard]] std::int64_t integer(int column) const override { return row_.integer(column); }
  [[nodiscard]] std::string text(int column) const override { return row_.text(column); }
  [[nodiscard]] Bytes blob(int column) const override { return row_.blob(column); }

 private:
  const db::Row& row_;
};

/// SQLite numbers `?1`, while `$1` would be a name, numbered where it occurs first.
std::string in_sqlites_form(std::string_view sql) {
  std::string out(sql);
  std::replace(out.begin(), out.end(), '$', '?');
  return out;
}

}  // namespace

Result<> SqliteConnection::prepare(const std::filesystem::path& file) {
  TRY(auto database, db::Database::open(file));
  return db::apply_migrations(database, kMigrations);
}

Result<std::unique_ptr<SqlConnection>> SqliteConnection::open(const std::filesystem::path& file,
                                                              std::shared_ptr<MessageBell> bell) {
  TRY(auto database, db::Database::open(file));
  // For a database of a million shares: the upper levels of its trees in memory, and few, larger checkpoints.
  TRY_VOID(database.execute_script("PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 4000;"));
  return std::unique_ptr<SqlConnection>(new SqliteConnection(std::move(database), std::move(bell)));
}

SqliteConnection::~SqliteConnection() {
  if (watching_) bell_->stop_watching(*watching_);
}

Result<std::uint64_t> SqliteConnection::run(std::string_view sql, std::span<const db::Parameter> values,
                                            const OnRow& on_row) {
  TRY_VOID(database_.run(in_sqlites_form(sql), values,
                         [&](const db::Row& row) -> Result<> { return on_row(SqliteRow(row)); }));
  return static_cast<std::uint64_t>(database_.changes());
}

Result<> SqliteConnection::begin() {
  // IMMEDIATE takes the write lock now, where waiting for it is possible, and not at the first write.
  return database_.execute("BEGIN IMMEDIATE");
}

Result<> SqliteConnection::commit() {
  return database_.execute("COMMIT");
}

void SqliteConnection::roll_back() noexcept {
  if (in_transaction()) (void)database_.execute("ROLLBACK");
}

Result<> SqliteConnection::index_words(std::int64_t number, std::string_view words) {
  return database_.execute("INSERT INTO word_index (rowid, words) VALUES (?, ?)", number, words);
}

Result<> SqliteConnection::unindex_words(std::int64_t number) {
  return database_.execute(
      "INSERT INTO word_index (word_index, rowid, words) SELECT 'delete', number, words FROM listing WHERE "
      "number = ?",
      number);
}

SqlConnection::WordMatch SqliteConnection::word_match(std::string_view place) const {
  // CROSS keeps the index first, whatever the planner thinks of it.
  return {
      .from = fmt::format(
          "word_index CROSS JOIN share s ON s.number = word_index.rowid WHERE word_index MATCH {}", place),
      .number = "word_index.rowid"};
}

std::string SqliteConnection::word_query(const SearchWords& words) const {
  std::string out;
  for (const std::string& word : words.words()) {
    if (!out.empty()) out += " AND ";
    out += '"' + word + "\"*";
  }
  return out;
}

std::string SqliteConnection::number_list(std::string_view place) const {
  return fmt::format("SELECT value AS number FROM json_each('[' || {} || ']')", place);
}

void SqliteConnection::after_commit(const std::vector<identity::PeerId>& posted_for) {
  bell_->ring(posted_for);
}

Result<> SqliteConnection::watch_messages(std::function<void(const identity::PeerId&)> on_message) {
  if (watching_) return fail(ErrorCode::kInternal, "this store is watched already");
  watching_ = bell_->watch(std::move(on_message));
  return {};
}

}  // namespace covey::registry
