#include "tracker/event_streams.hpp"

#include <utility>

#include <asio/post.hpp>

#include "base/log.hpp"
#include "tracker/json_line.hpp"

namespace covey::tracker {
namespace {

/// So that one write, which a slow reader holds up in memory, stays below a mebibyte.
constexpr std::size_t kMessagesAtOnce = 16;

std::string lines_of(const std::vector<registry::Message>& messages) {
  std::string out;
  for (const registry::Message& message : messages) {
    JsonLine line(256 + message.body.size() * 4 / 3);
    line.open('{').key("message").open('{').key("id").number(message.id);
    line.key("from")
        .text(message.from.to_text())
        .key("kind")
        .text(message.kind)
        .key("body")
        .bytes(message.body);
    line.key("sent_at").number(static_cast<std::uint64_t>(to_unix_ms(message.sent_at))).close('}').close('}');
    out += line.take();
    out += '\n';
  }
  return out;
}

}  // namespace

/// One reader. It waits at its gate for a ring, for the end of a write, and for its own end.
class EventStreams::Stream {
 public:
  Stream(asio::io_context& io, const identity::PeerId& peer, std::unique_ptr<http::ResponseStream> response)
      : peer_(peer), response_(std::move(response)), gate_(io.get_executor()) {}

  [[nodiscard]] const identity::PeerId& peer() const { return peer_; }
  void end() {
    ended_ = true;
    gate_.open_all();
  }
  void ring() {
    rung_ = true;
    gate_.open_all();
  }
  [[nodiscard]] bool take_ring() { return std::exchange(rung_, false); }

  /// False when the reader is gone or the stream is to end.
  static io::Awaitable<bool> write(std::shared_ptr<Stream> self, std::string part) {
    auto outcome = std::make_shared<std::optional<http::ResponseStream::Outcome>>();
    std::function<void(http::ResponseStream::Outcome)> done = [self,
                                                               outcome](http::ResponseStream::Outcome how) {
      *outcome = how;
      self->gate_.open_all();
    };
    self->response_->write(std::move(part), std::move(done));
    while (!*outcome && !self->ended_) {
      const auto passed = co_await self->gate_.wait();
      if (!passed) co_return false;
    }
    co_return !self->ended_ && *outcome == http::ResponseStream::Outcome::kWritten;
  }
  enum class Woken : std::uint8_t { kRung, kQuiet, kEnded };
  /// Until something happens, or `at_most`.
  static io::Awaitable<Woken> wait(std::shared_ptr<Stream> self, std::chrono::milliseconds at_most) {
    const auto deadline = std::chrono::steady_clock::now() + at_most;
    while (!self->rung_ && !self->ended_) {
      const auto passed = co_await self->gate_.wait_for(deadline - std::chrono::steady_clock::now());
      if (passed) continue;
      co_return passed.error().code == ErrorCode::kTimedOut ? Woken::kQuiet : Woken::kEnded;
    }
    co_return self->ended_ ? Woken::kEnded : Woken::kRung;
  }
  void finish() { response_->finish({}); }

 private:
  identity::PeerId peer_;
  std::unique_ptr<http::ResponseStream> response_;
  io::Gate gate_;
  bool rung_ = false;
  bool ended_ = false;
};

EventStreams::EventStreams(asio::io_context& io, registry::Registry& registry, Callers& callers,
                           Metrics& metrics, const Limits& limits, Clock& clock)
    : io_(io),
      registry_(registry),
      callers_(callers),
      metrics_(metrics),
      limits_(limits),
      clock_(clock),
      tasks_(io.get_executor()) {}

void EventStreams::start(const identity::PeerId& peer, std::unique_ptr<http::ResponseStream> response) {
  auto stream = std::make_shared<Stream>(io_, peer, std::move(response));
  auto& place = streams_[peer];
  if (place) place->end();
  place = stream;
  metrics_.streams = streams_.size();
  tasks_.spawn(serve(std::move(stream)));
}

void EventStreams::ring(const identity::PeerId& peer) {
  asio::post(io_, [this, peer] {
    if (const auto found = streams_.find(peer); found != streams_.end()) found->second->ring();
  });
}

void EventStreams::cancel() {
  tasks_.cancel();
}

io::Awaitable<void> EventStreams::serve(std::shared_ptr<Stream> stream) {
  const identity::PeerId peer = stream->peer();
  std::uint64_t told = 0;
  bool alive = co_await Stream::write(stream, "\n");  // the head, and a first sign of life
  while (alive) {
    (void)stream->take_ring();
    auto look = [peer, told, now = clock_.wall()](registry::Store& store) {
      return store.messages(peer, told, kMessagesAtOnce, now);
    };
    const auto waiting = co_await registry_.read(std::move(look));
    if (!waiting) {
      log::warn("cannot read the messages of a peer: {}", to_string(waiting.error()));
    } else if (!waiting->empty()) {
      told = waiting->back().id;
      metrics_.messages_sent += waiting->size();
      alive = co_await Stream::write(stream, lines_of(*waiting));
      continue;
    }
    const auto woken = co_await Stream::wait(stream, limits_.heartbeat);
    if (woken == Stream::Woken::kRung) continue;
    if (woken == Stream::Woken::kEnded) break;
    const auto member = co_await callers_.member(peer);
    if (member && (!*member || (*member)->state != registry::MemberState::kActive)) break;
    alive = co_await Stream::write(stream, "\n");
  }
  stream->finish();
  const auto place = streams_.find(peer);
  if (place != streams_.end() && place->second == stream) streams_.erase(place);
  metrics_.streams = streams_.size();
}

}  // namespace covey::tracker
