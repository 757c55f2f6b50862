#pragma once
// The daemon: a node on the user's home, with its API on a Unix socket there, until it is asked to end.

#include "api/programs.hpp"
#include "daemon/stop_signal.hpp"

namespace covey::daemon {

/// Runs on the calling thread. The passphrase of the home, if it has one, comes from COVEY_PASSPHRASE.
Result<> run_daemon(const api::DaemonRequest& request, api::DaemonObserver& observer, StopSignal& stop);

}  // namespace covey::daemon
