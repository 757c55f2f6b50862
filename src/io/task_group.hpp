#pragma once
// TaskGroup: coroutines that belong to someone. Nobody spawns a coroutine that is not a member of a group:
// the group cancels its members and waits for the last of them, so none outlives what it refers to.
//
// Single-threaded: make, use and join it on its executor's thread. Destroying a group with live members is a
// programmer's error; co_await join() first.

#include <list>
#include <memory>
#include <string>

#include "io/coroutine.hpp"

namespace covey::io {

class TaskGroup {
 public:
  explicit TaskGroup(Executor executor);
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  /// Starts a coroutine as a member. After cancel() it is refused silently: the coroutine is never started.
  void spawn(Awaitable<void> task);

  /// Asks every member to stop: its pending and later waits end with kCancelled. May be called more than
  /// once.
  void cancel();

  /// Returns when no member is left.
  Awaitable<void> join();

  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] Executor executor() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace covey::io
