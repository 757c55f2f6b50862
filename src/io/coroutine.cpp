#include "io/coroutine.hpp"

namespace covey::io {

Awaitable<Result<>> sleep_for(std::chrono::steady_clock::duration duration) {
  const bool stopped = co_await cancelled();
  if (stopped) co_return fail(ErrorCode::kCancelled, "stopped");
  asio::steady_timer timer(co_await asio::this_coro::executor, duration);
  const auto [error] = co_await timer.async_wait(kNoThrow);
  if (error) co_return fail(ErrorCode::kCancelled, "stopped");
  co_return Result<>{};
}

}  // namespace covey::io
