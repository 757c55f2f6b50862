#pragma once
// Link: an authenticated connection between two peers, on which any number of streams speak their protocols.
//
// One coroutine reads: it takes a frame's header, finds the stream, and lets its handler consume the body
// straight from the connection, so bulk bytes are copied nowhere in between. Writers queue at the link; a
// frame is never split. A link stays on the thread of its executor for life, and is shared by those who talk
// over it. Spec: docs/spec/wire.md.

#include <functional>
#include <map>
#include <memory>
#include <unordered_map>

#include "io/gate.hpp"
#include "io/task_group.hpp"
#include "transport/hello.hpp"
#include "wire/frame.hpp"

namespace google::protobuf {
class MessageLite;
}

namespace covey::transport {

class Link;

/// What a link bears; the values of the spec unless a test is in a hurry.
struct LinkDeadlines {
  /// Each side writes something at least this often …
  std::chrono::milliseconds keep_alive{15'000};
  /// … so silence of this length means that the peer or the path is gone.
  std::chrono::milliseconds silence{60'000};
  /// For how long the other side may take nothing while we write.
  std::chrono::milliseconds write_stall{60'000};
};

/// The unread body of the frame at hand.
class FrameBody {
 public:
  FrameBody(TlsStream& stream, std::uint32_t length, std::chrono::milliseconds silence)
      : stream_(&stream), left_(length), silence_(silence) {}
  [[nodiscard]] std::uint32_t left() const { return left_; }
  /// Fills `out` from the body. kPeerMisbehaved when the body is shorter.
  io::Awaitable<Result<>> read(MutableBytes out);
  /// The rest of the body as a message. kPeerMisbehaved when it does not parse.
  io::Awaitable<Result<>> read_message(google::protobuf::MessageLite& out);
  /// Reads the rest and throws it away.
  io::Awaitable<Result<>> skip();

 private:
  TlsStream* stream_;
  std::uint32_t left_;
  std::chrono::milliseconds silence_;
};

/// One stream's side of a protocol. Called on the link's thread, one call at a time.
class StreamHandler {
 public:
  virtual ~StreamHandler() = default;
  /// Consumes what it wants of the body; the link skips the rest. An error ends the whole link.
  virtual io::Awaitable<Result<>> on_frame(wire::FrameHeader header, FrameBody& body) = 0;
  /// The stream is over: by the other side's word, or because the link ended. Called at most once.
  virtual void on_end(const Error& reason) = 0;
};

/// Which protocols this side answers, and how. Filled by the wiring before the first link, then only read.
class Router {
 public:
  /// Called on the link's thread; the handler may keep the link reference for as long as it lives.
  using Answer = std::function<std::unique_ptr<StreamHandler>(Link& link, wire::StreamId stream)>;

  void add(std::string protocol, Answer answer) { answers_[std::move(protocol)] = std::move(answer); }
  [[nodiscard]] const Answer* find(const std::string& protocol) const;
  [[nodiscard]] std::vector<std::string> protocols() const;

 private:
  std::map<std::string, Answer> answers_;
};

class Link {
 public:
  /// Handshake and Hello over a fresh stream. See TlsStream::handshake and exchange_hello for the errors.
  static io::Awaitable<Result<std::shared_ptr<Link>>> establish(TlsStream stream, const LocalHello& local,
                                                                const Router& router,
                                                                std::chrono::milliseconds timeout,
                                                                LinkDeadlines deadlines = {});
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link();

  /// Reads frames until the link ends, then ends all streams and waits for the link's tasks. The reason it
  /// ended.
  io::Awaitable<Error> run();
  /// Ends the link. On its thread.
  void close(Error reason);

  /// Starts a stream that speaks `protocol`; its frames go to `handler` from now on.
  io::Awaitable<Result<wire::StreamId>> open(std::string protocol, std::unique_ptr<StreamHandler> handler);
  /// Tells the other side that the stream is over. kCancelled as `code` of a good end is sent as 0.
  io::Awaitable<Result<>> end_stream(wire::StreamId stream);
  /// Likewise, with why. `reason` outlives the wait.
  io::Awaitable<Result<>> end_stream(wire::StreamId stream, const Error& reason);

  io::Awaitable<Result<>> send_message(wire::StreamId stream, wire::FrameKind kind,
                                       const google::protobuf::MessageLite& message);
  /// Sends whole frames that the caller has laid out, as they are.
  io::Awaitable<Result<>> send_frames(ByteView frames);

  [[nodiscard]] const identity::PeerId& peer() const { return stream_.peer(); }
  [[nodiscard]] const TlsStream& stream() const { return stream_; }
  [[nodiscard]] const RemoteHello& remote() const { return remote_; }
  [[nodiscard]] io::Executor executor() const { return tasks_.executor(); }
  /// Coroutines of this link's streams; cancelled and awaited when the link ends.
  [[nodiscard]] io::TaskGroup& tasks() { return tasks_; }

 private:
  Link(TlsStream stream, RemoteHello remote, const Router& router, const LinkDeadlines& deadlines,
       const io::Executor& executor);
  io::Awaitable<Result<>> read_frames();
  io::Awaitable<Result<>> dispatch(wire::FrameHeader header, FrameBody& body);
  io::Awaitable<Result<>> answer_open(wire::FrameHeader header, FrameBody& body);
  io::Awaitable<Result<>> take_close(wire::FrameHeader header, FrameBody& body);
  io::Awaitable<Result<>> answer_ping(FrameBody& body);
  io::Awaitable<void> keep_alive();

  TlsStream stream_;
  RemoteHello remote_;
  const Router* router_;
  LinkDeadlines deadlines_;
  io::TaskGroup tasks_;
  std::unordered_map<wire::StreamId, std::unique_ptr<StreamHandler>> handlers_;
  wire::StreamId next_stream_;
  bool writing_ = false;
  bool wrote_since_last_look_ = false;
  io::Gate written_;
  std::optional<Error> closed_;
};

}  // namespace covey::transport
