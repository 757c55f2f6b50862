#include "api/pending_requests.hpp"

#include <exception>
#include <system_error>
#include <utility>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/co_spawn.hpp>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include "api/event_stream.hpp"
#include "base/log.hpp"

namespace covey::api {

PendingRequests::PendingRequests(asio::io_context& io, Service& service, RequestLimits limits, From from)
    : io_(io),
      service_(service),
      limits_(limits),
      from_(from),
      changed_(io, asio::steady_timer::time_point::max()) {}

void PendingRequests::take(http::Request request, std::unique_ptr<http::Exchange> exchange) {
  if (closing_) {
    const Error error{ErrorCode::kUnreachable, "the daemon is shutting down"};
    exchange->respond(error_response(503, error), {});
  } else if (const auto filter = event_stream_wanted(request)) {
    start_stream(*exchange, *filter);
  } else {
    start_task(std::move(exchange), std::move(request));
  }
}

void PendingRequests::close() {
  closing_ = true;
  const auto streams = streams_;  // each takes itself out
  for (const auto& stream : streams) stream->end();
  for (asio::cancellation_signal& task : tasks_) task.emit(asio::cancellation_type::terminal);
}

asio::awaitable<void> PendingRequests::all_done() {
  std::error_code woken;
  while (!tasks_.empty()) co_await changed_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
}

void PendingRequests::start_stream(http::Exchange& exchange, const EventFilter& filter) {
  if (streams_.size() >= limits_.max_event_streams) {
    const Error error{ErrorCode::kLimitExceeded, "too many readers of the event stream: close one of them"};
    exchange.respond(error_response(error), {});
    return;
  }
  auto self_of_stream = std::make_shared<std::weak_ptr<EventStream>>();
  auto forget = [weak = weak_from_this(), self_of_stream] {
    if (const auto self = weak.lock()) self->streams_.erase(self_of_stream->lock());
  };
  const EventStream::Limits limits{limits_.max_waiting_event_bytes, limits_.heartbeat};
  const auto stream = std::make_shared<EventStream>(
      io_, filter, exchange.respond_in_parts(http::event_stream_head()), limits, std::move(forget));
  *self_of_stream = stream;
  streams_.insert(stream);
  stream->start(service_);
}

void PendingRequests::start_task(std::unique_ptr<http::Exchange> exchange, http::Request request) {
  const auto task = tasks_.emplace(tasks_.end());
  auto finished = [self = shared_from_this(), task](const std::exception_ptr& /*logged in serve*/) {
    self->tasks_.erase(task);
    self->changed_.cancel();
  };
  asio::co_spawn(io_, serve(shared_from_this(), std::move(exchange), std::move(request)),
                 asio::bind_cancellation_slot(task->slot(), std::move(finished)));
}

asio::awaitable<void> PendingRequests::serve(std::shared_ptr<PendingRequests> self,
                                             std::unique_ptr<http::Exchange> exchange,
                                             http::Request request) {
  // A cancelled wait shall come back as an error of the Service, which is then answered like any other.
  co_await asio::this_coro::throw_if_cancelled(false);
  const bool ends = ends_daemon(request);
  http::Response response;
  try {
    response = co_await answer(self->service_, std::move(request), self->from_);
  } catch (const std::exception& thrown) {
    log::error("api: a request failed: {}", thrown.what());
    response = error_response({ErrorCode::kInternal, "the daemon failed on this request; its log says more"});
  }
  std::function<void()> when_written;
  if (ends && response.status == 202) {
    // Later: stopping may take this server down, while its connection reports in the middle of its work.
    when_written = [self] {
      asio::post(self->io_, [self] {
        if (!self->closing_) self->service_.stop();
      });
    };
  }
  exchange->respond(std::move(response), std::move(when_written));
}

}  // namespace covey::api
