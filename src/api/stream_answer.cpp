#include "api/stream_answer.hpp"

#include <algorithm>

#include "api/byte_range.hpp"
#include "api/media_type.hpp"
#include "io/gate.hpp"

namespace covey::api {
namespace {

constexpr std::string_view kStreamPrefix = "/stream/";
/// What of a file is in memory for a client at a time.
constexpr std::uint64_t kPart = 1U << 20;

bool is_own_host(std::string_view host, std::uint16_t port) {
  for (const std::string_view name : {"127.0.0.1", "localhost", "[::1]"}) {
    if (host == fmt::format("{}:{}", name, port)) return true;
  }
  return false;
}

std::string_view token_in(std::string_view target) {
  target = target.substr(0, target.find('?'));
  if (!target.starts_with(kStreamPrefix)) return {};
  target.remove_prefix(kStreamPrefix.size());
  return target.substr(0, target.find('/'));
}

http::ResponseHead head_of(int status, std::string_view type) {
  return {.status = status,
          .fields = {{"Content-Type", std::string(type)},
                     {"X-Content-Type-Options", "nosniff"},
                     {"Cache-Control", "no-store"},
                     {"Content-Security-Policy", "sandbox"},
                     {"Cross-Origin-Resource-Policy", "same-site"},
                     {"Referrer-Policy", "no-referrer"}}};
}

/// An answer of words.
struct Refusal {
  int status = 404;
  std::string words;
  std::vector<http::Field> also;
};

void refuse(http::Exchange& exchange, const http::Request& request, Refusal refusal) {
  refusal.words += '\n';
  http::ResponseHead head = head_of(refusal.status, "text/plain; charset=utf-8");
  head.fields.insert(head.fields.end(), refusal.also.begin(), refusal.also.end());
  const auto response = exchange.respond_sized(std::move(head), refusal.words.size());
  response->finish(request.method == "HEAD" ? std::string() : std::move(refusal.words));
}

/// One response on its way; its parts are written one after the other.
class Sending {
 public:
  Sending(const io::Executor& network, std::unique_ptr<http::ResponseStream> response)
      : response_(std::move(response)), state_(std::make_shared<State>(network)) {}

  /// kConnectionLost, kTimedOut, kCancelled.
  io::Awaitable<Result<>> write(std::string part, std::chrono::milliseconds at_most) {
    const auto state = state_;
    state->outcome.reset();
    response_->write(std::move(part), [state](http::ResponseStream::Outcome outcome) {
      state->outcome = outcome;
      state->written.open_all();
    });
    if (!state->outcome) CO_TRY_VOID(co_await state->written.wait_for(at_most));
    if (state->outcome != http::ResponseStream::Outcome::kWritten)
      co_return fail(ErrorCode::kConnectionLost, "the client has gone");
    co_return Result<>{};
  }
  void finish() { response_->finish({}); }
  [[nodiscard]] bool is_abandoned() const { return response_->is_abandoned(); }

 private:
  struct State {
    explicit State(const io::Executor& network) : written(network) {}
    std::optional<http::ResponseStream::Outcome> outcome;
    io::Gate written;
  };
  std::unique_ptr<http::ResponseStream> response_;
  std::shared_ptr<State> state_;  // the library may report after this has gone
};

io::Awaitable<Result<>> send(Sending& sending, StreamedBytes& bytes, ByteRange range,
                             StreamServerOptions options) {
  std::uint64_t at = range.first;
  auto last_came = std::chrono::steady_clock::now();
  while (at <= range.last) {
    CO_TRY(const auto part, co_await bytes.read(at, std::min(kPart, range.last - at + 1)));
    const auto now = std::chrono::steady_clock::now();
    if (part.empty()) {
      if (sending.is_abandoned()) co_return fail(ErrorCode::kConnectionLost, "the client has gone");
      if (now - last_came > options.source_timeout) co_return fail(ErrorCode::kTimedOut, "no bytes came");
      continue;
    }
    at += part.size();
    CO_TRY_VOID(co_await sending.write(std::string(as_text(part)), options.write_timeout));
    last_came = std::chrono::steady_clock::now();
  }
  co_return Result<>{};
}

/// What is wrong with the request as such.
std::optional<Refusal> objection(const http::Request& request, std::uint16_t port) {
  if (!is_own_host(request.field("Host"), port))
    return Refusal{.status = 403, .words = "this server has another name", .also = {}};
  if (request.method != "GET" && request.method != "HEAD")
    return Refusal{.status = 405, .words = "GET and HEAD only", .also = {{"Allow", "GET, HEAD"}}};
  return std::nullopt;
}

http::ResponseHead head_for(const StreamedFile& file, const std::optional<ByteRange>& range) {
  http::ResponseHead head = head_of(range ? 206 : 200, media_type_of(file.name));
  head.fields.push_back({"Accept-Ranges", "bytes"});
  head.fields.push_back({"Content-Disposition", content_disposition(file.name)});
  if (range) head.fields.push_back({"Content-Range", content_range(*range, file.size)});
  return head;
}

// Outside of coroutines: GCC 12 mislays braced lists in them.

void refuse_unknown(http::Exchange& exchange, const http::Request& request) {
  refuse(exchange, request,
         {.status = 404, .words = "there is no such stream; covey stream prints its address", .also = {}});
}
void refuse_range(http::Exchange& exchange, const http::Request& request, std::uint64_t size) {
  refuse(exchange, request,
         {.status = 416,
          .words = fmt::format("there are {} bytes", size),
          .also = {{"Content-Range", fmt::format("bytes */{}", size)}}});
}
void refuse_unreadable(http::Exchange& exchange, const http::Request& request, const Error& error) {
  refuse(exchange, request, {.status = 503, .words = error.context, .also = {}});
}

}  // namespace

io::Awaitable<void> answer_stream(const StreamHost& host, std::uint16_t port, http::Request request,
                                  std::unique_ptr<http::Exchange> exchange, StreamServerOptions options) {
  if (auto refusal = objection(request, port)) {
    refuse(*exchange, request, std::move(*refusal));
    co_return;
  }
  const auto file = host.find_stream(token_in(request.target));
  if (!file) {
    refuse_unknown(*exchange, request);
    co_return;
  }
  const auto range = wanted_range(request.field("Range"), file->size);
  if (!range) {
    refuse_range(*exchange, request, file->size);
    co_return;
  }
  const ByteRange wanted = range->value_or(ByteRange{.first = 0, .last = file->size - 1});
  const bool has_body = request.method == "GET" && file->size > 0;
  if (has_body) {
    // What cannot be read at all is told in the status; later on only the end of the connection can say it.
    const auto first = co_await file->bytes->read(wanted.first, 1);
    if (!first) {
      refuse_unreadable(*exchange, request, first.error());
      co_return;
    }
  }
  const std::uint64_t length = *range ? (*range)->length() : file->size;
  const io::Executor network = co_await asio::this_coro::executor;
  Sending sending(network, exchange->respond_sized(head_for(*file, *range), length));
  if (has_body) {
    std::string header_alone;
    const auto begun = co_await sending.write(std::move(header_alone), options.write_timeout);
    if (begun) (void)co_await send(sending, *file->bytes, wanted, options);
  }
  sending.finish();
}

}  // namespace covey::api
