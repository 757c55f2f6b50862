#include "db/failure.hpp"

#include <sqlite3.h>

namespace covey::db {
namespace {

struct Meaning {
  ErrorCode code;
  std::string_view advice;
};

Meaning meaning_of(int extended_code) {
  switch (extended_code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return {ErrorCode::kAlreadyExists, ""};
    case SQLITE_IOERR_NOMEM:
      return {ErrorCode::kInternal, "; the system is out of memory"};
    default:
      break;
  }
  constexpr int kPrimaryCode = 0xff;
  switch (extended_code & kPrimaryCode) {
    case SQLITE_FULL:
      return {ErrorCode::kDiskFull, "; free some space on its disk and try again, nothing was lost"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {
          ErrorCode::kCorrupt,
          "; the file is damaged or not Covey's: restore it from a backup, or move it away (with its -wal "
          "file) and Covey starts an empty one"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::kTimedOut, "; another process is using it: stop that one or try again"};
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {ErrorCode::kPermissionDenied,
              "; check that you own the file and its folder and may write there"};
    case SQLITE_IOERR:
      return {ErrorCode::kIo, "; the disk reported an error: look at the system log and check the disk"};
    case SQLITE_TOOBIG:
      return {ErrorCode::kLimitExceeded, ""};
    default:
      return {ErrorCode::kInternal, ""};
  }
}

}  // namespace

Error error_from_sqlite(int extended_code, std::string_view database, std::string_view doing,
                        std::string_view message) {
  const Meaning meaning = meaning_of(extended_code);
  return {meaning.code, fmt::format("cannot {} the database {}: {} (SQLite code {}){}", doing, database,
                                    message, extended_code, meaning.advice)};
}

}  // namespace covey::db
