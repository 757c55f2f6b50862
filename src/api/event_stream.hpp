#pragma once
// EventStream: one reader of GET /events, from its subscription to its end. It begins with the limits and
// every share and transfer as they are, then tells changes; one write is under way at a time, what comes
// meanwhile waits in an EventQueue; an empty line each heartbeat shows that the daemon lives. Network thread.

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include "api/event_queue.hpp"
#include "api/routes.hpp"
#include "api/service.hpp"

namespace covey::api {

class EventStream : public std::enable_shared_from_this<EventStream> {
 public:
  struct Limits {
    std::size_t max_waiting_bytes;
    std::chrono::milliseconds heartbeat;
  };

  EventStream(asio::io_context& io, EventFilter filter, std::unique_ptr<http::ResponseStream> response,
              Limits limits, std::function<void()> on_end);

  void start(Service& service);
  /// Ends the response and the subscription; calls on_end, once.
  void end();

 private:
  void on_event(const Event& event);
  void write_waiting();
  void write(std::string lines);
  void on_written(http::ResponseStream::Outcome outcome);
  void await_heartbeat();

  asio::io_context& io_;
  EventFilter filter_;
  std::unique_ptr<http::ResponseStream> response_;
  EventQueue queue_;
  std::chrono::milliseconds heartbeat_;
  asio::steady_timer timer_;
  std::function<void()> on_end_;
  std::unique_ptr<Subscription> subscription_;
  std::string last_words_;  // why the stream ends, if not by wish
  bool writing_ = false;
  bool ended_ = false;
};

}  // namespace covey::api
