#include "io/coroutine.hpp"

#include <asio/bind_cancellation_slot.hpp>

namespace covey::io {

Awaitable<Result<>> sleep_for(std::chrono::steady_clock::duration duration) {
  const bool stopped = co_await cancelled();
  if (stopped) co_return fail(ErrorCode::kCancelled, "stopped");
  asio::steady_timer timer(co_await asio::this_coro::executor, duration);
  const auto [error] = co_await timer.async_wait(kNoThrow);
  if (error) co_return fail(ErrorCode::kCancelled, "stopped");
  co_return Result<>{};
}

Awaitable<void> run_there(Executor executor, std::move_only_function<Awaitable<void>()> work) {
  // A cancellation is emitted on the canceller's thread, so it must not reach into another one: such work
  // ends by itself or by the closing of what it waits for.
  auto shielded = asio::bind_cancellation_slot(asio::cancellation_slot(), asio::use_awaitable);
  co_await asio::co_spawn(std::move(executor), std::move(work), std::move(shielded));
}

}  // namespace covey::io
