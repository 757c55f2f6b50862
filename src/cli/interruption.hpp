#pragma once
// Interruption: Ctrl-C, termination and hang-up as an orderly request. While one lives, these signals are
// blocked in this thread and those it starts, and a thread waits for them with sigwait: no code runs in a
// signal handler. The first signal calls `on_first` on that thread; the second ends the process at once with
// 130. Make it before starting threads; one at a time.

#include <atomic>
#include <csignal>
#include <functional>
#include <thread>

namespace covey::cli {

class Interruption {
 public:
  /// `before_end` is what must still be done when the second signal ends the process; short, and safe beside
  /// whatever the other threads do.
  explicit Interruption(
      std::function<void()> on_first, std::function<void()> before_end = [] {});
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;
  /// Gives the signals back. A signal that came while nobody waited takes its usual effect.
  ~Interruption();

  [[nodiscard]] bool happened() const { return happened_; }

 private:
  void wait_for_signals();

  std::function<void()> on_first_;
  std::function<void()> before_end_;
  std::atomic<bool> happened_ = false;
  std::atomic<bool> ending_ = false;
  sigset_t signals_{};
  sigset_t before_{};
  std::thread thread_;
};

}  // namespace covey::cli
