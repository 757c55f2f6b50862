#pragma once
// Database: one connection to one SQLite file, with Results in place of error codes.
//
// What execute() or transaction() acknowledged is on the disk, also after a power cut: synchronous=FULL syncs
// the log at each commit. (NORMAL would survive a kill -9 but lose the last commits with the power, and Covey
// promises that nothing acknowledged is lost; the hot path of a transfer does not pass through SQL.)
// Blocking. One thread at a time; never the network thread.

#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "db/row.hpp"

struct sqlite3;

namespace covey::db {

struct Options {
  /// How long to wait for another process that is writing.
  std::chrono::milliseconds busy_timeout{5000};
};

/// What a row mapper gives, without its Result.
template <typename T>
struct Mapped {
  using Type = T;
  static constexpr bool kIsResult = false;
};
template <typename T>
struct Mapped<Result<T>> {
  using Type = T;
  static constexpr bool kIsResult = true;
};
template <typename Map>
using MappedBy = Mapped<std::invoke_result_t<Map&, const Row&>>;

class Database {
 public:
  /// Opens the file, or makes it with mode 0600 in a folder that exists.
  /// kCorrupt if it is no database or damaged, kPermissionDenied, kDiskFull, kTimedOut if another process
  /// holds it.
  static Result<Database> open(const std::filesystem::path& file, Options options = {});
  /// A database in memory, gone with the object; for tests.
  static Result<Database> in_memory();

  /// Runs one statement; its rows, if any, are dropped. kAlreadyExists if a unique value is taken.
  template <typename... P>
  Result<> execute(std::string_view sql, const P&... parameters) {
    const std::array<Parameter, sizeof...(P)> values{Parameter(parameters)...};
    return run(sql, values, [](const Row&) -> Result<> { return {}; });
  }

  /// The rows of a query in order, each as `map(const Row&)` makes it: T, or Result<T> to stop at an error.
  template <typename Map, typename... P>
  Result<std::vector<typename MappedBy<Map>::Type>> select(Map map, std::string_view sql,
                                                           const P&... parameters) {
    std::vector<typename MappedBy<Map>::Type> rows;
    const std::array<Parameter, sizeof...(P)> values{Parameter(parameters)...};
    TRY_VOID(run(sql, values, [&](const Row& row) -> Result<> {
      if constexpr (MappedBy<Map>::kIsResult) {
        TRY(auto mapped, map(row));
        rows.push_back(std::move(mapped));
      } else {
        rows.push_back(map(row));
      }
      return {};
    }));
    return rows;
  }

  /// The first row, or nothing.
  template <typename Map, typename... P>
  Result<std::optional<typename MappedBy<Map>::Type>> select_one(Map map, std::string_view sql,
                                                                 const P&... parameters) {
    TRY(auto rows, select(std::move(map), sql, parameters...));
    if (rows.empty()) return std::nullopt;
    return std::move(rows.front());
  }

  /// The same for a number of parameters that only the caller knows; `on_row` may stop at an error.
  Result<> run(std::string_view sql, std::span<const Parameter> parameters,
               const std::function<Result<>(const Row&)>& on_row);

  /// Runs `body` (no arguments, any Result) in one transaction: committed if it succeeds, otherwise undone
  /// as a whole. An exception undoes it too and goes on. Transactions do not nest.
  template <typename Body>
  std::invoke_result_t<Body&> transaction(Body body) {
    TRY_VOID(begin());
    Undo undo(*this);
    auto result = body();
    if (!result) return result;
    TRY_VOID(commit());
    undo.dismiss();
    return result;
  }

  /// Runs statements separated by semicolons, without parameters. For migrations.
  Result<> execute_script(std::string_view sql);

  /// Rows that the last INSERT, UPDATE or DELETE changed.
  [[nodiscard]] std::int64_t changes() const;
  [[nodiscard]] std::int64_t last_insert_id() const;
  [[nodiscard]] bool in_transaction() const;

  /// Reads the whole file and checks it; kCorrupt says what is wrong. Slow on large files: for `covey
  /// doctor`.
  Result<> check();

  /// For messages: the file's path, or "memory".
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  struct CloseConnection {
    void operator()(sqlite3* connection) const;
  };
  struct FinalizeStatement {
    void operator()(sqlite3_stmt* statement) const;
  };
  using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

  /// Rolls back unless dismissed.
  class Undo {
   public:
    explicit Undo(Database& database) : database_(&database) {}
    Undo(const Undo&) = delete;
    Undo& operator=(const Undo&) = delete;
    ~Undo() {
      if (database_ != nullptr) database_->roll_back();
    }
    void dismiss() { database_ = nullptr; }

   private:
    Database* database_;
  };

  Database(std::string name, std::unique_ptr<sqlite3, CloseConnection> connection);

  static Result<Database> connect(std::string name, const std::string& file, Options options);
  Result<> configure(Options options);

  Result<sqlite3_stmt*> prepared(std::string_view sql);
  Result<> bind(sqlite3_stmt* statement, std::span<const Parameter> parameters);
  Result<> begin();
  Result<> commit();
  void roll_back() noexcept;
  /// The error of the connection's last call.
  [[nodiscard]] Error last_error(std::string_view doing) const;

  std::string name_;
  std::unique_ptr<sqlite3, CloseConnection> connection_;
  // Statements by their text, so that each is parsed once; after the connection, to be finalized before it.
  std::unordered_map<std::string, Statement> statements_;
  int running_ = 0;  // queries whose mapper is running now
};

}  // namespace covey::db
