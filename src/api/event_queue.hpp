#pragma once
// EventQueue: the changes that one reader of the event stream has not taken yet, as lines.
//
// Only the newest state of each share and transfer is kept, in the place of the first change that waits, so a
// slow reader costs memory for what exists and not for what happened. Past its limit the queue refuses and
// the reader is to be dropped. Pure; one thread.

#include <cstddef>
#include <list>
#include <string>
#include <unordered_map>

#include "api/views.hpp"
#include "base/result.hpp"

namespace covey::api {

class EventQueue {
 public:
  explicit EventQueue(std::size_t limit_bytes) : limit_bytes_(limit_bytes) {}

  /// kLimitExceeded if the waiting lines would take more than the limit; the queue is then unchanged.
  Result<> push(const Event& event);

  /// The oldest lines, each with its newline: as many as fit into `about_bytes`, but at least one.
  /// Empty if nothing waits.
  std::string take(std::size_t about_bytes);

  [[nodiscard]] bool empty() const { return waiting_.empty(); }
  [[nodiscard]] std::size_t waiting_bytes() const { return waiting_bytes_; }

 private:
  struct Line {
    std::string key;
    std::string text;
  };

  std::size_t limit_bytes_;
  std::size_t waiting_bytes_ = 0;
  std::list<Line> waiting_;
  std::unordered_map<std::string, std::list<Line>::iterator> by_key_;
};

}  // namespace covey::api
