#pragma once
// PendingRequests: the requests in work, from their arrival to their answer, whatever listener they came by;
// and the readers of the event stream. Made by make_shared: connections hold on to it, so it may outlive its
// server by a moment. Network thread; close() and all_done() before the Service goes.

#include <chrono>
#include <list>
#include <memory>
#include <set>

#include <asio/awaitable.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include "api/routes.hpp"
#include "api/service.hpp"

namespace covey::api {

class EventStream;

struct RequestLimits {
  std::size_t max_event_streams = 32;
  /// Bytes of changes that may wait for one reader of the event stream.
  std::size_t max_waiting_event_bytes = 4 * 1024 * 1024;
  std::chrono::milliseconds heartbeat{15'000};
};

class PendingRequests : public std::enable_shared_from_this<PendingRequests> {
 public:
  PendingRequests(asio::io_context& io, Service& service, RequestLimits limits, From from);

  void take(http::Request request, std::unique_ptr<http::Exchange> exchange);
  /// Ends the event streams, cancels the work; what comes from now on is refused.
  void close();
  asio::awaitable<void> all_done();

 private:
  void start_stream(http::Exchange& exchange, const EventFilter& filter);
  void start_task(std::unique_ptr<http::Exchange> exchange, http::Request request);
  static asio::awaitable<void> serve(std::shared_ptr<PendingRequests> self,
                                     std::unique_ptr<http::Exchange> exchange, http::Request request);

  asio::io_context& io_;
  Service& service_;
  RequestLimits limits_;
  From from_;
  std::set<std::shared_ptr<EventStream>> streams_;
  std::list<asio::cancellation_signal> tasks_;
  asio::steady_timer changed_;  // cancelled whenever a task ends
  bool closing_ = false;
};

}  // namespace covey::api
