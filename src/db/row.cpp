#include "db/row.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

namespace covey::db {

bool Row::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Row::integer(int column) const {
  return has_type(column, SQLITE_INTEGER, "an integer") ? sqlite3_column_int64(statement_, column) : 0;
}

std::uint64_t Row::unsigned_integer(int column) const {
  const std::int64_t value = integer(column);
  if (value < 0) mark_faulty(column, "a negative number");
  return value < 0 ? 0 : static_cast<std::uint64_t>(value);
}

double Row::real(int column) const {
  return has_type(column, SQLITE_FLOAT, "a real number") ? sqlite3_column_double(statement_, column) : 0;
}

std::string Row::text(int column) const {
  if (!has_type(column, SQLITE_TEXT, "text")) return {};
  const auto* data = sqlite3_column_text(statement_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return data == nullptr ? std::string() : std::string(as_text({data, size}));
}

Bytes Row::blob(int column) const {
  if (!has_type(column, SQLITE_BLOB, "a blob")) return {};
  const auto* data = static_cast<const Byte*>(sqlite3_column_blob(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return data == nullptr ? Bytes() : Bytes(data, data + size);
}

std::optional<std::int64_t> Row::optional_integer(int column) const {
  return is_null(column) ? std::nullopt : std::optional(integer(column));
}

std::optional<std::string> Row::optional_text(int column) const {
  return is_null(column) ? std::nullopt : std::optional(text(column));
}

bool Row::has_type(int column, int type, std::string_view wanted) const {
  if (sqlite3_column_type(statement_, column) == type) return true;
  mark_faulty(column, fmt::format("not {}", wanted));
  return false;
}

void Row::mark_faulty(int column, std::string_view problem) const {
  const char* name = sqlite3_column_name(statement_, column);
  if (fault_.empty()) fault_ = fmt::format("column {} holds {}", name == nullptr ? "?" : name, problem);
}

}  // namespace covey::db
