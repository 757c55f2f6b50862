#pragma once
// PostgresConnection: SqlConnection over one session with a PostgreSQL server. A session that was lost while
// nothing ran is opened anew once; one that is lost in a transaction fails that transaction. Blocking; one
// thread at a time.

#include <memory>
#include <optional>
#include <string>

#include "registry/postgres_listener.hpp"
#include "registry/postgres_session.hpp"
#include "registry/sql_connection.hpp"

namespace covey::registry {

class PostgresConnection final : public SqlConnection {
 public:
  /// Brings the database to the schema of this build. kUnreachable, kPermissionDenied, kUnsupported.
  static Result<> prepare(const std::string& url);
  static Result<std::unique_ptr<SqlConnection>> open(const std::string& url);

  Result<std::uint64_t> run(std::string_view sql, std::span<const db::Parameter> values,
                            const OnRow& on_row) override;
  Result<> begin() override;
  Result<> commit() override;
  void roll_back() noexcept override;
  [[nodiscard]] bool in_transaction() const override { return in_transaction_ && session_ != nullptr; }
  [[nodiscard]] std::string_view bytes_type() const override { return "BYTEA"; }
  [[nodiscard]] std::string_view row_lock() const override { return " FOR UPDATE"; }
  // The index is of a column that follows listing.words.
  Result<> index_words(std::int64_t, std::string_view) override { return {}; }
  Result<> unindex_words(std::int64_t) override { return {}; }
  [[nodiscard]] WordMatch word_match(std::string_view place) const override;
  [[nodiscard]] std::string word_query(const SearchWords& words) const override;
  [[nodiscard]] std::string number_list(std::string_view place) const override;
  Result<> before_commit(const std::vector<identity::PeerId>& posted_for) override;
  void after_commit(const std::vector<identity::PeerId>&) override {}
  Result<> watch_messages(std::function<void(const identity::PeerId&)> on_message) override;

 private:
  explicit PostgresConnection(std::string url) : url_(std::move(url)) {}

  Result<> connect();
  /// A session that answers, as far as one can know without asking.
  Result<> expect_session();
  Result<pqxx::result> ask(std::string_view sql, std::span<const db::Parameter> values);

  std::string url_;
  std::unique_ptr<PostgresSession> session_;
  bool in_transaction_ = false;
  bool failed_ = false;  // a statement of this transaction did, and only rolling back helps
  std::unique_ptr<PostgresListener> listener_;
};

}  // namespace covey::registry
