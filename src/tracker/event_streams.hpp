#pragma once
// EventStreams: the readers of GET /events, at most one a peer. Each is told the messages that wait in its
// mailbox, oldest first, then those that come; an empty line each heartbeat shows that the tracker lives. A
// message that was told stays until it is acknowledged. Network thread, but for rung().

#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include <asio/io_context.hpp>

#include "base/clock.hpp"
#include "http/message.hpp"
#include "identity/peer_id.hpp"
#include "io/gate.hpp"
#include "io/task_group.hpp"
#include "registry/registry.hpp"
#include "tracker/callers.hpp"
#include "tracker/limits.hpp"
#include "tracker/metrics.hpp"

namespace covey::tracker {

class EventStreams {
 public:
  EventStreams(asio::io_context& io, registry::Registry& registry, Callers& callers, Metrics& metrics,
               const Limits& limits, Clock& clock);

  /// Starts a stream, and ends the one that this peer had.
  void start(const identity::PeerId& peer, std::unique_ptr<http::ResponseStream> response);
  /// A message was posted for this peer. Any thread.
  void ring(const identity::PeerId& peer);

  void cancel();
  io::Awaitable<void> join() { return tasks_.join(); }

 private:
  class Stream;

  io::Awaitable<void> serve(std::shared_ptr<Stream> stream);

  asio::io_context& io_;
  registry::Registry& registry_;
  Callers& callers_;
  Metrics& metrics_;
  const Limits& limits_;
  Clock& clock_;
  std::unordered_map<identity::PeerId, std::shared_ptr<Stream>> streams_;
  io::TaskGroup tasks_;
};

}  // namespace covey::tracker
