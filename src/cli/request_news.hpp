#pragma once
// RequestNews: what the thread that follows the daemon's events has for the thread that waits for keys.
//
// Its mutex guards the moment in which views are put in or taken out. The descriptor is readable while there
// is something to take. All functions from any thread.

#include <array>
#include <mutex>
#include <optional>
#include <vector>

#include "api/views.hpp"
#include "base/result.hpp"

namespace covey::cli {

class RequestNews {
 public:
  RequestNews();
  RequestNews(const RequestNews&) = delete;
  RequestNews& operator=(const RequestNews&) = delete;
  ~RequestNews();

  void put(const api::RequestView& view);
  /// There will be no more, for this reason.
  void end(const Result<>& why);
  /// Makes the descriptor readable.
  void wake();

  struct Taken {
    std::vector<api::RequestView> views;
    std::optional<Result<>> ended;
  };
  Taken take();
  [[nodiscard]] int descriptor() const { return ends_[0]; }

 private:
  std::array<int, 2> ends_{-1, -1};  // of a pipe: read, write
  std::mutex mutex_;
  Taken waiting_;  // guarded by mutex_
};

}  // namespace covey::cli
