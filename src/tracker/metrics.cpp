#include "tracker/metrics.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace covey::tracker {
namespace {

class Page {
 public:
  void head(std::string_view name, std::string_view type, std::string_view help) {
    fmt::format_to(std::back_inserter(text_), "# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
  }
  template <typename Number>
  void line(std::string_view name, std::string_view labels, Number value) {
    fmt::format_to(std::back_inserter(text_), "{}{} {}\n", name, labels, value);
  }
  template <typename Number>
  void single(std::string_view name, std::string_view type, std::string_view help, Number value) {
    head(name, type, help);
    line(name, "", value);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

void add_latencies(Page& page, const Metrics& metrics) {
  constexpr std::string_view kName = "covey_tracker_request_seconds";
  page.head(kName, "histogram", "Time from a whole request to its answer.");
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < metrics.latencies.size(); ++i) {
    below += metrics.latencies[i];
    const std::string bound =
        i < Metrics::kLatencyBounds.size() ? fmt::format("{}", Metrics::kLatencyBounds[i]) : "+Inf";
    page.line(fmt::format("{}_bucket", kName), fmt::format("{{le=\"{}\"}}", bound), below);
  }
  page.line(fmt::format("{}_sum", kName), "", metrics.latency_sum);
  page.line(fmt::format("{}_count", kName), "", below);
}

}  // namespace

void Metrics::count(std::string_view method, std::string_view route, int status,
                    std::chrono::steady_clock::duration took) {
  ++requests[{method, route, status}];
  const double seconds = std::chrono::duration<double>(took).count();
  const auto* const bound = std::lower_bound(kLatencyBounds.begin(), kLatencyBounds.end(), seconds);
  ++latencies.at(static_cast<std::size_t>(bound - kLatencyBounds.begin()));
  latency_sum += seconds;
}

std::string prometheus_text(const Metrics& metrics, const Holdings& holdings, std::chrono::seconds uptime) {
  Page page;
  page.head("covey_tracker_requests_total", "counter", "Requests answered.");
  for (const auto& [what, count] : metrics.requests) {
    page.line("covey_tracker_requests_total",
              fmt::format("{{method=\"{}\",route=\"{}\",status=\"{}\"}}", std::get<0>(what),
                          std::get<1>(what), std::get<2>(what)),
              count);
  }
  add_latencies(page, metrics);
  page.single("covey_tracker_rate_limited_total", "counter", "Requests refused for coming too fast.",
              metrics.rate_limited);
  page.single("covey_tracker_refused_connections_total", "counter", "Connections above a limit.",
              metrics.refused_connections);
  page.single("covey_tracker_failed_handshakes_total", "counter", "TLS handshakes that failed.",
              metrics.failed_handshakes);
  page.single("covey_tracker_messages_sent_total", "counter", "Messages written to event streams.",
              metrics.messages_sent);
  page.single("covey_tracker_connections", "gauge", "Connections open now.", metrics.connections);
  page.single("covey_tracker_event_streams", "gauge", "Event streams open now.", metrics.streams);
  page.single("covey_tracker_members", "gauge", "Members of the network.", holdings.members);
  page.single("covey_tracker_present", "gauge", "Peers present now.", holdings.present);
  page.single("covey_tracker_shares", "gauge", "Shares listed now.", holdings.shares);
  page.single("covey_tracker_messages", "gauge", "Messages that wait for their receivers.",
              holdings.messages);
  page.single("covey_tracker_uptime_seconds", "counter", "Since this process began to serve.",
              uptime.count());
  return page.take();
}

}  // namespace covey::tracker
