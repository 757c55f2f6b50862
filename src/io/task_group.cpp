#include "io/task_group.hpp"

#include <exception>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>

#include "base/log.hpp"

namespace covey::io {

struct TaskGroup::State {
  explicit State(Executor on) : executor(std::move(on)), emptied(executor) {
    emptied.expires_at(asio::steady_timer::time_point::max());
  }

  Executor executor;
  std::list<asio::cancellation_signal> members;
  asio::steady_timer emptied;  // never expires; cancelled to wake those who join
  bool cancelled = false;
};

namespace {

/// A member's root: from here on cancellation is a value that waits return, not an exception they throw.
Awaitable<void> run_member(Awaitable<void> task) {
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await std::move(task);
}

void log_escaped(const std::exception_ptr& escaped) {
  if (!escaped) return;
  try {
    std::rethrow_exception(escaped);
  } catch (const std::exception& e) {
    log::error("a task ended by an exception: {}", e.what());
  } catch (...) {
    log::error("a task ended by an unknown exception");
  }
}

}  // namespace

TaskGroup::TaskGroup(Executor executor) : state_(std::make_shared<State>(std::move(executor))) {}

TaskGroup::~TaskGroup() {
  cancel();
}

void TaskGroup::spawn(Awaitable<void> task) {
  if (state_->cancelled) return;
  const auto member = state_->members.emplace(state_->members.end());
  auto on_end = [state = state_, member](const std::exception_ptr& escaped) {
    log_escaped(escaped);
    state->members.erase(member);
    if (state->members.empty()) state->emptied.cancel();
  };
  asio::co_spawn(state_->executor, run_member(std::move(task)),
                 asio::bind_cancellation_slot(member->slot(), std::move(on_end)));
}

void TaskGroup::cancel() {
  state_->cancelled = true;
  // A member may end, and so leave the list, while its signal is being emitted.
  for (auto member = state_->members.begin(); member != state_->members.end();) {
    const auto current = member++;
    current->emit(asio::cancellation_type::terminal);
  }
}

Awaitable<void> TaskGroup::join() {
  const auto state = state_;
  while (!state->members.empty()) (void)co_await state->emptied.async_wait(kNoThrow);
}

std::size_t TaskGroup::size() const {
  return state_->members.size();
}
Executor TaskGroup::executor() const {
  return state_->executor;
}

}  // namespace covey::io
