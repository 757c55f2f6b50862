#pragma once
// Turns: one command at a time. Whoever has the turn may wait, and what it read stays true meanwhile, as long
// as everybody who changes it takes a turn first. First come, first served.
//
// Single-threaded: on one executor's thread. Outlives its turns. Never take a second turn while holding one.

#include <list>
#include <utility>

#include "io/coroutine.hpp"

namespace covey::io {

class Turns {
 public:
  /// The turn ends with this object.
  class Turn {
   public:
    explicit Turn(Turns& turns) : turns_(&turns) {}
    Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)) {}
    Turn& operator=(Turn&&) = delete;
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
      if (turns_ != nullptr) turns_->pass_on();
    }

   private:
    Turns* turns_;
  };

  explicit Turns(Executor executor) : executor_(std::move(executor)) {}
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;

  /// Waits for those who came before; kCancelled when the waiting coroutine is cancelled.
  Awaitable<Result<Turn>> next() {
    if (std::exchange(taken_, true)) {
      Waiter waiter{asio::steady_timer(executor_, asio::steady_timer::time_point::max())};
      const auto place = waiters_.insert(waiters_.end(), &waiter);
      co_await waiter.timer.async_wait(kNoThrow);
      if (!waiter.passed) {
        waiters_.erase(place);
        co_return fail(ErrorCode::kCancelled, "stopped");
      }
    }
    co_return Turn(*this);
  }

 private:
  struct Waiter {
    asio::steady_timer timer;
    bool passed = false;
  };

  void pass_on() {
    if (waiters_.empty()) {
      taken_ = false;
      return;
    }
    Waiter& first = *waiters_.front();
    waiters_.pop_front();
    first.passed = true;
    first.timer.cancel();
  }

  Executor executor_;
  bool taken_ = false;
  std::list<Waiter*> waiters_;
};

}  // namespace covey::io
