#pragma once
// What a SQLite result code means to Covey and to its user. Pure; any thread.

#include <string_view>

#include "base/result.hpp"

namespace covey::db {

/// An Error for an extended result code, naming the database, what was being done and what to do next.
[[nodiscard]] Error error_from_sqlite(int extended_code, std::string_view database, std::string_view doing,
                                      std::string_view message);

}  // namespace covey::db
