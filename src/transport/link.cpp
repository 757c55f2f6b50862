#include "transport/link.hpp"

#include <algorithm>

#include <google/protobuf/message_lite.h>

#include "base/log.hpp"
#include "wire/link.pb.h"

namespace covey::transport {
namespace {

constexpr std::size_t kMaxStreams = 64;
constexpr std::size_t kMaxCloseText = 512;

Bytes frame_of(wire::StreamId stream, wire::FrameKind kind, const google::protobuf::MessageLite& message) {
  const std::size_t size = message.ByteSizeLong();
  Bytes frame(wire::kFrameHeaderBytes + size);
  wire::encode({.length = static_cast<std::uint32_t>(size), .kind = kind, .stream = stream},
               std::span(frame).first<wire::kFrameHeaderBytes>());
  message.SerializeToArray(frame.data() + wire::kFrameHeaderBytes, static_cast<int>(size));
  return frame;
}

/// A peer's sentence, safe to show: bounded and without control characters.
std::string shown(std::string_view text) {
  std::string out(text.substr(0, kMaxCloseText));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; }, ' ');
  return out;
}

/// The codes that a peer's words may carry. Any other would pass its faults or wishes off as ours: "the disk
/// is full", "cancelled".
ErrorCode believed(std::uint32_t code) {
  constexpr std::array kSayable = {
      ErrorCode::kNotFound,    ErrorCode::kTimedOut,       ErrorCode::kRefused,
      ErrorCode::kExpired,     ErrorCode::kPeerMisbehaved, ErrorCode::kSourceChanged,
      ErrorCode::kUnsupported, ErrorCode::kLimitExceeded,  ErrorCode::kMustAsk};
  for (const ErrorCode sayable : kSayable) {
    if (code == static_cast<std::uint32_t>(sayable)) return sayable;
  }
  return ErrorCode::kConnectionLost;
}

}  // namespace

io::Awaitable<Result<>> FrameBody::read(MutableBytes out) {
  if (out.size() > left_) {
    co_return fail(ErrorCode::kPeerMisbehaved, "{} sent a frame that is too short",
                   stream_->remote_address());
  }
  left_ -= static_cast<std::uint32_t>(out.size());
  co_return co_await stream_->read_exactly(out, silence_);
}

io::Awaitable<Result<>> FrameBody::read_message(google::protobuf::MessageLite& out) {
  Bytes bytes(left_);
  CO_TRY_VOID(co_await read(bytes));
  if (!out.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    co_return fail(ErrorCode::kPeerMisbehaved, "{} sent a message that cannot be read",
                   stream_->remote_address());
  }
  co_return Result<>{};
}

io::Awaitable<Result<>> FrameBody::skip() {
  std::array<Byte, 4096> sink;
  while (left_ > 0) {
    const auto part = std::span(sink).first(std::min<std::size_t>(left_, sink.size()));
    CO_TRY_VOID(co_await read(part));
  }
  co_return Result<>{};
}

const Router::Answer* Router::find(const std::string& protocol) const {
  const auto found = answers_.find(protocol);
  return found == answers_.end() ? nullptr : &found->second;
}

std::vector<std::string> Router::protocols() const {
  std::vector<std::string> names;
  for (const auto& [name, answer] : answers_) names.push_back(name);
  return names;
}

Link::Link(TlsStream stream, RemoteHello remote, const Router& router, const LinkDeadlines& deadlines,
           const io::Executor& executor)
    : stream_(std::move(stream)),
      remote_(std::move(remote)),
      router_(&router),
      deadlines_(deadlines),
      tasks_(executor),
      next_stream_(stream_.role() == TlsRole::kDialer ? 1 : 2),
      written_(executor) {}

Link::~Link() = default;

io::Awaitable<Result<std::shared_ptr<Link>>> Link::establish(TlsStream stream, const LocalHello& local,
                                                             const Router& router,
                                                             std::chrono::milliseconds timeout,
                                                             LinkDeadlines deadlines) {
  CO_TRY_VOID(co_await stream.handshake(timeout));
  CO_TRY(RemoteHello remote, co_await exchange_hello(stream, local, timeout));
  const io::Executor executor = co_await asio::this_coro::executor;
  co_return std::shared_ptr<Link>(
      new Link(std::move(stream), std::move(remote), router, deadlines, executor));
}

io::Awaitable<Error> Link::run() {
  tasks_.spawn(keep_alive());
  const auto outcome = co_await read_frames();
  const Error reason =
      closed_.value_or(outcome ? Error{ErrorCode::kInternal, "reading ended"} : outcome.error());
  if (reason.code == ErrorCode::kPeerMisbehaved && !closed_) {
    (void)co_await end_stream(wire::StreamId(0), reason);
  }
  close(reason);
  for (auto& [id, handler] : handlers_) handler->on_end(reason);
  tasks_.cancel();
  co_await tasks_.join();
  handlers_.clear();
  co_return reason;
}

void Link::close(Error reason) {
  if (!closed_) closed_ = std::move(reason);
  stream_.close();
}

io::Awaitable<Result<>> Link::read_frames() {
  while (!closed_) {
    std::array<Byte, wire::kFrameHeaderBytes> bytes{};
    CO_TRY_VOID(co_await stream_.read_exactly(bytes, deadlines_.silence));
    CO_TRY(const wire::FrameHeader header, wire::decode_header(bytes));
    FrameBody body(stream_, header.length, deadlines_.silence);
    CO_TRY_VOID(co_await dispatch(header, body));
    CO_TRY_VOID(co_await body.skip());
  }
  co_return Result<>{};
}

io::Awaitable<Result<>> Link::dispatch(wire::FrameHeader header, FrameBody& body) {
  switch (header.kind) {
    case wire::FrameKind::kHello:
      co_return fail(ErrorCode::kPeerMisbehaved, "a second Hello");
    case wire::FrameKind::kOpen:
      co_return co_await answer_open(header, body);
    case wire::FrameKind::kClose:
      co_return co_await take_close(header, body);
    case wire::FrameKind::kPing:
      co_return co_await answer_ping(body);
    case wire::FrameKind::kPong:
      co_return Result<>{};
    default:
      break;
  }
  // A frame may cross the end of its stream on the way; it is skipped, not punished.
  const auto found = handlers_.find(header.stream);
  if (found == handlers_.end()) co_return Result<>{};
  co_return co_await found->second->on_frame(header, body);
}

io::Awaitable<Result<>> Link::answer_open(wire::FrameHeader header, FrameBody& body) {
  wire::Open open;
  CO_TRY_VOID(co_await body.read_message(open));
  const bool theirs = header.stream.value() % 2 != next_stream_.value() % 2 && header.stream.value() != 0;
  if (!theirs || handlers_.contains(header.stream) || handlers_.size() >= kMaxStreams) {
    co_return fail(ErrorCode::kPeerMisbehaved, "a stream opened against the rules");
  }
  const Router::Answer* answer = router_->find(open.protocol());
  if (answer == nullptr) {
    const Error reason{ErrorCode::kUnsupported, "this peer does not offer that protocol"};
    co_return co_await end_stream(header.stream, reason);
  }
  handlers_.emplace(header.stream, (*answer)(*this, header.stream));
  co_return Result<>{};
}

io::Awaitable<Result<>> Link::take_close(wire::FrameHeader header, FrameBody& body) {
  wire::Close message;
  CO_TRY_VOID(co_await body.read_message(message));
  Error reason{believed(message.code()), shown(message.message())};
  if (reason.context.empty()) reason.context = stream_.remote_address() + " ended it without a reason";
  if (header.stream.value() == 0) co_return std::unexpected(std::move(reason));
  const auto found = handlers_.find(header.stream);
  if (found == handlers_.end()) co_return Result<>{};
  const auto handler = std::move(found->second);
  handlers_.erase(found);
  handler->on_end(reason);
  co_return Result<>{};
}

io::Awaitable<Result<>> Link::answer_ping(FrameBody& body) {
  std::array<Byte, wire::kFrameHeaderBytes + 8> frame{};
  const std::uint32_t length = body.left();
  CO_TRY_VOID(co_await body.read(std::span(frame).subspan(wire::kFrameHeaderBytes, length)));
  wire::encode({.length = length, .kind = wire::FrameKind::kPong, .stream = {}},
               std::span(frame).first<wire::kFrameHeaderBytes>());
  co_return co_await send_frames(std::span(frame).first(wire::kFrameHeaderBytes + length));
}

io::Awaitable<void> Link::keep_alive() {
  std::array<Byte, wire::kFrameHeaderBytes> ping{};
  wire::encode({.length = 0, .kind = wire::FrameKind::kPing, .stream = {}}, ping);
  while (true) {
    const auto slept = co_await io::sleep_for(deadlines_.keep_alive);
    if (!slept) co_return;
    if (std::exchange(wrote_since_last_look_, false)) continue;
    const auto sent = co_await send_frames(ping);
    if (!sent) co_return;
  }
}

io::Awaitable<Result<wire::StreamId>> Link::open(std::string protocol,
                                                 std::unique_ptr<StreamHandler> handler) {
  const wire::StreamId id = next_stream_;
  next_stream_ = next_stream_.plus(2);
  handlers_.emplace(id, std::move(handler));
  wire::Open message;
  message.set_protocol(std::move(protocol));
  CO_TRY_VOID(co_await send_message(id, wire::FrameKind::kOpen, message));
  co_return id;
}

io::Awaitable<Result<>> Link::end_stream(wire::StreamId stream) {
  const wire::Close message;
  co_return co_await send_message(stream, wire::FrameKind::kClose, message);
}

io::Awaitable<Result<>> Link::end_stream(wire::StreamId stream, const Error& reason) {
  wire::Close message;
  if (reason.code != ErrorCode::kCancelled) {
    message.set_code(static_cast<std::uint32_t>(reason.code));
    message.set_message(reason.context.substr(0, kMaxCloseText));
  }
  co_return co_await send_message(stream, wire::FrameKind::kClose, message);
}

io::Awaitable<Result<>> Link::send_message(wire::StreamId stream, wire::FrameKind kind,
                                           const google::protobuf::MessageLite& message) {
  const Bytes frame = frame_of(stream, kind, message);
  if (frame.size() > wire::kMaxControlBytes + wire::kFrameHeaderBytes) {
    co_return fail(ErrorCode::kLimitExceeded, "a message of {} bytes is too large to send", frame.size());
  }
  co_return co_await send_frames(frame);
}

io::Awaitable<Result<>> Link::send_frames(ByteView frames) {
  while (writing_) CO_TRY_VOID(co_await written_.wait());
  if (closed_) co_return std::unexpected(*closed_);
  writing_ = true;
  auto outcome = co_await stream_.write_all(frames, deadlines_.write_stall);
  writing_ = false;
  wrote_since_last_look_ = true;
  written_.open_all();
  // A frame that was cut in the middle leaves nothing to speak over.
  if (!outcome) close(outcome.error());
  co_return outcome;
}

}  // namespace covey::transport
