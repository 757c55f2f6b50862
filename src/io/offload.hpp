#pragma once
// Offload: blocking work (hashing, disk, SQL) on a pool of threads, awaited from an event loop.
// The pool outlives everyone who awaits it. Any thread may call.

#include <asio/thread_pool.hpp>

#include "io/coroutine.hpp"

namespace covey::io {

class Offload {
 public:
  explicit Offload(std::size_t threads) : pool_(threads), threads_(threads) {}

  /// Runs `function` on the pool and resumes the caller on its own executor with the value.
  template <typename Function>
  auto run(Function function) -> Awaitable<std::invoke_result_t<Function>> {
    return call_on(Executor(pool_.get_executor()), std::move(function));
  }

  [[nodiscard]] std::size_t threads() const { return threads_; }
  void join() { pool_.join(); }

 private:
  asio::thread_pool pool_;
  std::size_t threads_;
};

}  // namespace covey::io
