#pragma once
// Job: one call that waits for a thread of the Registry: work on a Store, and who is to be told its outcome.
// Whatever becomes of it, it answers exactly once. Made on the caller's thread, then of the thread that runs
// it.

#include <optional>
#include <utility>

#include <asio/associated_executor.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/post.hpp>

#include "base/result.hpp"
#include "registry/store.hpp"

namespace covey::registry {

class Job {
 public:
  virtual ~Job() = default;
  /// Works, and keeps the outcome for answer(). May be called again, which forgets the outcome before.
  virtual Result<> run(Store& store) = 0;
  /// Tells the outcome, or `failure` when the work could not be run or kept.
  virtual void answer(const std::optional<Error>& failure) = 0;
};

template <typename Work, typename Handler>
class JobOf final : public Job {
 public:
  using Outcome = std::invoke_result_t<Work&, Store&>;

  JobOf(Work work, Handler handler)
      : work_(std::move(work)),
        handler_(std::move(handler)),
        guard_(asio::make_work_guard(asio::get_associated_executor(*handler_))) {}
  JobOf(const JobOf&) = delete;
  JobOf& operator=(const JobOf&) = delete;
  ~JobOf() override {
    if (handler_) answer(Error{ErrorCode::kCancelled, "the tracker is stopping: try again in a moment"});
  }

  Result<> run(Store& store) override {
    outcome_.emplace(work_(store));
    if (*outcome_) return {};
    return std::unexpected(outcome_->error());
  }

  void answer(const std::optional<Error>& failure) override {
    if (!handler_) return;
    if (failure) outcome_.emplace(std::unexpected(*failure));
    auto told = [handler = std::move(*handler_), outcome = std::move(*outcome_)]() mutable {
      handler(std::move(outcome));
    };
    handler_.reset();
    asio::post(guard_.get_executor(), std::move(told));
    guard_.reset();
  }

 private:
  Work work_;
  std::optional<Handler> handler_;
  std::optional<Outcome> outcome_;
  // The loop that waits does not end before it is answered.
  asio::executor_work_guard<asio::associated_executor_t<Handler>> guard_;
};

}  // namespace covey::registry
