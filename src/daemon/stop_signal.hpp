#pragma once
// StopSignal: "please end", from any thread to a coroutine that waits for it.

#include <functional>
#include <mutex>

namespace covey::daemon {

class StopSignal {
 public:
  /// Any thread. Remembered when nobody listens yet.
  void request() {
    const std::lock_guard lock(mutex_);
    requested_ = true;
    if (listener_) listener_();
  }
  /// `on_stop` is called at most a few times, on the requesting thread, or at once if the request was
  /// earlier; it only posts. An empty function ends the listening.
  void listen(std::function<void()> on_stop) {
    const std::lock_guard lock(mutex_);
    listener_ = std::move(on_stop);
    if (requested_ && listener_) listener_();
  }
  [[nodiscard]] bool requested() const {
    const std::lock_guard lock(mutex_);
    return requested_;
  }

 private:
  mutable std::mutex mutex_;
  bool requested_ = false;
  std::function<void()> listener_;
};

}  // namespace covey::daemon
