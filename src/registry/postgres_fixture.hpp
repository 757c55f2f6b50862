#pragma once
// For this module's tests and benchmarks only: fresh databases on a real PostgreSQL.
//
// The server is the one that COVEY_TEST_POSTGRES names (a URL whose user may make databases), or one of
// Debian's package in a temporary folder, on a Unix socket there, started at the first call and gone with
// this process, however it ends.

#include <memory>

#include "registry/store_fixture.hpp"

namespace covey::registry {

/// Throws std::runtime_error, saying what to do, when there is no server.
std::unique_ptr<FreshDatabase> fresh_postgres();

/// Ends all other sessions with the database that `where` names, as a restart of the server would, and waits
/// for their end.
void cut_sessions(const std::string& where);

}  // namespace covey::registry
