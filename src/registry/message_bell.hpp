#pragma once
// MessageBell: tells those who watch, on a thread of its own, for which peers messages were committed in this
// process.
//
// A peer that rings again before it was told of is told of once, so what waits is bounded by the number of
// members. Any thread may call, but not from inside a watcher; after stop_watching() returned its watcher is
// not called any more.

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <vector>

#include "identity/peer_id.hpp"
#include "io/event_threads.hpp"

namespace covey::registry {

class MessageBell {
 public:
  using Watcher = std::function<void(const identity::PeerId&)>;

  void ring(std::vector<identity::PeerId> peers);
  std::uint64_t watch(Watcher watcher);
  void stop_watching(std::uint64_t number);

 private:
  void tell_waiting();

  // All of these are the thread's.
  std::set<identity::PeerId> waiting_;
  std::map<std::uint64_t, Watcher> watchers_;
  std::uint64_t last_ = 0;
  io::EventThread thread_{"registry-bell"};
};

}  // namespace covey::registry
