#pragma once
// SqlConnection: what SqlStore needs of a database, so that SQLite and PostgreSQL run the same statements.
// SqlRow: the current row of a query, lent to a mapper while it runs.
//
// SQL here keeps to what both understand, with $1, $2 … for values; where they differ, the connection says
// how. The values borrow texts and bytes for the time of the call. Texts hold no NUL and are UTF-8. Blocking;
// one thread at a time.

#include <array>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "db/database.hpp"
#include "identity/peer_id.hpp"
#include "registry/search_words.hpp"

namespace covey::registry {

class SqlRow {
 public:
  virtual ~SqlRow() = default;
  [[nodiscard]] virtual bool is_null(int column) const = 0;
  [[nodiscard]] virtual std::int64_t integer(int column) const = 0;
  [[nodiscard]] virtual std::string text(int column) const = 0;
  [[nodiscard]] virtual Bytes blob(int column) const = 0;

  [[nodiscard]] std::uint64_t count(int column) const { return static_cast<std::uint64_t>(integer(column)); }
  template <typename T>
  [[nodiscard]] T fixed(int column) const {
    const Bytes bytes = blob(column);
    if (bytes.size() != T::kSize) faulty_ = true;
    return T::from(bytes);
  }
  [[nodiscard]] identity::PeerId peer(int column) const {
    return identity::PeerId(fixed<crypto::PublicKey>(column));
  }

  /// Whether a value of another size than expected was met.
  [[nodiscard]] bool faulty() const { return faulty_; }

 private:
  mutable bool faulty_ = false;
};

class SqlConnection {
 public:
  using OnRow = std::function<Result<>(const SqlRow&)>;

  virtual ~SqlConnection() = default;

  /// Runs one statement and gives how many rows it changed. kAlreadyExists if a unique value is taken;
  /// kTimedOut when another writer was in the way.
  virtual Result<std::uint64_t> run(std::string_view sql, std::span<const db::Parameter> values,
                                    const OnRow& on_row) = 0;
  virtual Result<> begin() = 0;
  virtual Result<> commit() = 0;
  virtual void roll_back() noexcept = 0;
  /// False also when the database ended the transaction by itself.
  [[nodiscard]] virtual bool in_transaction() const = 0;

  /// The type of a column of bytes.
  [[nodiscard]] virtual std::string_view bytes_type() const = 0;
  /// Ends a SELECT whose rows must not change until the transaction ends; "" where one writer holds all
  /// anyway.
  [[nodiscard]] virtual std::string_view row_lock() const = 0;
  /// Keep the word index, where it does not keep itself: called after a row of `listing` came, and before it
  /// goes.
  virtual Result<> index_words(std::int64_t number, std::string_view words) = 0;
  virtual Result<> unindex_words(std::int64_t number) = 0;

  /// Shares by words: a FROM that offers s (share) with its condition, and the column in it by which the
  /// newest come first without sorting. `place` is where the word_query() stands among the values.
  struct WordMatch {
    std::string from;
    std::string_view number;
  };
  [[nodiscard]] virtual WordMatch word_match(std::string_view place) const = 0;
  /// The query language's form of: each of these begins a word.
  [[nodiscard]] virtual std::string word_query(const SearchWords& words) const = 0;
  /// A SELECT of the column `number` from a text of numbers with commas between.
  [[nodiscard]] virtual std::string number_list(std::string_view place) const = 0;

  /// Called in the transaction that posted messages for these, before it commits, and after it has.
  virtual Result<> before_commit(const std::vector<identity::PeerId>& posted_for) = 0;
  virtual void after_commit(const std::vector<identity::PeerId>& posted_for) = 0;
  virtual Result<> watch_messages(std::function<void(const identity::PeerId&)> on_message) = 0;

  template <typename... P>
  Result<std::uint64_t> execute(std::string_view sql, const P&... values) {
    const std::array<db::Parameter, sizeof...(P)> parameters{db::Parameter(values)...};
    return run(sql, parameters, [](const SqlRow&) -> Result<> { return {}; });
  }

  /// The rows in order, each as `map` makes a Result<T> of it.
  template <typename T, typename Map, typename... P>
  Result<std::vector<T>> select(Map map, std::string_view sql, const P&... values) {
    const std::array<db::Parameter, sizeof...(P)> parameters{db::Parameter(values)...};
    return select_with<T>(std::move(map), sql, std::span<const db::Parameter>(parameters));
  }

  template <typename T, typename Map>
  Result<std::vector<T>> select_with(Map map, std::string_view sql,
                                     std::span<const db::Parameter> parameters) {
    std::vector<T> rows;
    TRY_VOID(run(sql, parameters, [&](const SqlRow& row) -> Result<> {
      Result<T> mapped = map(row);
      if (!mapped) return std::unexpected(std::move(mapped).error());
      if (row.faulty()) return fail(ErrorCode::kCorrupt, "the registry is damaged: restore it from a backup");
      rows.push_back(std::move(*mapped));
      return {};
    }));
    return rows;
  }

  /// The first row, or nothing.
  template <typename T, typename Map, typename... P>
  Result<std::optional<T>> select_one(Map map, std::string_view sql, const P&... values) {
    TRY(auto rows, (select<T>(std::move(map), sql, values...)));
    if (rows.empty()) return std::nullopt;
    return std::move(rows.front());
  }

  /// Whether there is a row.
  template <typename... P>
  Result<bool> exists(std::string_view sql, const P&... values) {
    TRY(const auto rows, (select<bool>([](const SqlRow&) -> Result<bool> { return true; }, sql, values...)));
    return !rows.empty();
  }

  /// The whole number in the first row's first column.
  template <typename... P>
  Result<std::optional<std::int64_t>> select_number(std::string_view sql, const P&... values) {
    return select_one<std::int64_t>([](const SqlRow& row) -> Result<std::int64_t> { return row.integer(0); },
                                    sql, values...);
  }
};

}  // namespace covey::registry
