// Looking for shares in a SqlStore. Every answer starts from the numbers of shares that its viewer may see.

#include <algorithm>
#include <limits>

#include <fmt/ranges.h>

#include "base/cursor.hpp"
#include "base/encoding.hpp"
#include "crypto/hash.hpp"
#include "registry/sql_store.hpp"
#include "registry/sql_values.hpp"

namespace covey::registry {

/// What is looked for, by whom and from where on.
struct SqlStore::Search {
  const SearchQuery& query;
  std::string words;  // in the query language of the database
  std::int64_t below;
  std::size_t limit;
  std::int64_t now;
};

namespace {

constexpr std::int64_t kBeyondAll = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t kCheckBytes = 4;

// cursor := base32(number:u64 check:4), check the first bytes of BLAKE3(number): notices what was mistyped
Bytes check_of(ByteView number) {
  return to_bytes(crypto::blake3(number).view().first(kCheckBytes));
}

std::string cursor_after(std::int64_t number) {
  ByteWriter out;
  out.number(static_cast<std::uint64_t>(number));
  const Bytes check = check_of(out.bytes());
  return to_base32(out.raw(check).bytes());
}

Result<std::int64_t> number_of(std::string_view cursor) {
  if (cursor.empty()) return kBeyondAll;
  const auto bytes = from_base32(cursor);
  if (bytes && bytes->size() == sizeof(std::uint64_t) + kCheckBytes) {
    const ByteView number = ByteView(*bytes).first(sizeof(std::uint64_t));
    const ByteView check = ByteView(*bytes).subspan(number.size());
    TRY(const auto value, ByteReader(number).number<std::uint64_t>());
    if (to_bytes(check) == check_of(number) && value < static_cast<std::uint64_t>(kBeyondAll)) {
      return static_cast<std::int64_t>(value);
    }
  }
  return fail(ErrorCode::kInvalidArgument, "this is no place in a list: start from its beginning");
}

#define LISTED_COLUMNS "l.payload, l.signature, m.name, CASE WHEN p.peer IS NULL THEN 0 ELSE 1 END"

Result<ListedShare> stored_share(const SqlRow& row) {
  TRY(auto name, stored_name(row, 2));
  return ListedShare{.signed_listing = {.payload = row.blob(0), .signature = row.fixed<crypto::Signature>(1)},
                     .owner_name = std::move(name),
                     .owner_online = row.integer(3) != 0};
}

/// A statement that grows together with its values.
struct Statement {
  std::string sql;
  std::vector<db::Parameter> values;

  /// "$1", "$2" …: where the value stands in the text.
  std::string place(db::Parameter value) {
    values.push_back(value);
    return fmt::format("${}", values.size());
  }
};

using Search = SqlStore::Search;

std::string seen_by(Statement& statement, const Search& search) {
  return fmt::format(
      "(s.visibility = 1 OR EXISTS (SELECT 1 FROM audience a WHERE a.peer = {} AND a.number = s.number))",
      statement.place(search.query.viewer.public_key()));
}

/// Two lists, each in order by its own index, so that nothing is walked over that the viewer may not see.
std::string everything(Statement& statement, const Search& search) {
  const std::string below = statement.place(search.below);
  const std::string now = statement.place(search.now);
  const std::string limit = statement.place(search.limit);
  const std::string viewer = statement.place(search.query.viewer.public_key());
  return fmt::format(
      "SELECT number FROM (SELECT s.number AS number FROM share s WHERE s.visibility = 1 AND s.number < {0}"
      "  AND s.expires_at > {1} ORDER BY s.number DESC LIMIT {2}) AS for_all"
      " UNION ALL SELECT number FROM (SELECT a.number AS number FROM audience a JOIN share s ON s.number = "
      "a.number"
      "  WHERE a.peer = {3} AND a.number < {0} AND s.expires_at > {1} ORDER BY a.number DESC LIMIT {2}) AS "
      "listed"
      " ORDER BY number DESC LIMIT {2}",
      below, now, limit, viewer);
}

/// The numbers of the newest shares that match and that the viewer may see.
std::string candidates(Statement& statement, const Search& search, const SqlConnection& connection) {
  const bool by_words = !search.query.words.empty();
  if (!by_words && !search.query.owner) return everything(statement, search);
  const auto match = by_words ? connection.word_match(statement.place(search.words))
                              : SqlConnection::WordMatch{.from = "share s WHERE 1 = 1", .number = "s.number"};
  std::string sql = fmt::format("SELECT s.number AS number FROM {} AND {} < {} AND s.expires_at > {} AND {}",
                                match.from, match.number, statement.place(search.below),
                                statement.place(search.now), seen_by(statement, search));
  if (search.query.owner) sql += " AND s.owner = " + statement.place(search.query.owner->public_key());
  return sql + fmt::format(" ORDER BY {} DESC LIMIT {}", match.number, statement.place(search.limit));
}

}  // namespace

Result<std::optional<ListedShare>> SqlStore::share(const access::ShareId& share,
                                                   const identity::PeerId& viewer, WallTime now) {
  return sql_->select_one<ListedShare>(
      stored_share,
      "SELECT " LISTED_COLUMNS
      " FROM share s JOIN member viewer ON viewer.peer = $2 AND viewer.state = 1"
      " JOIN listing l ON l.number = s.number JOIN member m ON m.peer = s.owner"
      " LEFT JOIN presence p ON p.peer = s.owner AND p.expires_at > $3"
      " WHERE s.id = $1 AND s.expires_at > $3 AND (s.visibility = 1"
      " OR EXISTS (SELECT 1 FROM audience a WHERE a.peer = $2 AND a.number = s.number))",
      share, viewer.public_key(), column_time(now));
}

Result<SearchPage> SqlStore::search(const SearchQuery& query, WallTime now) {
  if (query.words.words().size() > kMaxQueryWords) {
    return fail(ErrorCode::kLimitExceeded, "a search takes at most {} words: leave some out", kMaxQueryWords);
  }
  TRY(const std::int64_t below, number_of(query.after));
  SearchPage page;
  TRY(const bool active, is_active(query.viewer));
  if (!active) return page;

  const std::size_t limit = page_size(query.limit);
  // One more than asked for shows whether there is a next page; the first page counts with the same walk.
  const std::size_t counted = std::max(kMaxCounted, limit + 1);
  Search search{.query = query,
                .words = sql_->word_query(query.words),
                .below = below,
                .limit = query.after.empty() ? counted : limit + 1,
                .now = column_time(now)};
  TRY(auto numbers, newest(search));
  page.total = numbers.size();
  if (!query.after.empty()) {
    search.below = kBeyondAll;
    search.limit = kMaxCounted;
    TRY(const auto all, newest(search));
    page.total = all.size();
  }
  page.total = std::min(page.total, kMaxCounted);
  if (numbers.size() > limit) {
    numbers.resize(limit);
    if (limit > 0) page.next = cursor_after(numbers.back());
  }
  TRY(page.shares, listed(numbers, search.now));
  return page;
}

Result<std::vector<std::int64_t>> SqlStore::newest(const Search& search) {
  Statement statement;
  statement.sql = candidates(statement, search, *sql_);
  const auto number = [](const SqlRow& row) -> Result<std::int64_t> { return row.integer(0); };
  return sql_->select_with<std::int64_t>(number, statement.sql, statement.values);
}

Result<std::vector<ListedShare>> SqlStore::listed(const std::vector<std::int64_t>& numbers,
                                                  std::int64_t now) {
  if (numbers.empty()) return std::vector<ListedShare>();
  const std::string sql =
      fmt::format("SELECT " LISTED_COLUMNS
                  " FROM share s JOIN listing l ON l.number = s.number JOIN member m ON m.peer = s.owner"
                  " LEFT JOIN presence p ON p.peer = s.owner AND p.expires_at > $2"
                  " WHERE s.number IN ({}) ORDER BY s.number DESC",
                  sql_->number_list("$1"));
  return sql_->select<ListedShare>(stored_share, sql, fmt::format("{}", fmt::join(numbers, ",")), now);
}

}  // namespace covey::registry
