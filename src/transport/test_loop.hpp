#pragma once
// For tests of modules above io: a coroutine run to its end on an event loop of its own, and two at a time.

#include <gtest/gtest.h>

#include <exception>
#include <optional>

#include "io/task_group.hpp"

// ASSERT_* return, which a coroutine cannot.
#define CO_REQUIRE(result)                                           \
  if (!(result)) {                                                   \
    ADD_FAILURE() << #result << ": " << to_string((result).error()); \
    co_return;                                                       \
  }                                                                  \
  static_assert(true)

namespace covey::test {

/// Runs `body` (a callable that returns Awaitable<void>) to its end; a test that hangs fails instead.
template <typename Body>
void run_in_loop(Body body, std::chrono::seconds at_most = std::chrono::seconds(60)) {
  asio::io_context context(1);
  bool ended = false;
  auto root = [&]() -> io::Awaitable<void> {
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await body();
    ended = true;
  };
  asio::co_spawn(context, root, [](const std::exception_ptr& escaped) {
    if (escaped) std::rethrow_exception(escaped);
  });
  context.run_for(at_most);
  EXPECT_TRUE(ended) << "the test did not come to its end";
}

/// Runs two coroutines at the same time; returns when both have ended.
template <typename A, typename B>
io::Awaitable<std::pair<A, B>> both(io::Awaitable<A> first, io::Awaitable<B> second) {
  const io::Executor executor = co_await asio::this_coro::executor;
  io::TaskGroup group(executor);
  std::optional<A> a;
  std::optional<B> b;
  auto run_first = [&]() -> io::Awaitable<void> { a.emplace(co_await std::move(first)); };
  auto run_second = [&]() -> io::Awaitable<void> { b.emplace(co_await std::move(second)); };
  group.spawn(run_first());
  group.spawn(run_second());
  co_await group.join();
  co_return std::pair<A, B>(std::move(*a), std::move(*b));
}

/// The error of a result that must have failed.
template <typename T>
Error error_of(const Result<T>& result) {
  if (!result) return result.error();
  ADD_FAILURE() << "it succeeded";
  return {};
}

inline void expect_error(const Error& error, ErrorCode code, std::string_view words) {
  EXPECT_EQ(error.code, code) << to_string(error);
  EXPECT_NE(error.context.find(words), std::string::npos) << to_string(error) << "\nlacks: " << words;
}

}  // namespace covey::test
