#include "api/event_stream.hpp"

#include <utility>

#include <asio/post.hpp>

#include "api/json.hpp"

namespace covey::api {
namespace {

/// Small enough that a slow reader holds little in flight, large enough for a burst of changes at once.
constexpr std::size_t kWriteBytes = 64 * 1024;

}  // namespace

EventStream::EventStream(asio::io_context& io, EventFilter filter,
                         std::unique_ptr<http::ResponseStream> response, Limits limits,
                         std::function<void()> on_end)
    : io_(io),
      filter_(std::move(filter)),
      response_(std::move(response)),
      queue_(limits.max_waiting_bytes),
      heartbeat_(limits.heartbeat),
      timer_(io),
      on_end_(std::move(on_end)) {}

void EventStream::start(Service& service) {
  subscription_ = service.subscribe([weak = weak_from_this()](const Event& event) {
    if (const auto self = weak.lock()) self->on_event(event);
  });
  // What exists is told whole, however much it is: the limit is for what the reader then fails to take.
  constexpr std::size_t kNoLimit = std::size_t{1} << 40;
  EventQueue beginning(kNoLimit);
  const auto tell = [&](const Event& event) {
    if (filter_.wants(event)) (void)beginning.push(event);
  };
  Event event;
  event.limits = service.limits();
  tell(event);
  event = {};
  for (NetworkView& network : service.networks()) {
    event.network = std::move(network);
    tell(event);
  }
  event = {};
  for (ShareView& share : service.shares()) {
    event.share = std::move(share);
    tell(event);
  }
  event = {};
  for (TransferView& transfer : service.transfers()) {
    event.transfer = std::move(transfer);
    tell(event);
  }
  event = {};
  for (RequestView& request : service.requests()) {
    event.request = std::move(request);
    tell(event);
  }
  event = {};
  for (GrantView& grant : service.grants()) {
    event.grant = std::move(grant);
    tell(event);
  }
  event = {};
  for (ChatView& chat : service.chats()) {
    event.chat = std::move(chat);
    tell(event);
  }
  write(beginning.take(kNoLimit));
  await_heartbeat();
}

void EventStream::end() {
  if (std::exchange(ended_, true)) return;
  timer_.cancel();
  subscription_.reset();
  response_->finish(std::move(last_words_));
  on_end_();
}

void EventStream::on_event(const Event& event) {
  if (ended_ || !last_words_.empty() || !filter_.wants(event)) return;
  if (Result<> pushed = queue_.push(event); !pushed) {
    last_words_ = to_json(pushed.error()) + '\n';
    // Not here: the subscription may not be destroyed inside its own call.
    asio::post(io_, [self = shared_from_this()] { self->end(); });
    return;
  }
  write_waiting();
}

void EventStream::write_waiting() {
  if (!writing_ && !ended_ && !queue_.empty()) write(queue_.take(kWriteBytes));
}

void EventStream::write(std::string lines) {
  writing_ = true;
  response_->write(std::move(lines), [self = shared_from_this()](http::ResponseStream::Outcome outcome) {
    // Later: the connection is in the middle of its own bookkeeping when it reports.
    asio::post(self->io_, [self, outcome] { self->on_written(outcome); });
  });
}

void EventStream::on_written(http::ResponseStream::Outcome outcome) {
  writing_ = false;
  if (outcome == http::ResponseStream::Outcome::kFailed) return end();
  write_waiting();
}

void EventStream::await_heartbeat() {
  timer_.expires_after(heartbeat_);
  timer_.async_wait([weak = weak_from_this()](std::error_code error) {
    const auto self = weak.lock();
    if (error || !self || self->ended_) return;
    if (!self->writing_) self->write("\n");
    self->await_heartbeat();
  });
}

}  // namespace covey::api
