#include "db/database.hpp"

#include <cerrno>
#include <limits>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db/failure.hpp"

namespace covey::db {
namespace {

constexpr mode_t kPrivate = S_IRUSR | S_IWUSR;
/// More distinct statements than this are a sign of SQL built from values; the cache then starts anew.
constexpr std::size_t kMaxCachedStatements = 256;

/// The file must exist with mode 0600 before SQLite opens it; its -wal and -shm files take the mode over.
/// An existing file is never opened here: closing it again would drop the locks that another connection of
/// this process holds on it.
Result<> make_private(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, kPrivate);
  if (descriptor >= 0) {
    ::close(descriptor);
    return {};
  }
  if (errno != EEXIST) return fail_errno(errno, fmt::format("cannot create the database {}", file.string()));
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) {
    return fail_errno(errno, fmt::format("cannot open the database {}", file.string()));
  }
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorCode::kInvalidArgument, "the database {} is not a file: move it away", file.string());
  }
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0 && ::chmod(file.c_str(), kPrivate) != 0) {
    return fail_errno(errno, fmt::format("cannot make the database {} private", file.string()));
  }
  return {};
}

/// Leaves a cached statement ready for its next use, whatever happened in this one, and counts those in use.
class InUse {
 public:
  InUse(sqlite3_stmt* statement, int& count) : statement_(statement), count_(count) { ++count_; }
  InUse(const InUse&) = delete;
  InUse& operator=(const InUse&) = delete;
  ~InUse() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
    --count_;
  }

 private:
  sqlite3_stmt* statement_;
  int& count_;
};

struct BindValue {
  sqlite3_stmt* statement;
  int index;

  int operator()(std::nullptr_t) const { return sqlite3_bind_null(statement, index); }
  int operator()(std::int64_t number) const { return sqlite3_bind_int64(statement, index, number); }
  int operator()(std::uint64_t number) const {
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return SQLITE_TOOBIG;
    return sqlite3_bind_int64(statement, index, static_cast<std::int64_t>(number));
  }
  int operator()(double number) const { return sqlite3_bind_double(statement, index, number); }
  // The parameters outlive the call, and bindings are cleared before it returns: no copy is needed. A null
  // pointer would bind NULL, so empty values point at something.
  int operator()(std::string_view text) const {
    return sqlite3_bind_text64(statement, index, text.empty() ? "" : text.data(), text.size(), SQLITE_STATIC,
                               SQLITE_UTF8);
  }
  int operator()(ByteView bytes) const {
    return bytes.empty() ? sqlite3_bind_zeroblob(statement, index, 0)
                         : sqlite3_bind_blob64(statement, index, bytes.data(), bytes.size(), SQLITE_STATIC);
  }
};

}  // namespace

void Database::CloseConnection::operator()(sqlite3* connection) const {
  sqlite3_close_v2(connection);
}

void Database::FinalizeStatement::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Database::Database(std::string name, std::unique_ptr<sqlite3, CloseConnection> connection)
    : name_(std::move(name)), connection_(std::move(connection)) {}

Result<Database> Database::open(const std::filesystem::path& file, Options options) {
  TRY_VOID(make_private(file));
  return connect(file.string(), file.string(), options);
}

Result<Database> Database::in_memory() {
  return connect("memory", ":memory:", {});
}

Result<Database> Database::connect(std::string name, const std::string& file, Options options) {
  sqlite3* raw = nullptr;
  // Not SQLITE_OPEN_CREATE: the file exists, and a folder that vanished meanwhile is an error.
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(file.c_str(), &raw, flags, nullptr);
  std::unique_ptr<sqlite3, CloseConnection> connection(raw);
  if (code != SQLITE_OK) {
    return std::unexpected(error_from_sqlite(code, name, "open", sqlite3_errstr(code)));
  }
  Database database(std::move(name), std::move(connection));
  TRY_VOID(database.configure(options));
  return database;
}

Result<> Database::configure(Options options) {
  sqlite3_busy_timeout(connection_.get(), static_cast<int>(options.busy_timeout.count()));
  sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  // journal_mode first: it reads the file, so one that is no database is noticed here.
  return execute_script(
      "PRAGMA journal_mode = WAL;"
      "PRAGMA synchronous = FULL;"
      "PRAGMA foreign_keys = ON;"
      "PRAGMA trusted_schema = OFF;"
      "PRAGMA cell_size_check = ON;"
      "PRAGMA journal_size_limit = 16777216;");
}

Result<> Database::execute_script(std::string_view sql) {
  const std::string text(sql);
  char* message = nullptr;
  if (sqlite3_exec(connection_.get(), text.c_str(), nullptr, nullptr, &message) == SQLITE_OK) return {};
  Error error = last_error("use");
  sqlite3_free(message);
  return std::unexpected(std::move(error));
}

Result<> Database::run(std::string_view sql, std::span<const Parameter> parameters,
                       const std::function<Result<>(const Row&)>& on_row) {
  TRY(sqlite3_stmt* const statement, prepared(sql));
  if (sqlite3_stmt_busy(statement) != 0) {
    return fail(ErrorCode::kInternal, "the same statement runs inside its own row mapper: {}", sql);
  }
  const InUse in_use(statement, running_);
  TRY_VOID(bind(statement, parameters));
  for (;;) {
    const int code = sqlite3_step(statement);
    if (code == SQLITE_DONE) return {};
    if (code != SQLITE_ROW) return std::unexpected(last_error("use"));
    const Row row(statement);
    Result<> taken = on_row(row);
    if (!row.fault().empty()) {
      return fail(ErrorCode::kCorrupt,
                  "the database {} is damaged: {}; restore it from a backup or move it away", name_,
                  row.fault());
    }
    if (!taken) return taken;
  }
}

Result<sqlite3_stmt*> Database::prepared(std::string_view sql) {
  std::string text(sql);
  if (const auto found = statements_.find(text); found != statements_.end()) return found->second.get();
  if (statements_.size() >= kMaxCachedStatements && running_ == 0) statements_.clear();

  sqlite3_stmt* raw = nullptr;
  const char* rest = nullptr;
  if (sqlite3_prepare_v3(connection_.get(), text.c_str(), static_cast<int>(text.size()) + 1,
                         SQLITE_PREPARE_PERSISTENT, &raw, &rest) != SQLITE_OK) {
    return std::unexpected(last_error("use"));
  }
  Statement statement(raw);
  if (raw == nullptr || *rest != '\0') {
    return fail(ErrorCode::kInternal, "not exactly one SQL statement: {}", sql);
  }
  statements_.emplace(std::move(text), std::move(statement));
  return raw;
}

Result<> Database::bind(sqlite3_stmt* statement, std::span<const Parameter> parameters) {
  const auto expected = static_cast<std::size_t>(sqlite3_bind_parameter_count(statement));
  if (parameters.size() != expected) {
    return fail(ErrorCode::kInternal, "{} values for {} parameters in: {}", parameters.size(), expected,
                sqlite3_sql(statement));
  }
  int index = 0;
  for (const Parameter& parameter : parameters) {
    const int code = std::visit(BindValue{statement, ++index}, parameter.value());
    if (code != SQLITE_OK) {
      return std::unexpected(error_from_sqlite(code, name_, "store a value in", sqlite3_errstr(code)));
    }
  }
  return {};
}

Result<> Database::begin() {
  if (in_transaction()) return fail(ErrorCode::kInternal, "a transaction is open already");
  // IMMEDIATE takes the write lock now, where waiting for it is possible, and not at the first write.
  return execute("BEGIN IMMEDIATE");
}

Result<> Database::commit() {
  if (!in_transaction()) return fail(ErrorCode::kInternal, "the transaction ended before its end");
  return execute("COMMIT");
}

void Database::roll_back() noexcept {
  // SQLite has already rolled back by itself after some failures, a full disk among them.
  if (in_transaction()) sqlite3_exec(connection_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

std::int64_t Database::changes() const {
  return sqlite3_changes64(connection_.get());
}

std::int64_t Database::last_insert_id() const {
  return sqlite3_last_insert_rowid(connection_.get());
}

bool Database::in_transaction() const {
  return sqlite3_get_autocommit(connection_.get()) == 0;
}

Result<> Database::check() {
  TRY(const auto problems, select([](const Row& row) { return row.text(0); }, "PRAGMA integrity_check(1)"));
  if (problems.size() == 1 && problems.front() == "ok") return {};
  return std::unexpected(error_from_sqlite(SQLITE_CORRUPT, name_, "trust",
                                           problems.empty() ? std::string("no answer") : problems.front()));
}

Error Database::last_error(std::string_view doing) const {
  return error_from_sqlite(sqlite3_extended_errcode(connection_.get()), name_, doing,
                           sqlite3_errmsg(connection_.get()));
}

}  // namespace covey::db
