#include "io/coroutine.hpp"

namespace covey::io {

Awaitable<Result<>> sleep_for(std::chrono::steady_clock::duration duration) {
  if (co_await cancelled()) co_return fail(ErrorCode::kCancelled, "stopped");
  asio::steady_timer timer(co_await asio::this_coro::executor, duration);
  const auto [error] = co_await timer.async_wait(kNoThrow);
  if (error) co_return fail(ErrorCode::kCancelled, "stopped");
  co_return Result<>{};
}

}  // namespace covey::io
