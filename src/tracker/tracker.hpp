#pragma once
// Tracker: what the routes of a tracker work with: its keys, its database, its limits and what it remembers.
// One for each process; the collaborators outlive it. Network thread.

#include <string>

#include "base/clock.hpp"
#include "crypto/random.hpp"
#include "registry/registry.hpp"
#include "tracker/callers.hpp"
#include "tracker/event_streams.hpp"
#include "tracker/limits.hpp"
#include "tracker/metrics.hpp"
#include "tracker/rate_limit.hpp"
#include "tracker/tracker_home.hpp"

namespace covey::tracker {

enum class MetricsFor : std::uint8_t { kLoopback, kEverybody };

struct Tracker {
  Tracker(asio::io_context& io, const TrackerKeys& its_keys, registry::Registry& its_registry,
          const Limits& its_limits, Clock& its_clock, crypto::Random& its_random)
      : keys(its_keys),
        registry(its_registry),
        limits(its_limits),
        clock(its_clock),
        random(its_random),
        callers(its_registry, its_keys.token, its_limits, its_clock),
        streams(io, its_registry, callers, metrics, its_limits, its_clock),
        requests_of_address(its_limits.requests_of_one_address, its_limits.remembered),
        logins_of_address(its_limits.logins_of_one_address, its_limits.remembered),
        requests_of_peer(its_limits.requests_of_one_peer, its_limits.remembered),
        started_at(its_clock.steady()) {}

  const TrackerKeys& keys;
  registry::Registry& registry;
  const Limits& limits;
  Clock& clock;
  crypto::Random& random;
  Metrics metrics;
  Callers callers;
  EventStreams streams;
  RateLimit<ClientKey> requests_of_address;
  RateLimit<ClientKey> logins_of_address;
  RateLimit<identity::PeerId> requests_of_peer;
  SteadyTime started_at;
  std::string link;  // the network's, with this tracker's addresses
  MetricsFor metrics_for = MetricsFor::kLoopback;
};

}  // namespace covey::tracker
