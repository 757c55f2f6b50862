#pragma once
// The coroutine vocabulary: completion tokens without exceptions, sleeping, and hopping between executors.
//
// Coroutines here report errors as values. A cancelled coroutine sees kCancelled from its next wait; the root
// of each task (see task_group.hpp) has switched the throwing of cancellations off.

#include <chrono>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include <asio/awaitable.hpp>
#include <asio/bind_cancellation_slot.hpp>
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

/// Token for work on another executor. A cancellation is emitted on the canceller's thread, so it must not
/// reach into another one: such work ends by itself or by the closing of what it waits for.
inline auto shielded() {
  return asio::bind_cancellation_slot(asio::cancellation_slot(), asio::use_awaitable);
}

/// Runs `work` (a callable returning Awaitable<R>) on another executor and brings its value back here.
/// The callable is moved into the other executor's coroutine; what it refers to must outlive the caller's
/// wait. Not cancelled with the caller. R is default-constructible.
template <typename Work>
auto run_on(Executor executor, Work work) -> std::invoke_result_t<Work> {
  co_return co_await asio::co_spawn(std::move(executor), std::move(work), shielded());
}

/// Runs a plain function on another executor and brings its value back here.
template <typename Function>
auto call_on(Executor executor, Function function) -> Awaitable<std::invoke_result_t<Function>> {
  using Value = std::invoke_result_t<Function>;
  if constexpr (std::is_default_constructible_v<Value> || std::is_void_v<Value>) {
    auto work = [function = std::move(function)]() mutable -> Awaitable<Value> { co_return function(); };
    co_return co_await asio::co_spawn(std::move(executor), std::move(work), shielded());
  } else {
    // asio wants something to hand over where a coroutine threw.
    auto work = [function = std::move(function)]() mutable -> Awaitable<std::optional<Value>> {
      co_return function();
    };
    auto value = co_await asio::co_spawn(std::move(executor), std::move(work), shielded());
    co_return std::move(*value);
  }
}

}  // namespace covey::io
