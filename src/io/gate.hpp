#pragma once
// Gate: coroutines wait at it until it is next opened; a condition variable for one event loop.
// Single-threaded: wait and open on the same executor's thread.

#include "io/coroutine.hpp"

namespace covey::io {

class Gate {
 public:
  explicit Gate(const Executor& executor) : timer_(executor, asio::steady_timer::time_point::max()) {}

  /// Returns after the next open_all(), or with kCancelled.
  Awaitable<Result<>> wait() {
    if (co_await cancelled()) co_return fail(ErrorCode::kCancelled, "stopped");
    const std::uint64_t before = generation_;
    (void)co_await timer_.async_wait(kNoThrow);
    if (generation_ == before) co_return fail(ErrorCode::kCancelled, "stopped");
    co_return Result<>{};
  }

  /// Lets everyone who waits now go on.
  void open_all() {
    ++generation_;
    timer_.cancel();
  }

 private:
  asio::steady_timer timer_;
  std::uint64_t generation_ = 0;
};

}  // namespace covey::io
