#pragma once
// The coroutine vocabulary: completion tokens without exceptions, sleeping, and hopping between executors.
//
// Coroutines here report errors as values. A cancelled coroutine sees kCancelled from its next wait; the root
// of each task (see task_group.hpp) has switched the throwing of cancellations off.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <asio/awaitable.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/experimental/as_tuple.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include "base/result.hpp"

namespace covey::io {

template <typename T>
using Awaitable = asio::awaitable<T>;
using Executor = asio::any_io_executor;

/// Completion token: co_await yields a tuple whose first element is the error code.
inline constexpr asio::experimental::as_tuple_t<asio::use_awaitable_t<>> kNoThrow{asio::use_awaitable};

/// Whether this coroutine was asked to stop.
inline Awaitable<bool> cancelled() {
  const auto state = co_await asio::this_coro::cancellation_state;
  co_return state.cancelled() != asio::cancellation_type::none;
}

/// Waits; kCancelled when the coroutine is cancelled before or meanwhile.
Awaitable<Result<>> sleep_for(std::chrono::steady_clock::duration duration);

/// The core of run_on() and call_on(), one for all types: Asio's spawning is dear to compile for each of
/// them.
Awaitable<void> run_there(Executor executor, std::move_only_function<Awaitable<void>()> work);

/// A callable on its way to another executor, and its value on the way back; both executors hold it.
template <typename Callable, typename Value>
struct Errand {
  Callable callable;
  std::optional<Value> value;
};

/// Runs `work` (a callable returning Awaitable<R>) on another executor and brings its value back here.
/// The callable is moved into the other executor's coroutine; what it refers to must outlive the caller's
/// wait. Not cancelled with the caller.
template <typename Work>
auto run_on(Executor executor, Work work) -> std::invoke_result_t<Work> {
  using Value = typename std::invoke_result_t<Work>::value_type;
  if constexpr (std::is_void_v<Value>) {
    co_await run_there(std::move(executor), std::move(work));
  } else {
    const auto errand = std::make_shared<Errand<Work, Value>>(std::move(work), std::nullopt);
    auto there = [errand]() -> Awaitable<void> { errand->value.emplace(co_await errand->callable()); };
    co_await run_there(std::move(executor), std::move(there));
    co_return std::move(*errand->value);
  }
}

/// Runs a plain function on another executor and brings its value back here.
template <typename Function>
auto call_on(Executor executor, Function function) -> Awaitable<std::invoke_result_t<Function>> {
  using Value = std::invoke_result_t<Function>;
  if constexpr (std::is_void_v<Value>) {
    auto there = [function = std::move(function)]() mutable -> Awaitable<void> {
      function();
      co_return;
    };
    co_await run_there(std::move(executor), std::move(there));
  } else {
    const auto errand = std::make_shared<Errand<Function, Value>>(std::move(function), std::nullopt);
    auto there = [errand]() -> Awaitable<void> {
      errand->value.emplace(errand->callable());
      co_return;
    };
    co_await run_there(std::move(executor), std::move(there));
    co_return std::move(*errand->value);
  }
}

}  // namespace covey::io
