#include "registry/postgres_failure.hpp"

#include <array>
#include <string>
#include <string_view>

#include <pqxx/except>

namespace covey::registry {
namespace {

constexpr std::string_view kAway =
    "the database server cannot be reached: check that it runs and that its address is right, then try again";

struct Meaning {
  std::string_view state;  // an SQLSTATE, or the class that its first two characters are
  ErrorCode code;
  std::string_view text;
};

// The first that fits holds.
constexpr std::array<Meaning, 17> kMeanings = {{
    {"23505", ErrorCode::kAlreadyExists, "the database holds this already"},
    {"40", ErrorCode::kTimedOut, "another writer of the database was in the way: try again"},
    {"55P03", ErrorCode::kTimedOut, "another writer of the database was in the way: try again"},
    {"57014", ErrorCode::kTimedOut, "the database took too long: look at its load"},
    {"53100", ErrorCode::kDiskFull,
     "the database server's disk is full: free some space there, nothing was lost"},
    {"53300", ErrorCode::kLimitExceeded,
     "the database server takes no more connections: raise its max_connections"},
    {"53", ErrorCode::kLimitExceeded,
     "the database server is short of memory or another resource: look at its log"},
    {"58", ErrorCode::kIo,
     "the database server's disk reported an error: look at its log and check the disk"},
    {"57P", ErrorCode::kUnreachable, kAway},
    {"08", ErrorCode::kUnreachable, kAway},
    {"28", ErrorCode::kPermissionDenied,
     "the database server refused the user or password: check the database's address"},
    {"42501", ErrorCode::kPermissionDenied,
     "the database user may not do this: make it the owner of its database"},
    {"25006", ErrorCode::kPermissionDenied,
     "the database is read only: use the primary server, not a standby"},
    {"XX001", ErrorCode::kCorrupt, "the database is damaged: restore it from a backup"},
    {"XX002", ErrorCode::kCorrupt, "the database is damaged: restore it from a backup"},
    {"54", ErrorCode::kLimitExceeded, "this is more than the database server takes"},
    {"22021", ErrorCode::kInvalidArgument, "text that is not UTF-8"},
}};

Error from_state(const pqxx::sql_error& problem) {
  for (const Meaning& meaning : kMeanings) {
    if (problem.sqlstate().starts_with(meaning.state)) return {meaning.code, std::string(meaning.text)};
  }
  return {ErrorCode::kInternal, fmt::format("the database refused a statement: {}", problem.what())};
}

/// libpq's words where they are about a connection; a mistake in an address is answered with the address, so
/// with its password, and is left out.
std::string why(std::string_view message) {
  for (const auto* known :
       {"connection to server", "could not translate host name", "server closed the connection"}) {
    if (message.starts_with(known)) {
      return fmt::format(" ({})", message.substr(0, message.find('\n')));
    }
  }
  return "";
}

}  // namespace

Error error_from_postgres() {
  try {
    throw;
  } catch (const pqxx::broken_connection& problem) {
    return {ErrorCode::kUnreachable, fmt::format("{}{}", kAway, why(problem.what()))};
  } catch (const pqxx::sql_error& problem) {
    return from_state(problem);
  } catch (const pqxx::transaction_rollback&) {
    return {ErrorCode::kTimedOut, "another writer of the database was in the way: try again"};
  } catch (const pqxx::pqxx_exception& problem) {
    return {ErrorCode::kInternal, fmt::format("the database cannot be used: {}", problem.base().what())};
  }
}

bool is_lost_connection() {
  try {
    throw;
  } catch (const pqxx::broken_connection&) {
    return true;
  } catch (const pqxx::sql_error& problem) {
    return problem.sqlstate().starts_with("57P") || problem.sqlstate().starts_with("08");
  } catch (...) {
    return false;
  }
}

}  // namespace covey::registry
