#pragma once
// PostgresSession: one open connection to a PostgreSQL server, set up as the registry needs it: UTF-8,
// durable commits, a deadline on each statement. Throws what libpqxx throws; error_from_postgres() makes
// errors of it. One thread at a time.

#include <string>
#include <string_view>
#include <unordered_map>

#include <pqxx/connection>
#include <pqxx/nontransaction>
#include <pqxx/result>

#include "db/row.hpp"

namespace covey::registry {

class PostgresSession {
 public:
  explicit PostgresSession(const std::string& url);

  /// Statements without values, separated by semicolons.
  pqxx::result script(const std::string& sql);
  /// One statement, parsed by the server once a session.
  pqxx::result run(std::string_view sql, std::span<const db::Parameter> values);

  /// Whether something came that nobody asked for; on an idle session that is mostly its end.
  [[nodiscard]] bool has_unread_input() const;
  [[nodiscard]] pqxx::connection& connection() { return connection_; }

 private:
  const std::string& prepared(std::string_view sql);

  pqxx::connection connection_;
  std::unordered_map<std::string, std::string> statements_;  // names by text
};

}  // namespace covey::registry
