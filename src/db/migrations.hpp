#pragma once
// Migrations: how a database file comes to the schema of this build. Forward only; a migration that has been
// applied anywhere is never edited, a new one is added. Thread of the Database.

#include <span>
#include <string_view>

#include "base/result.hpp"
#include "db/database.hpp"

namespace covey::db {

struct Migration {
  int number;             // 1, 2, 3 … without gaps
  std::string_view name;  // "shares", for messages
  std::string_view sql;   // statements separated by semicolons; no BEGIN or COMMIT
};

/// Applies those that the file does not have yet, each in a transaction of its own, and records them in the
/// table covey_migration with a checksum. kUnsupported if the file was written by a newer Covey; kCorrupt if
/// an applied migration is not the one of this build.
Result<> apply_migrations(Database& database, std::span<const Migration> migrations);

/// The number of the last applied migration; 0 for a fresh file.
Result<int> schema_version(Database& database);

}  // namespace covey::db
