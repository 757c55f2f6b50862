#pragma once
// News: what the thread that follows the daemon's events has for the thread that waits for keys.
//
// Its mutex guards the moment in which views are put in or taken out. The descriptor is readable while there
// is something to take. All functions from any thread.

#include <array>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace covey::cli {

/// A pipe whose reading end is readable once wake() was called, until drain().
class WakePipe {
 public:
  WakePipe();
  WakePipe(const WakePipe&) = delete;
  WakePipe& operator=(const WakePipe&) = delete;
  ~WakePipe();

  void wake();
  void drain();
  [[nodiscard]] int descriptor() const { return ends_[0]; }

 private:
  std::array<int, 2> ends_{-1, -1};  // read, write
};

template <typename View>
class News {
 public:
  void put(const View& view) {
    {
      const std::lock_guard lock(mutex_);
      waiting_.views.push_back(view);
    }
    pipe_.wake();
  }
  /// There will be no more, for this reason.
  void end(const Result<>& why) {
    {
      const std::lock_guard lock(mutex_);
      waiting_.ended = why;
    }
    pipe_.wake();
  }
  /// Makes the descriptor readable.
  void wake() { pipe_.wake(); }

  struct Taken {
    std::vector<View> views;
    std::optional<Result<>> ended;
  };
  Taken take() {
    pipe_.drain();
    const std::lock_guard lock(mutex_);
    return std::exchange(waiting_, {});
  }
  [[nodiscard]] int descriptor() const { return pipe_.descriptor(); }

 private:
  WakePipe pipe_;
  std::mutex mutex_;
  Taken waiting_;  // guarded by mutex_
};

}  // namespace covey::cli
