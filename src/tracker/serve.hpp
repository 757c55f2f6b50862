#pragma once
// Serve: the tracker as a process: its home, database, addresses and limits put together, until a signal ends
// it in order. Main thread, which becomes the network thread.

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "registry/store.hpp"
#include "tracker/limits.hpp"
#include "tracker/tracker.hpp"
#include "tracker/tracker_home.hpp"

namespace covey::tracker {

struct ServeOptions {
  std::filesystem::path home;
  std::string database;                                // as open_store_source takes it
  std::vector<std::string> listen;                     // "ADDRESS:PORT"; none: kDefaultListen
  std::vector<std::string> addresses;                  // for the link; none: where it listens
  std::optional<registry::Registration> registration;  // nothing: as it was
  std::optional<CertificateFiles> certificate;
  MetricsFor metrics_for = MetricsFor::kLoopback;
  Limits limits;
};

inline constexpr const char* kDefaultListen = "0.0.0.0:7443";

/// Prints the network link on `out` when it serves, and returns after SIGINT or SIGTERM.
Result<> serve_until_signal(ServeOptions options, std::ostream& out);

}  // namespace covey::tracker
