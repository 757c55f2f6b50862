#include "swarm/fetch_server.hpp"

#include "base/cursor.hpp"
#include "base/log.hpp"
#include "identity/membership.hpp"
#include "swarm/swarm_messages.hpp"

namespace covey::swarm {
namespace {

/// What one stream may have asked for and not yet received.
constexpr std::size_t kMaxQueuedRanges = 4096;
/// A receiver renews its word now and then; more often is noise.
constexpr std::size_t kMaxProviderMessages = 64;

/// A share, and the right to it: a ticket's proof or a membership, a grant, or a grant beside one of the
/// others.
bool is_well_formed(const wire::OpenShare& message) {
  const bool by_ticket =
      message.ticket_proof().size() == access::TicketProof::kSize && message.membership().empty();
  const bool by_membership = message.ticket_proof().empty() && !message.membership().empty() &&
                             message.membership().size() <= identity::kMaxMembershipBytes;
  const bool by_grant_alone =
      message.ticket_proof().empty() && message.membership().empty() && !message.grant().empty();
  return message.share_id().size() == access::ShareId::kSize &&
         (by_ticket || by_membership || by_grant_alone);
}

}  // namespace

ShareKey upload_key(const access::ShareId& share) {
  ByteReader reader(share.view());
  return ShareKey(reader.number<std::uint64_t>().value_or(0));
}

/// What the network thread answers to a stream that it lets in.
struct FetchServer::Opened {
  std::shared_ptr<FetchSession> session;
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
  session_->report();
}

/// In one go on the network thread: what is held now is told, and what comes later is news to the session.
Result<FetchServer::Opened> FetchServer::open_on_network(const OpenRequest& request,
                                                         const std::string& from) {
  TRY(const auto admission, host_.source->admit(request, from));
  Opened out{
      .session = std::make_shared<FetchSession>(*link_, stream_, admission, host_.network, *host_.clock),
      .answer = {}};
  const auto meeting = host_.meetings->at(request.share);
  out.answer.set_description(std::string(as_text(admission.description.payload)));
  out.answer.set_signature(std::string(as_text(admission.description.signature.view())));
  out.answer.set_partial(admission.held.has_value());
  out.answer.set_seen_at(from);
  out.answer.set_others(static_cast<std::uint32_t>(meeting->others(request.peer)));
  out.session->turns = host_.gate->join(request.peer, upload_key(request.share), admission.limit_up);
  if (admission.grant) {
    out.answer.set_grant(std::string(as_text(admission.grant->payload)));
    out.answer.set_grant_signature(std::string(as_text(admission.grant->signature.view())));
  }
  if (admission.revocations) {
    out.answer.set_revocations(std::string(as_text(admission.revocations->payload)));
    out.answer.set_revocations_signature(std::string(as_text(admission.revocations->signature.view())));
  }
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
                      .grant = std::nullopt,
                      .exporter = link_->stream().exporter()};
  CO_TRY(request.grant, read_grant(message.grant(), message.grant_signature()));
  if (!message.ticket_proof().empty())
    request.proof = access::TicketProof::from(as_bytes(message.ticket_proof()));
  auto wake = [this, request] { return host_.source->wake(request); };
  co_await io::run_on(host_.network, std::move(wake));
  auto ask = [this, request, from = link_->stream().remote_address()] {
    return open_on_network(request, from);
  };
  auto opened = co_await io::call_on(host_.network, std::move(ask));
  if (!opened) co_return co_await link_->end_stream(stream_, opened.error());
  session_ = opened->session;
  CO_TRY_VOID(co_await link_->send_message(stream_, wire::FrameKind::kShareOpened, opened->answer));
  link_->tasks().spawn(FetchSession::serve(session_));
  link_->tasks().spawn(FetchSession::tell_news(session_));
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
    const FetchRange range{.file = asked.file(),
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

}  // namespace covey::swarm
