#include "db/migrations.hpp"

#include <string>
#include <vector>

namespace covey::db {
namespace {

/// FNV-1a, 64 bits: notices an edited migration; it does not guard against an attacker, who could edit the
/// recorded value as well.
std::string checksum(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const Byte byte : as_bytes(text)) hash = (hash ^ byte) * 0x100000001b3;
  return fmt::format("{:016x}", hash);
}

struct Applied {
  std::int64_t number;
  std::string name;
  std::string checksum;
};

Result<> make_table(Database& database) {
  return database.execute(
      "CREATE TABLE IF NOT EXISTS covey_migration ("
      " number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL) STRICT");
}

Result<std::vector<Applied>> applied_migrations(Database& database) {
  return database.select(
      [](const Row& row) {
        return Applied{row.integer(0), row.text(1), row.text(2)};
      },
      "SELECT number, name, checksum FROM covey_migration ORDER BY number");
}

Result<> expect_known(const Database& database, const std::vector<Applied>& applied,
                      std::span<const Migration> migrations) {
  for (std::size_t i = 0; i < applied.size(); ++i) {
    const Applied& old = applied[i];
    if (i >= migrations.size()) {
      return fail(ErrorCode::kUnsupported,
                  "the database {} was written by a newer Covey (its schema is {}, this program knows {}): "
                  "install that version or a newer one",
                  database.name(), applied.back().number, migrations.size());
    }
    if (old.number != migrations[i].number || old.checksum != checksum(migrations[i].sql)) {
      return fail(
          ErrorCode::kCorrupt,
          "the database {} was made with another form of migration {} ({}) than this program has: use "
          "the program that made it, or move the file away",
          database.name(), old.number, old.name);
    }
  }
  return {};
}

Result<> apply(Database& database, const Migration& migration) {
  Result<> applied = database.transaction([&]() -> Result<> {
    TRY_VOID(database.execute_script(migration.sql));
    if (!database.in_transaction()) return fail(ErrorCode::kInternal, "it ends its own transaction");
    return database.execute("INSERT INTO covey_migration (number, name, checksum) VALUES (?, ?, ?)",
                            migration.number, migration.name, checksum(migration.sql));
  });
  if (applied) return {};
  return std::unexpected(in_context(std::move(applied).error(),
                                    fmt::format("migration {} ({})", migration.number, migration.name)));
}

}  // namespace

Result<int> schema_version(Database& database) {
  TRY_VOID(make_table(database));
  TRY(const auto last, database.select_one([](const Row& row) { return static_cast<int>(row.integer(0)); },
                                           "SELECT coalesce(max(number), 0) FROM covey_migration"));
  return last.value_or(0);
}

Result<> apply_migrations(Database& database, std::span<const Migration> migrations) {
  for (std::size_t i = 0; i < migrations.size(); ++i) {
    if (migrations[i].number != static_cast<int>(i) + 1) {
      return fail(ErrorCode::kInternal, "migration {} stands in place {}", migrations[i].number, i + 1);
    }
  }
  TRY_VOID(make_table(database));
  TRY(const auto applied, applied_migrations(database));
  TRY_VOID(expect_known(database, applied, migrations));
  for (const Migration& migration : migrations.subspan(applied.size())) {
    TRY_VOID(apply(database, migration));
  }
  return {};
}

}  // namespace covey::db
