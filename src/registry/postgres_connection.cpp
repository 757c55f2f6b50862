#include "registry/postgres_connection.hpp"

#include <charconv>
#include <set>

#include "base/encoding.hpp"
#include "registry/postgres_failure.hpp"
#include "registry/postgres_schema.hpp"

namespace covey::registry {
namespace {

class PostgresRow final : public SqlRow {
 public:
  explicit PostgresRow(const pqxx::row& row) : row_(row) {}

  [[nodiscard]] bool is_null(int column) const override { return field(column).is_null(); }
  [[nodiscard]] std::int64_t integer(int column) const override {
    const pqxx::field value = field(column);
    std::int64_t out = 0;
    std::from_chars(value.c_str(), value.c_str() + value.size(), out);
    return out;
  }
  [[nodiscard]] std::string text(int column) const override {
    return {field(column).c_str(), field(column).size()};
  }
  [[nodiscard]] Bytes blob(int column) const override {
    const pqxx::field value = field(column);
    constexpr std::size_t kPrefix = 2;  // "\x"
    if (value.size() < kPrefix) return {};
    auto bytes = from_hex(std::string_view(value.c_str(), value.size()).substr(kPrefix));
    return bytes ? std::move(*bytes) : Bytes();
  }

 private:
  [[nodiscard]] pqxx::field field(int column) const {
    return row_[static_cast<pqxx::row::size_type>(column)];
  }

  const pqxx::row& row_;
};

bool only_reads(std::string_view sql) {
  return sql.starts_with("SELECT");
}

}  // namespace

Result<> PostgresConnection::prepare(const std::string& url) {
  try {
    PostgresSession session(url);
    return bring_up_to_date(session);
  } catch (const std::exception&) {
    return std::unexpected(error_from_postgres());
  }
}

Result<std::unique_ptr<SqlConnection>> PostgresConnection::open(const std::string& url) {
  std::unique_ptr<PostgresConnection> connection(new PostgresConnection(url));
  TRY_VOID(connection->connect());
  return connection;
}

Result<> PostgresConnection::connect() {
  try {
    session_.reset();
    session_ = std::make_unique<PostgresSession>(url_);
    return {};
  } catch (const std::exception&) {
    return std::unexpected(error_from_postgres());
  }
}

Result<> PostgresConnection::expect_session() {
  if (session_ && !session_->has_unread_input()) return {};
  if (session_) {
    try {
      (void)session_->script("SELECT 1");
      return {};
    } catch (const std::exception&) {
      if (!is_lost_connection()) return std::unexpected(error_from_postgres());
    }
  }
  return connect();
}

Result<std::uint64_t> PostgresConnection::run(std::string_view sql, std::span<const db::Parameter> values,
                                              const OnRow& on_row) {
  if (!in_transaction_) TRY_VOID(expect_session());
  auto rows = ask(sql, values);
  if (!rows && !session_ && !in_transaction_ && only_reads(sql)) {
    TRY_VOID(connect());
    rows = ask(sql, values);
  }
  if (!rows) return std::unexpected(std::move(rows).error());
  for (const pqxx::row& row : *rows) TRY_VOID(on_row(PostgresRow(row)));
  return static_cast<std::uint64_t>(rows->affected_rows());
}

Result<pqxx::result> PostgresConnection::ask(std::string_view sql, std::span<const db::Parameter> values) {
  if (!session_) {
    return fail(ErrorCode::kUnreachable,
                "the connection to the database server was lost: what was begun was not kept");
  }
  try {
    pqxx::result rows = session_->run(sql, values);
    failed_ = false;
    return rows;
  } catch (const std::exception&) {
    failed_ = true;
    Error error = error_from_postgres();
    if (is_lost_connection()) session_.reset();
    return std::unexpected(std::move(error));
  }
}

Result<> PostgresConnection::begin() {
  TRY_VOID(expect_session());
  auto begun = ask("BEGIN", {});
  if (!begun && !session_) {
    TRY_VOID(connect());
    begun = ask("BEGIN", {});
  }
  if (!begun) return std::unexpected(std::move(begun).error());
  in_transaction_ = true;
  failed_ = false;
  return {};
}

Result<> PostgresConnection::commit() {
  // The server would answer COMMIT with a rollback, and call it a success.
  if (failed_)
    return fail(ErrorCode::kInternal, "a statement failed, so nothing of this was kept: try again");
  const auto committed = ask("COMMIT", {});
  if (!committed && !session_) {
    in_transaction_ = false;
    return fail(
        ErrorCode::kConnectionLost,
        "the database server went away while it committed: look whether this was kept, then try again");
  }
  if (!committed) return std::unexpected(committed.error());
  in_transaction_ = false;
  return {};
}

void PostgresConnection::roll_back() noexcept {
  if (!in_transaction_) return;
  in_transaction_ = false;
  // A session that cannot even roll back is of no more use.
  if (session_ && !ask("ROLLBACK", {})) session_.reset();
}

SqlConnection::WordMatch PostgresConnection::word_match(std::string_view place) const {
  return {.from = fmt::format(
              "listing w JOIN share s ON s.number = w.number WHERE w.lexemes @@ CAST({} AS tsquery)", place),
          .number = "w.number"};
}

std::string PostgresConnection::word_query(const SearchWords& words) const {
  std::string out;
  for (const std::string& word : words.words()) {
    if (!out.empty()) out += " & ";
    out += '\'' + word + "':*";
  }
  return out;
}

std::string PostgresConnection::number_list(std::string_view place) const {
  return fmt::format("SELECT CAST(unnest(string_to_array({}, ',')) AS BIGINT) AS number", place);
}

Result<> PostgresConnection::before_commit(const std::vector<identity::PeerId>& posted_for) {
  if (posted_for.empty()) return {};
  std::string peers;
  for (const identity::PeerId& peer : std::set<identity::PeerId>(posted_for.begin(), posted_for.end())) {
    if (!peers.empty()) peers += ' ';
    peers += to_hex(peer.public_key().view());
  }
  TRY_VOID(execute("SELECT pg_notify('covey_message', peer) FROM unnest(string_to_array($1, ' ')) AS peer",
                   peers));
  return {};
}

Result<> PostgresConnection::watch_messages(std::function<void(const identity::PeerId&)> on_message) {
  if (listener_) return fail(ErrorCode::kInternal, "this store is watched already");
  TRY(listener_, PostgresListener::start(url_, std::move(on_message)));
  return {};
}

}  // namespace covey::registry
