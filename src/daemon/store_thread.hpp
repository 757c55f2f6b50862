#pragma once
// StoreThread: the daemon's store, on the one thread that uses it. Called on the network thread.

#include "daemon/daemon_store.hpp"
#include "io/offload.hpp"

namespace covey::daemon {

class StoreThread {
 public:
  explicit StoreThread(DaemonStore store) : store_(std::move(store)) {}

  /// Runs `work(DaemonStore&)` and brings back what it returns. What it refers to outlives the wait.
  template <typename Work>
  auto run(Work work) -> io::Awaitable<std::invoke_result_t<Work, DaemonStore&>> {
    ++calls_;
    auto job = [store = &store_, work = std::move(work)]() mutable { return work(*store); };
    return thread_.run(std::move(job));
  }
  void join() { thread_.join(); }
  /// How often it was asked so far.
  [[nodiscard]] std::uint64_t calls() const { return calls_; }

 private:
  DaemonStore store_;
  io::Offload thread_{1};
  std::uint64_t calls_ = 0;
};

}  // namespace covey::daemon
