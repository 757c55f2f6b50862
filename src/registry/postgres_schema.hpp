#pragma once
// The tables of the registry in PostgreSQL, and how a database comes to them: as db::apply_migrations does
// it, under a lock, since several trackers may start at once. Throws what libpqxx throws.

#include "base/result.hpp"
#include "registry/postgres_session.hpp"

namespace covey::registry {

/// kUnsupported if the database was written by a newer Covey or is not UTF-8; kCorrupt if its schema is not
/// this build's.
Result<> bring_up_to_date(PostgresSession& session);

}  // namespace covey::registry
