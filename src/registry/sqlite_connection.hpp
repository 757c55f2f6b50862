#pragma once
// SqliteConnection: SqlConnection over one connection to a SQLite file (src/db: WAL, synchronous FULL).
// Blocking; one thread at a time.

#include <memory>
#include <optional>

#include "db/database.hpp"
#include "registry/message_bell.hpp"
#include "registry/sql_connection.hpp"

namespace covey::registry {

class SqliteConnection final : public SqlConnection {
 public:
  /// Brings the file to the schema of this build. Errors of db::Database and db::apply_migrations.
  static Result<> prepare(const std::filesystem::path& file);
  static Result<std::unique_ptr<SqlConnection>> open(const std::filesystem::path& file,
                                                     std::shared_ptr<MessageBell> bell);
  ~SqliteConnection() override;
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  Result<std::uint64_t> run(std::string_view sql, std::span<const db::Parameter> values,
                            const OnRow& on_row) override;
  Result<> begin() override;
  Result<> commit() override;
  void roll_back() noexcept override;
  [[nodiscard]] bool in_transaction() const override { return database_.in_transaction(); }
  [[nodiscard]] std::string_view bytes_type() const override { return "BLOB"; }
  [[nodiscard]] std::string_view row_lock() const override { return ""; }
  Result<> index_words(std::int64_t number, std::string_view words) override;
  Result<> unindex_words(std::int64_t number) override;
  [[nodiscard]] WordMatch word_match(std::string_view place) const override;
  [[nodiscard]] std::string word_query(const SearchWords& words) const override;
  [[nodiscard]] std::string number_list(std::string_view place) const override;
  Result<> before_commit(const std::vector<identity::PeerId>&) override { return {}; }
  void after_commit(const std::vector<identity::PeerId>& posted_for) override;
  Result<> watch_messages(std::function<void(const identity::PeerId&)> on_message) override;

 private:
  SqliteConnection(db::Database database, std::shared_ptr<MessageBell> bell)
      : database_(std::move(database)), bell_(std::move(bell)) {}

  db::Database database_;
  std::shared_ptr<MessageBell> bell_;
  std::optional<std::uint64_t> watching_;
};

}  // namespace covey::registry
