#pragma once
// Metrics: what a tracker counts of its work, and its form for Prometheus (GET /metrics). Network thread.

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "base/clock.hpp"

namespace covey::tracker {

struct Metrics {
  /// Upper bounds in seconds; above the last is a class of its own.
  static constexpr std::array<double, 10> kLatencyBounds{0.0005, 0.001, 0.0025, 0.005, 0.01,
                                                         0.025,  0.05,  0.1,    0.5,   2.5};

  /// By method, route and status; the texts are literals.
  std::map<std::tuple<std::string_view, std::string_view, int>, std::uint64_t> requests;
  std::array<std::uint64_t, kLatencyBounds.size() + 1> latencies{};
  double latency_sum = 0;
  std::uint64_t rate_limited = 0;
  std::uint64_t connections = 0;  // now
  std::uint64_t streams = 0;      // now
  std::uint64_t refused_connections = 0;
  std::uint64_t failed_handshakes = 0;
  std::uint64_t messages_sent = 0;

  void count(std::string_view method, std::string_view route, int status,
             std::chrono::steady_clock::duration took);
};

/// What the database holds, for the same page.
struct Holdings {
  std::uint64_t members = 0;
  std::uint64_t present = 0;
  std::uint64_t shares = 0;
  std::uint64_t messages = 0;
};

[[nodiscard]] std::string prometheus_text(const Metrics& metrics, const Holdings& holdings,
                                          std::chrono::seconds uptime);

}  // namespace covey::tracker
