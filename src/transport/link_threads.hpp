#pragma once
// LinkThreads: the event loops that links live on, and the tasks of links that others dialled.
//
// Made, asked and stopped on the network thread; each loop's task group is touched on that loop alone.

#include <memory>
#include <vector>

#include "io/event_threads.hpp"
#include "io/task_group.hpp"

namespace covey::transport {

class LinkThreads {
 public:
  struct Loop {
    explicit Loop(io::Executor on) : executor(on), tasks(std::move(on)) {}
    io::Executor executor;
    io::TaskGroup tasks;
  };

  explicit LinkThreads(std::size_t count);
  ~LinkThreads();

  /// The loops in turn.
  [[nodiscard]] Loop& next();
  [[nodiscard]] std::size_t size() const { return loops_.size(); }
  /// Cancels every task on every loop, waits for them and joins the threads.
  io::Awaitable<void> stop();

 private:
  io::EventThreads threads_;
  std::vector<std::unique_ptr<Loop>> loops_;
  std::size_t turn_ = 0;
};

}  // namespace covey::transport
