#pragma once
// What an exception of libpqxx means to Covey and to its user. No error here holds a password: the server's
// address is told only in libpq's own words about a connection, which name host, port and user. Pure; any
// thread.

#include <exception>

#include "base/result.hpp"

namespace covey::registry {

/// For the exception that is being handled; one that libpqxx does not throw goes on.
[[nodiscard]] Error error_from_postgres();

/// Whether the exception being handled says that the connection is lost.
[[nodiscard]] bool is_lost_connection();

}  // namespace covey::registry
