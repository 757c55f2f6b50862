#include "registry/message_bell.hpp"

#include <future>

#include <asio/post.hpp>

namespace covey::registry {

void MessageBell::ring(std::vector<identity::PeerId> peers) {
  asio::post(thread_.executor(), [this, peers = std::move(peers)] {
    const bool told_of_already = !waiting_.empty();
    waiting_.insert(peers.begin(), peers.end());
    // What rang meanwhile is queued before this, and is told of with it.
    if (!told_of_already) asio::post(thread_.executor(), [this] { tell_waiting(); });
  });
}

void MessageBell::tell_waiting() {
  const std::set<identity::PeerId> peers = std::exchange(waiting_, {});
  for (const auto& [number, watcher] : watchers_) {
    for (const identity::PeerId& peer : peers) watcher(peer);
  }
}

std::uint64_t MessageBell::watch(Watcher watcher) {
  std::promise<std::uint64_t> number;
  asio::post(thread_.executor(), [&] {
    watchers_.emplace(++last_, std::move(watcher));
    number.set_value(last_);
  });
  return number.get_future().get();
}

void MessageBell::stop_watching(std::uint64_t number) {
  std::promise<void> stopped;
  asio::post(thread_.executor(), [&] {
    watchers_.erase(number);
    stopped.set_value();
  });
  stopped.get_future().wait();
}

}  // namespace covey::registry
