#pragma once
// EventThreads: a few threads, each running its own event loop. A TLS link is pinned to one of them for life,
// so nothing on a link needs a lock. Made and destroyed by the wiring; next() is called on the network
// thread.

#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>

#include "io/coroutine.hpp"

namespace covey::io {

/// One event loop on one thread. stop() lets the handlers that are ready finish and joins the thread.
class EventThread {
 public:
  explicit EventThread(std::string name);
  ~EventThread();
  EventThread(const EventThread&) = delete;
  EventThread& operator=(const EventThread&) = delete;

  [[nodiscard]] Executor executor() { return context_.get_executor(); }
  [[nodiscard]] asio::io_context& context() { return context_; }
  void stop();

 private:
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::thread thread_;
};

class EventThreads {
 public:
  explicit EventThreads(std::size_t count);

  /// The event loops in turn.
  [[nodiscard]] Executor next();
  [[nodiscard]] std::size_t size() const { return threads_.size(); }
  void stop();

 private:
  std::vector<std::unique_ptr<EventThread>> threads_;
  std::size_t turn_ = 0;
};

}  // namespace covey::io
