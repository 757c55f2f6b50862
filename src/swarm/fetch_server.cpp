#include "swarm/fetch_server.hpp"

#include <set>

#include "base/cursor.hpp"
#include "base/log.hpp"
#include "identity/membership.hpp"
#include "swarm/piece_sender.hpp"
#include "swarm/swarm_messages.hpp"

namespace covey::swarm {
namespace {

/// What one stream may have asked for and not yet received.
constexpr std::size_t kMaxQueuedRanges = 4096;
constexpr std::uint64_t kReportEveryBytes = 4U << 20;
/// News are gathered for this long, so that a fast download does not send one message a piece.
constexpr auto kNewsPause = std::chrono::milliseconds(30);
/// A receiver renews its word now and then; more often is noise.
constexpr std::size_t kMaxProviderMessages = 64;
/// A receiver is told how much it waits for our limits this often, when that has changed.
constexpr auto kPaceInterval = std::chrono::seconds(2);

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

/// Whether only this file cannot be served; otherwise the stream or the link is over.
bool is_of_the_file(ErrorCode code) {
  return code != ErrorCode::kConnectionLost && code != ErrorCode::kTimedOut &&
         code != ErrorCode::kCancelled && code != ErrorCode::kNotFound && code != ErrorCode::kRefused;
}

}  // namespace

ShareKey upload_key(const access::ShareId& share) {
  ByteReader reader(share.view());
  return ShareKey(reader.number<std::uint64_t>().value_or(0));
}

/// What an admitted stream is doing; ends when the sending coroutines and the handler are gone.
struct FetchServer::Session {
  Session(transport::Link& on, wire::StreamId id, const Admission& admission, io::Executor net);
  ~Session() {
    // The observer's and the seat's end are events of the network thread.
    asio::post(network, [last = std::move(observer), left = std::move(seat)]() mutable {
      last.reset();
      left.reset();
    });
  }

  static io::Awaitable<void> serve(std::shared_ptr<Session> self);
  static io::Awaitable<void> tell_news(std::shared_ptr<Session> self);
  io::Awaitable<Result<>> serve_range(Range range);
  io::Awaitable<Result<>> take_turn();
  io::Awaitable<Result<>> tell_pace();
  io::Awaitable<Result<>> serve_files(Range range);
  io::Awaitable<Result<>> serve_pieces(std::uint32_t file, Range range);
  io::Awaitable<Result<>> serve_manifest(Range range);
  io::Awaitable<Result<>> tell_trouble(std::uint32_t file, const Error& error);
  [[nodiscard]] Result<> check(const Range& range) const;
  [[nodiscard]] bool takes_back(std::uint32_t file, std::uint32_t piece);
  void report();
  void hear(const News& news);

  transport::Link* link;
  wire::StreamId stream;
  std::shared_ptr<const ServedShare> share;
  std::shared_ptr<UploadObserver> observer;
  std::unique_ptr<Meeting::Seat> seat;
  std::shared_ptr<UploadGate::Seat> turns;
  std::uint64_t turn = 0;   // bytes that may be sent in this turn
  std::uint64_t spent = 0;  // of it
  std::chrono::steady_clock::time_point pace_since = std::chrono::steady_clock::now();
  std::chrono::steady_clock::duration held_back{0};  // waiting for turns since then
  std::uint32_t told_pace = 0;                       // percent
  io::Executor network;
  PieceSender sender;
  std::optional<content::PieceSet> held_at_first;
  bool served_on;
  std::deque<Range> queue;
  std::set<std::uint64_t> taken_back;  // single pieces of the queue that are not wanted any more
  io::Gate asked;
  News news;
  io::Gate heard;
  std::size_t provider_messages = 0;
  std::uint64_t cancelled_at = 0;  // counts the peer's cancellations
  std::uint64_t unreported = 0;
  bool ended = false;
};

FetchServer::Session::Session(transport::Link& on, wire::StreamId id, const Admission& admission,
                              io::Executor net)
    : link(&on),
      stream(id),
      share(admission.share),
      observer(admission.observer),
      network(std::move(net)),
      sender(on, id, share),
      held_at_first(admission.held),
      served_on(admission.served_on),
      asked(on.executor()),
      heard(on.executor()) {}

/// What the network thread answers to a stream that it lets in.
struct FetchServer::Opened {
  std::shared_ptr<Session> session;
  wire::ShareOpened answer;
};

FetchServer::FetchServer(transport::Link& link, wire::StreamId stream, Host host)
    : link_(&link), stream_(stream), host_(std::move(host)) {}

FetchServer::~FetchServer() = default;

io::Awaitable<Result<>> FetchServer::on_frame(wire::FrameHeader header, transport::FrameBody& body) {
  switch (header.kind) {
    case wire::FrameKind::kOpenShare:
      co_return co_await open_share(body);
    case wire::FrameKind::kFetch:
      co_return co_await take_requests(body);
    case wire::FrameKind::kCancel:
      co_return co_await take_cancel(body);
    case wire::FrameKind::kProviders:
      co_return co_await take_provider(body);
    case wire::FrameKind::kFinished:
      if (session_) {
        session_->report();
        asio::post(host_.network, [observer = session_->observer] { observer->on_finished(); });
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
  session_->heard.open_all();
  session_->turns->close(session_->spent);
}

/// In one go on the network thread: what is held now is told, and what comes later is news to the session.
Result<FetchServer::Opened> FetchServer::open_on_network(const OpenRequest& request,
                                                         const std::string& from) {
  TRY(const auto admission, host_.source->admit(request, from));
  Opened out{.session = std::make_shared<Session>(*link_, stream_, admission, host_.network), .answer = {}};
  const auto meeting = host_.meetings->at(request.share);
  out.answer.set_description(std::string(as_text(admission.description.payload)));
  out.answer.set_signature(std::string(as_text(admission.description.signature.view())));
  out.answer.set_partial(admission.held.has_value());
  out.answer.set_seen_at(from);
  out.answer.set_others(static_cast<std::uint32_t>(meeting->others(request.peer)));
  out.session->turns = host_.gate->join(request.peer, upload_key(request.share), admission.limit_up);
  if (admission.served_on) out.session->news.providers = meeting->providers(request.peer);
  out.session->seat = meeting->sit(
      request.peer, [weak = std::weak_ptr(out.session), on = link_->executor()](const News& news) {
        asio::post(on, [weak, news] {
          if (const auto listener = weak.lock()) listener->hear(news);
        });
      });
  return out;
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
  auto ask = [this, request, from = link_->stream().remote_address()] {
    return open_on_network(request, from);
  };
  auto opened = co_await io::call_on(host_.network, std::move(ask));
  if (!opened) co_return co_await link_->end_stream(stream_, opened.error());
  session_ = opened->session;
  CO_TRY_VOID(co_await link_->send_message(stream_, wire::FrameKind::kShareOpened, opened->answer));
  link_->tasks().spawn(Session::serve(session_));
  link_->tasks().spawn(Session::tell_news(session_));
  co_return Result<>{};
}

io::Awaitable<Result<>> FetchServer::take_cancel(transport::FrameBody& body) {
  wire::Cancel message;
  CO_TRY_VOID(co_await body.read_message(message));
  if (!session_) co_return Result<>{};
  if (message.ranges().empty()) {
    session_->queue.clear();
    session_->taken_back.clear();
    ++session_->cancelled_at;
  }
  for (const auto& range : message.ranges()) {
    if (session_->taken_back.size() >= kMaxQueuedRanges) break;
    session_->taken_back.insert(key_of(range.file(), range.first_piece()));
  }
  co_return Result<>{};
}

io::Awaitable<Result<>> FetchServer::take_provider(transport::FrameBody& body) {
  wire::Providers message;
  CO_TRY_VOID(co_await body.read_message(message));
  const bool welcome =
      session_ && session_->served_on && ++session_->provider_messages <= kMaxProviderMessages;
  if (!welcome || message.providers_size() != 1) co_return Result<>{};
  CO_TRY(auto record, read_provider(message.providers(0)));
  auto add = [session = session_, record = std::move(record), by = link_->peer()]() mutable {
    // Each speaks for itself alone.
    const auto added = session->seat->meeting()->add(std::move(record), &by);
    if (!added) log::debug("a provider's word was refused: {}", added.error().context);
  };
  asio::post(host_.network, std::move(add));
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
  const std::uint32_t entries = share->manifest->entry_count();
  if (range.file >= entries) return refuse();
  if (range.file_count > 0) return range.file_count <= entries - range.file ? Result<>{} : refuse();
  const content::FileIndex file(range.file);
  if (!share->manifest->is_file(file) || !within(share->manifest->geometry(file))) return refuse();
  return {};
}

io::Awaitable<void> FetchServer::Session::serve(std::shared_ptr<Session> self) {
  while (!self->ended) {
    if (self->queue.empty()) {
      const auto flushed = co_await self->sender.flush();
      if (!flushed) co_return;
      self->report();
      if (!self->queue.empty()) continue;
      self->turns->pause(std::exchange(self->spent, 0));
      self->turn = 0;
      self->taken_back.clear();
      self->sender.release_memory();
      const auto asked = co_await self->asked.wait();
      if (!asked) co_return;
      continue;
    }
    const Range range = self->queue.front();
    self->queue.pop_front();
    const auto outcome = co_await self->serve_range(range);
    if (self->ended) co_return;
    if (!outcome && outcome.error().code == ErrorCode::kNotFound) {
      self->link->close({ErrorCode::kPeerMisbehaved, "pieces asked for that this peer does not hold"});
      co_return;
    }
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

/// Waits until it is this peer's turn to be sent something; a piece may overdraw it a little.
io::Awaitable<Result<>> FetchServer::Session::take_turn() {
  if (spent < turn) co_return Result<>{};
  CO_TRY_VOID(co_await sender.flush());
  const auto began = std::chrono::steady_clock::now();
  CO_TRY(turn, co_await turns->turn(std::exchange(spent, 0)));
  held_back += std::chrono::steady_clock::now() - began;
  co_return co_await tell_pace();
}

/// So that whoever waits for us knows that it is our limit, not the network.
io::Awaitable<Result<>> FetchServer::Session::tell_pace() {
  const auto now = std::chrono::steady_clock::now();
  const auto passed = now - pace_since;
  if (passed < kPaceInterval) co_return Result<>{};
  const auto percent = static_cast<std::uint32_t>(std::min<std::int64_t>(100, held_back * 100 / passed));
  pace_since = now;
  held_back = {};
  if (percent / 10 == std::exchange(told_pace, percent) / 10) co_return Result<>{};
  wire::Pace message;
  message.set_held_back_percent(percent);
  co_return co_await link->send_message(stream, wire::FrameKind::kPace, message);
}

io::Awaitable<Result<>> FetchServer::Session::serve_files(Range range) {
  const std::uint64_t cancellations = cancelled_at;
  for (std::uint32_t file = range.file; file < range.file + range.file_count; ++file) {
    const content::FileIndex index(file);
    if (!share->manifest->is_file(index) || share->manifest->entry(index).size == 0) continue;
    const Range whole{.file = file,
                      .piece_count = share->manifest->geometry(index).piece_count(),
                      .want_layer = range.want_layer};
    CO_TRY_VOID(co_await serve_pieces(file, whole));
    if (cancellations != cancelled_at) break;
  }
  co_return Result<>{};
}

io::Awaitable<Result<>> FetchServer::Session::serve_pieces(std::uint32_t file, Range range) {
  const std::uint64_t cancellations = cancelled_at;
  if (range.want_layer) {
    const Layer layer = share->origin->layer(content::FileIndex(file));
    if (layer) CO_TRY_VOID(co_await sender.send_layer(file, *layer));
  }
  for (std::uint32_t i = 0; i < range.piece_count && cancellations == cancelled_at; ++i) {
    if (share->withdrawn.load(std::memory_order_relaxed)) {
      co_return fail(ErrorCode::kRefused, "the owner has closed this share");
    }
    if (takes_back(file, range.first_piece + i)) continue;
    CO_TRY_VOID(co_await take_turn());
    const auto outcome =
        co_await sender.send_piece(content::FileIndex(file), content::PieceIndex(range.first_piece + i));
    if (!outcome && !is_of_the_file(outcome.error().code)) co_return std::unexpected(outcome.error());
    if (!outcome) co_return co_await tell_trouble(file, outcome.error());
    spent += *outcome;
    unreported += share->manifest->geometry(content::FileIndex(file))
                      .length(content::PieceIndex(range.first_piece + i));
    if (unreported >= kReportEveryBytes) report();
  }
  co_return Result<>{};
}

io::Awaitable<Result<>> FetchServer::Session::serve_manifest(Range range) {
  if (range.want_layer) CO_TRY_VOID(co_await sender.send_layer(wire::kManifestFile, *share->manifest_layer));
  for (std::uint32_t i = 0; i < range.piece_count; ++i) {
    CO_TRY_VOID(co_await take_turn());
    spent += share->manifest_layer->geometry().length(content::PieceIndex(range.first_piece + i));
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
      "{} {}", share->manifest->path(content::FileIndex(file)),
      error.code == ErrorCode::kSourceChanged ? "has changed since it was shared" : "cannot be read"));
  co_return co_await link->send_message(stream, wire::FrameKind::kTrouble, message);
}

bool FetchServer::Session::takes_back(std::uint32_t file, std::uint32_t piece) {
  return !taken_back.empty() && taken_back.erase(key_of(file, piece)) > 0;
}

void FetchServer::Session::hear(const News& told) {
  if (held_at_first) news.pieces.insert(news.pieces.end(), told.pieces.begin(), told.pieces.end());
  if (served_on) news.providers.insert(news.providers.end(), told.providers.begin(), told.providers.end());
  heard.open_all();
}

/// What this peer holds and whom it knows: first as it was when the stream was opened, then as it changes.
io::Awaitable<void> FetchServer::Session::tell_news(std::shared_ptr<Session> self) {
  Result<> told;
  if (self->held_at_first) {
    for (const wire::Have& have : messages_of(*self->held_at_first)) {
      told = co_await self->link->send_message(self->stream, wire::FrameKind::kHave, have);
      if (!told) co_return;
    }
  }
  if (self->held_at_first) self->held_at_first.emplace();  // told; only that it is not everything counts
  while (!self->ended) {
    if (self->news.pieces.empty() && self->news.providers.empty()) {
      told = co_await self->heard.wait();
      if (told) told = co_await io::sleep_for(kNewsPause);
      if (!told) co_return;
      continue;
    }
    const News now = std::exchange(self->news, {});
    for (const wire::Have& have : messages_of(now.pieces)) {
      told = co_await self->link->send_message(self->stream, wire::FrameKind::kHave, have);
      if (!told) co_return;
    }
    for (const wire::Providers& providers : messages_of(now.providers)) {
      told = co_await self->link->send_message(self->stream, wire::FrameKind::kProviders, providers);
      if (!told) co_return;
    }
  }
}

void FetchServer::Session::report() {
  unreported = 0;
  const PieceSender::Sent sent = sender.take_sent();
  if (sent.pieces == 0) return;
  asio::post(network, [to = observer, sent] { to->on_sent(sent.bytes, sent.pieces); });
}

}  // namespace covey::swarm
