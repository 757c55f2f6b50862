#include "swarm/fetch_server.hpp"

#include "base/log.hpp"
#include "identity/membership.hpp"
#include "swarm/piece_sender.hpp"
#include "wire/fetch.pb.h"

namespace covey::swarm {
namespace {

/// What one stream may have asked for and not yet received.
constexpr std::size_t kMaxQueuedRanges = 4096;
constexpr std::uint64_t kReportEveryBytes = 4U << 20;

struct Range {
  std::uint32_t file = 0;
  std::uint32_t file_count = 0;
  std::uint32_t first_piece = 0;
  std::uint32_t piece_count = 0;
  bool want_layer = false;
};

/// A share, and one right to it: a ticket's proof or a membership.
bool is_well_formed(const wire::OpenShare& message) {
  const bool by_ticket =
      message.ticket_proof().size() == access::TicketProof::kSize && message.membership().empty();
  const bool by_membership = message.ticket_proof().empty() && !message.membership().empty() &&
                             message.membership().size() <= identity::kMaxMembershipBytes;
  return message.share_id().size() == access::ShareId::kSize && (by_ticket || by_membership);
}

}  // namespace

/// What an admitted stream is doing; ends when the sending coroutine and the handler are both gone.
struct FetchServer::Session {
  Session(transport::Link& on, wire::StreamId id, Admission given, io::Executor net)
      : link(&on),
        stream(id),
        share(given.share),
        observer(std::move(given.observer)),
        network(std::move(net)),
        sender(on, id, given.share),
        asked(on.executor()) {}
  ~Session() {
    // The observer's end is an event of the network thread.
    asio::post(network, [last = std::move(observer)]() mutable { last.reset(); });
  }

  static io::Awaitable<void> serve(std::shared_ptr<Session> self);
  io::Awaitable<Result<>> serve_range(Range range);
  io::Awaitable<Result<>> serve_files(Range range);
  io::Awaitable<Result<>> serve_pieces(std::uint32_t file, Range range);
  io::Awaitable<Result<>> serve_manifest(Range range);
  io::Awaitable<Result<>> tell_trouble(std::uint32_t file, const Error& error);
  [[nodiscard]] Result<> check(const Range& range) const;
  void report();

  transport::Link* link;
  wire::StreamId stream;
  std::shared_ptr<const ServedShare> share;
  std::shared_ptr<UploadObserver> observer;
  io::Executor network;
  PieceSender sender;
  std::deque<Range> queue;
  io::Gate asked;
  std::uint64_t cancelled_at = 0;  // counts the peer's cancellations
  std::uint64_t unreported = 0;
  bool ended = false;
};

FetchServer::FetchServer(transport::Link& link, wire::StreamId stream, ShareSource& source,
                         io::Executor network)
    : link_(&link), stream_(stream), source_(&source), network_(std::move(network)) {}

FetchServer::~FetchServer() = default;

io::Awaitable<Result<>> FetchServer::on_frame(wire::FrameHeader header, transport::FrameBody& body) {
  switch (header.kind) {
    case wire::FrameKind::kOpenShare:
      co_return co_await open_share(body);
    case wire::FrameKind::kFetch:
      co_return co_await take_requests(body);
    case wire::FrameKind::kCancel:
      if (session_) {
        session_->queue.clear();
        ++session_->cancelled_at;
      }
      break;
    case wire::FrameKind::kFinished:
      if (session_) {
        session_->report();
        asio::post(network_, [observer = session_->observer] { observer->on_finished(); });
      }
      break;
    default:
      break;
  }
  co_return Result<>{};
}

void FetchServer::on_end(const Error& /*reason*/) {
  if (!session_) return;
  session_->ended = true;
  session_->queue.clear();
  ++session_->cancelled_at;
  session_->asked.open_all();
}

io::Awaitable<Result<>> FetchServer::open_share(transport::FrameBody& body) {
  wire::OpenShare message;
  CO_TRY_VOID(co_await body.read_message(message));
  if (session_ || !is_well_formed(message)) {
    co_return fail(ErrorCode::kPeerMisbehaved, "a share opened against the rules");
  }
  OpenRequest request{.share = access::ShareId::from(as_bytes(message.share_id())),
                      .peer = link_->peer(),
                      .proof = std::nullopt,
                      .membership = to_bytes(message.membership()),
                      .exporter = link_->stream().exporter()};
  if (!message.ticket_proof().empty())
    request.proof = access::TicketProof::from(as_bytes(message.ticket_proof()));
  auto ask = [source = source_, request, from = link_->stream().remote_address()] {
    auto admission = source->admit(request, from);
    return admission ? Result<Admission>(std::move(admission)) : std::unexpected(admission.error());
  };
  auto admission = co_await io::call_on(network_, std::move(ask));
  if (!admission) co_return co_await link_->end_stream(stream_, admission.error());
  wire::ShareOpened answer;
  answer.set_description(std::string(as_text(admission->description.payload)));
  answer.set_signature(std::string(as_text(admission->description.signature.view())));
  session_ = std::make_shared<Session>(*link_, stream_, std::move(*admission), network_);
  CO_TRY_VOID(co_await link_->send_message(stream_, wire::FrameKind::kShareOpened, answer));
  link_->tasks().spawn(Session::serve(session_));
  co_return Result<>{};
}

io::Awaitable<Result<>> FetchServer::take_requests(transport::FrameBody& body) {
  wire::Fetch message;
  CO_TRY_VOID(co_await body.read_message(message));
  if (!session_) co_return fail(ErrorCode::kPeerMisbehaved, "pieces asked for before a share was opened");
  if (session_->queue.size() + static_cast<std::size_t>(message.ranges_size()) > kMaxQueuedRanges) {
    co_return fail(ErrorCode::kPeerMisbehaved, "more than {} ranges asked for at once", kMaxQueuedRanges);
  }
  for (const auto& asked : message.ranges()) {
    const Range range{.file = asked.file(),
                      .file_count = asked.file_count(),
                      .first_piece = asked.first_piece(),
                      .piece_count = asked.piece_count(),
                      .want_layer = asked.want_layer()};
    CO_TRY_VOID(session_->check(range));
    session_->queue.push_back(range);
  }
  session_->asked.open_all();
  co_return Result<>{};
}

Result<> FetchServer::Session::check(const Range& range) const {
  const auto refuse = [&] {
    return fail(ErrorCode::kPeerMisbehaved, "pieces asked for that do not exist (file {})", range.file);
  };
  const auto within = [&](const content::PieceGeometry& geometry) {
    return range.piece_count > 0 && range.first_piece < geometry.piece_count() &&
           range.piece_count <= geometry.piece_count() - range.first_piece;
  };
  if (range.file == wire::kManifestFile) {
    if (!share->manifest_layer || !within(share->manifest_layer->geometry())) return refuse();
    return {};
  }
  const std::uint32_t entries = share->manifest.entry_count();
  if (range.file >= entries) return refuse();
  if (range.file_count > 0) return range.file_count <= entries - range.file ? Result<>{} : refuse();
  const content::FileIndex file(range.file);
  if (!share->manifest.is_file(file) || !within(share->manifest.geometry(file))) return refuse();
  return {};
}

io::Awaitable<void> FetchServer::Session::serve(std::shared_ptr<Session> self) {
  while (!self->ended) {
    if (self->queue.empty()) {
      const auto flushed = co_await self->sender.flush();
      if (!flushed) co_return;
      self->report();
      if (!self->queue.empty()) continue;
      self->sender.release_memory();
      const auto asked = co_await self->asked.wait();
      if (!asked) co_return;
      continue;
    }
    const Range range = self->queue.front();
    self->queue.pop_front();
    const auto outcome = co_await self->serve_range(range);
    if (!outcome && outcome.error().code == ErrorCode::kRefused) {
      (void)co_await self->link->end_stream(self->stream, outcome.error());
      co_return;
    }
    if (!outcome) {
      self->link->close(outcome.error());
      co_return;
    }
  }
}

io::Awaitable<Result<>> FetchServer::Session::serve_range(Range range) {
  if (range.file == wire::kManifestFile) return serve_manifest(range);
  if (range.file_count > 0) return serve_files(range);
  return serve_pieces(range.file, range);
}

io::Awaitable<Result<>> FetchServer::Session::serve_files(Range range) {
  const std::uint64_t cancellations = cancelled_at;
  for (std::uint32_t file = range.file; file < range.file + range.file_count; ++file) {
    const content::FileIndex index(file);
    if (!share->manifest.is_file(index) || share->manifest.entry(index).size == 0) continue;
    const Range whole{.file = file,
                      .piece_count = share->manifest.geometry(index).piece_count(),
                      .want_layer = range.want_layer};
    CO_TRY_VOID(co_await serve_pieces(file, whole));
    if (cancellations != cancelled_at) break;
  }
  co_return Result<>{};
}

io::Awaitable<Result<>> FetchServer::Session::serve_pieces(std::uint32_t file, Range range) {
  const std::uint64_t cancellations = cancelled_at;
  if (range.want_layer) {
    const auto layer = share->layers.find(content::FileIndex(file));
    if (layer != share->layers.end()) CO_TRY_VOID(co_await sender.send_layer(file, *layer->second));
  }
  for (std::uint32_t i = 0; i < range.piece_count && cancellations == cancelled_at; ++i) {
    if (share->withdrawn.load(std::memory_order_relaxed)) {
      co_return fail(ErrorCode::kRefused, "the owner has closed this share");
    }
    const auto outcome =
        co_await sender.send_piece(content::FileIndex(file), content::PieceIndex(range.first_piece + i));
    if (!outcome &&
        (outcome.error().code == ErrorCode::kConnectionLost || outcome.error().code == ErrorCode::kTimedOut ||
         outcome.error().code == ErrorCode::kCancelled)) {
      co_return outcome;
    }
    if (!outcome) co_return co_await tell_trouble(file, outcome.error());
    unreported +=
        share->manifest.geometry(content::FileIndex(file)).length(content::PieceIndex(range.first_piece + i));
    if (unreported >= kReportEveryBytes) report();
  }
  co_return Result<>{};
}

io::Awaitable<Result<>> FetchServer::Session::serve_manifest(Range range) {
  if (range.want_layer) CO_TRY_VOID(co_await sender.send_layer(wire::kManifestFile, *share->manifest_layer));
  for (std::uint32_t i = 0; i < range.piece_count; ++i) {
    CO_TRY_VOID(co_await sender.send_manifest_piece(content::PieceIndex(range.first_piece + i)));
  }
  co_return Result<>{};
}

io::Awaitable<Result<>> FetchServer::Session::tell_trouble(std::uint32_t file, const Error& error) {
  CO_TRY_VOID(co_await sender.flush());
  log::warn("cannot serve {}: {}", share->name, error.context);
  wire::Trouble message;
  message.set_file(file);
  message.set_code(static_cast<std::uint32_t>(error.code));
  // The error's own words say where the file lies on this machine, which is nobody else's business.
  message.set_message(fmt::format(
      "{} {}", share->manifest.path(content::FileIndex(file)),
      error.code == ErrorCode::kSourceChanged ? "has changed since it was shared" : "cannot be read"));
  co_return co_await link->send_message(stream, wire::FrameKind::kTrouble, message);
}

void FetchServer::Session::report() {
  unreported = 0;
  const PieceSender::Sent sent = sender.take_sent();
  if (sent.pieces == 0) return;
  asio::post(network, [to = observer, sent] { to->on_sent(sent.bytes, sent.pieces); });
}

}  // namespace covey::swarm
