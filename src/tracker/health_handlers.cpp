// What watches over a tracker asks: does it serve, and how much.

#include "base/version.hpp"
#include "tracker/answers.hpp"
#include "tracker/handlers.hpp"

namespace covey::tracker {
namespace {

bool is_loopback(const asio::ip::address& client) {
  if (client.is_v6() && client.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, client.to_v6()).is_loopback();
  return client.is_loopback();
}

}  // namespace

Answer get_health(Tracker& tracker, Call /*call*/) {
  auto ask = [](registry::Store& store) { return store.registration(); };
  ANSWER_TRY_VOID(co_await tracker.registry.read(std::move(ask)));
  JsonLine line;
  line.open('{').key("status").text("ok").key("version").text(kVersion).close('}');
  co_return json_response(200, line);
}

Answer get_metrics(Tracker& tracker, Call call) {
  if (tracker.metrics_for == MetricsFor::kLoopback && !is_loopback(call.client)) {
    co_return error_response(
        {ErrorCode::kRefused,
         "metrics are shown to this machine only, unless it is run with --public-metrics"});
  }
  auto count = [now = tracker.clock.wall()](registry::Store& store) { return store.counts(now); };
  ANSWER_TRY(const auto counts, co_await tracker.registry.read(std::move(count)));
  const Holdings holdings{.members = counts.members,
                          .present = counts.present,
                          .shares = counts.shares,
                          .messages = counts.messages};
  const auto uptime = std::chrono::floor<std::chrono::seconds>(tracker.clock.steady() - tracker.started_at);
  http::Response response = json_response(200, prometheus_text(tracker.metrics, holdings, uptime));
  response.content_type = "text/plain; version=0.0.4";
  co_return response;
}

}  // namespace covey::tracker
