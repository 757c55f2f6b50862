#pragma once
// Row: the current row of a query, lent to a mapper while it runs. Parameter: one value bound to a `?`.
//
// A column that is not of the type asked for gives an empty value and marks the row as faulty; the query then
// fails with kCorrupt, so mappers need no error handling of their own. Thread of the Database.

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/bytes.hpp"

struct sqlite3_stmt;

namespace covey::db {

class Row {
 public:
  explicit Row(sqlite3_stmt* statement) : statement_(statement) {}

  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  /// For columns that were written from unsigned values; a negative number is a fault.
  [[nodiscard]] std::uint64_t unsigned_integer(int column) const;
  [[nodiscard]] double real(int column) const;
  /// All bytes of the text, NUL included.
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] Bytes blob(int column) const;
  [[nodiscard]] std::optional<std::int64_t> optional_integer(int column) const;
  [[nodiscard]] std::optional<std::string> optional_text(int column) const;

  /// A blob of exactly the size of T, a FixedBytes.
  template <typename T>
  [[nodiscard]] T fixed(int column) const {
    const Bytes bytes = blob(column);
    if (bytes.size() != T{}.view().size()) mark_faulty(column, "a value of another size");
    return T::from(bytes);
  }

  /// What was wrong with the row, empty if nothing was.
  [[nodiscard]] const std::string& fault() const { return fault_; }

 private:
  [[nodiscard]] bool has_type(int column, int type, std::string_view wanted) const;
  void mark_faulty(int column, std::string_view problem) const;

  sqlite3_stmt* statement_;
  mutable std::string fault_;
};

/// Borrows texts and bytes for the time of the call.
class Parameter {
 public:
  using Value = std::variant<std::nullptr_t, std::int64_t, std::uint64_t, double, std::string_view, ByteView>;

  Parameter(std::nullptr_t) : value_(nullptr) {}
  template <std::signed_integral T>
  Parameter(T number) : value_(static_cast<std::int64_t>(number)) {}
  template <std::unsigned_integral T>
  Parameter(T number) : value_(static_cast<std::uint64_t>(number)) {}
  Parameter(double number) : value_(number) {}
  Parameter(std::string_view text) : value_(text) {}
  Parameter(const std::string& text) : value_(std::string_view(text)) {}
  Parameter(const char* text) : value_(std::string_view(text)) {}
  Parameter(ByteView bytes) : value_(bytes) {}
  Parameter(const Bytes& bytes) : value_(ByteView(bytes)) {}
  template <typename Tag, std::size_t N>
  Parameter(const FixedBytes<Tag, N>& bytes) : value_(bytes.view()) {}
  template <typename T>
  Parameter(const std::optional<T>& value) : value_(value ? Parameter(*value).value_ : Value(nullptr)) {}

  [[nodiscard]] const Value& value() const { return value_; }

 private:
  Value value_;
};

}  // namespace covey::db
