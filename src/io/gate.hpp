#pragma once
// Gate: coroutines wait at it until it is next opened; a condition variable for one event loop.
// Single-threaded: wait and open on the same executor's thread. The gate outlives those who wait.

#include <list>

#include "io/coroutine.hpp"

namespace covey::io {

class Gate {
 public:
  explicit Gate(Executor executor) : executor_(std::move(executor)) {}

  /// Returns after the next open_all(), or with kCancelled.
  Awaitable<Result<>> wait() { return wait_until(asio::steady_timer::time_point::max()); }
  /// Likewise, or with kTimedOut after `at_most`.
  Awaitable<Result<>> wait_for(std::chrono::steady_clock::duration at_most) {
    return wait_until(std::chrono::steady_clock::now() + at_most);
  }

  /// Lets everyone who waits now go on.
  void open_all() {
    for (Waiter* waiter : waiters_) {
      waiter->passed = true;
      waiter->timer.cancel();
    }
  }

 private:
  struct Waiter {
    asio::steady_timer timer;
    bool passed = false;
  };

  Awaitable<Result<>> wait_until(asio::steady_timer::time_point deadline) {
    const bool stopped = co_await cancelled();
    if (stopped) co_return fail(ErrorCode::kCancelled, "stopped");
    Waiter waiter{asio::steady_timer(executor_, deadline)};
    const auto place = waiters_.insert(waiters_.end(), &waiter);
    const auto [error] = co_await waiter.timer.async_wait(kNoThrow);
    waiters_.erase(place);
    if (waiter.passed) co_return Result<>{};
    if (!error) co_return fail(ErrorCode::kTimedOut, "nothing happened in time");
    co_return fail(ErrorCode::kCancelled, "stopped");
  }

  Executor executor_;
  std::list<Waiter*> waiters_;
};

}  // namespace covey::io
