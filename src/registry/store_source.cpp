#include "registry/postgres_connection.hpp"
#include "registry/sql_store.hpp"
#include "registry/sqlite_connection.hpp"

namespace covey::registry {
namespace {

class SqliteSource final : public StoreSource {
 public:
  explicit SqliteSource(std::filesystem::path file) : file_(std::move(file)) {}
  Result<std::unique_ptr<Store>> open() override {
    TRY(auto connection, SqliteConnection::open(file_, bell_));
    return std::make_unique<SqlStore>(std::move(connection));
  }
  [[nodiscard]] std::size_t useful_writers() const override { return 1; }

 private:
  std::filesystem::path file_;
  std::shared_ptr<MessageBell> bell_ = std::make_shared<MessageBell>();
};

class PostgresSource final : public StoreSource {
 public:
  explicit PostgresSource(std::string url) : url_(std::move(url)) {}
  Result<std::unique_ptr<Store>> open() override {
    TRY(auto connection, PostgresConnection::open(url_));
    return std::make_unique<SqlStore>(std::move(connection));
  }
  [[nodiscard]] std::size_t useful_writers() const override { return kUsefulWriters; }

 private:
  static constexpr std::size_t kUsefulWriters = 4;
  std::string url_;
};

}  // namespace

Result<std::unique_ptr<StoreSource>> open_store_source(std::string_view where) {
  if (where.starts_with("postgresql://") || where.starts_with("postgres://")) {
    const std::string url(where);
    TRY_VOID(PostgresConnection::prepare(url));
    return std::make_unique<PostgresSource>(url);
  }
  constexpr std::string_view kSqlite = "sqlite:";
  const bool named = where.starts_with(kSqlite);
  if (!named && where.find("://") != std::string_view::npos) {
    return fail(ErrorCode::kInvalidArgument,
                "this is no database of a tracker: give a file's path, or postgresql://USER@HOST/DATABASE");
  }
  const std::filesystem::path file = named ? where.substr(kSqlite.size()) : where;
  if (file.empty()) return fail(ErrorCode::kInvalidArgument, "give the path of the tracker's database");
  TRY_VOID(SqliteConnection::prepare(file));
  return std::make_unique<SqliteSource>(file);
}

}  // namespace covey::registry
