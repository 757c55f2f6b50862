// DaemonService's part about conversations: who is meant, and how what is attached becomes a share that only
// the receiver may fetch.

#include "access/clean_text.hpp"
#include "daemon/daemon_service.hpp"
#include "daemon/view_of.hpp"

namespace covey::daemon {
namespace {

using namespace std::chrono_literals;

/// A message waits for so long until what is attached is hashed; the sum of its sizes is known before.
constexpr auto kHashingPatience = 10s;

}  // namespace

io::Awaitable<Result<identity::PeerId>> DaemonService::chat_peer(std::string words) {
  auto meant = co_await peer_meant(words);
  if (meant) co_return meant;
  const auto begun = chats_.find(words);
  if (begun) co_return *begun;
  co_return meant;
}

std::vector<api::ChatView> DaemonService::chats() const {
  return chats_.views();
}

asio::awaitable<Result<api::ChatPageView>> DaemonService::messages(std::string peer, std::string before,
                                                                   std::uint64_t limit) {
  CO_TRY(const auto meant, co_await chat_peer(std::move(peer)));
  co_return co_await chats_.messages(meant, std::move(before), limit);
}

asio::awaitable<Result<api::ChatMessageView>> DaemonService::send_message(std::string peer,
                                                                          api::ChatMessageRequest request) {
  CO_TRY(const auto meant, co_await chat_peer(std::move(peer)));
  CO_TRY_VOID(chat::check_text(request.text));
  std::optional<ChatBook::Attached> attached;
  std::string made;  // a share that is for this message alone
  if (request.attach) {
    if (people_.is_blocked(meant))
      co_return fail(ErrorCode::kInvalidArgument,
                     "this peer is blocked here; unblock it first to write to it");
    CO_TRY(const std::string share, co_await share_to_attach(*request.attach, meant));
    if (request.attach->path) made = share;
    auto ready = co_await attach(share, meant);
    if (!ready) {
      if (!made.empty()) (void)co_await unshare(made);
      co_return std::unexpected(ready.error());
    }
    attached = std::move(*ready);
  }
  auto sent = co_await chats_.send(meant, std::move(request.text), std::move(attached));
  if (!sent && !made.empty()) (void)co_await unshare(made);
  co_return sent;
}

/// The share's id.
io::Awaitable<Result<std::string>> DaemonService::share_to_attach(api::ChatAttachRequest wanted,
                                                                  identity::PeerId peer) {
  if (wanted.share.has_value() == wanted.path.has_value())
    co_return fail(ErrorCode::kInvalidArgument, "attach either a share or a path");
  if (wanted.share) {
    CO_TRY(const OwnedShare* const found, node_->shares().find(*wanted.share));
    co_return found->view.id;
  }
  api::ShareRequest request;
  request.path = *wanted.path;
  request.visibility = api::Visibility::kUnlisted;
  request.access = api::Access::kListed;
  request.named.push_back(peer.to_text());
  CO_TRY(const auto made, co_await share(std::move(request)));
  co_return made.id;
}

io::Awaitable<Result<ChatBook::Attached>> DaemonService::attach(std::string share, identity::PeerId peer) {
  const SteadyTime until = node_->clock().steady() + kHashingPatience;
  while (true) {
    CO_TRY(const OwnedShare* const found, node_->shares().find(share));
    if (found->view.state == api::ShareState::kBroken)
      co_return fail(ErrorCode::kIo, "{} cannot be attached: {}", found->view.title, found->view.problem);
    if (found->view.state == api::ShareState::kReady || node_->clock().steady() >= until) break;
    const auto waited = co_await prepared_.wait_for(200ms);
    if (!waited && waited.error().code == ErrorCode::kCancelled) co_return std::unexpected(waited.error());
  }
  CO_TRY(const OwnedShare* const found, node_->shares().find(share));
  ChatBook::Attached out;
  out.share = share;
  out.attachment.title = found->view.title;
  if (out.attachment.title.size() > chat::kMaxTitleBytes ||
      !access::is_clean_text(as_bytes(out.attachment.title)))
    co_return fail(ErrorCode::kInvalidArgument,
                   "the title of what is attached cannot be sent; share it with --title first");
  std::error_code error;
  const bool is_folder = found->view.state == api::ShareState::kReady
                             ? found->view.kind == api::ShareKind::kFolder
                             : std::filesystem::is_directory(found->view.path, error);
  out.attachment.kind = is_folder ? chat::AttachmentKind::kFolder : chat::AttachmentKind::kFile;
  out.attachment.bytes = found->preparation ? found->preparation->bytes_total.load() : found->view.bytes;
  out.attachment.files = found->preparation ? found->preparation->files.load() : found->view.files;
  CO_TRY(out.attachment.ticket, co_await ticket_for(share, peer));
  co_return out;
}

/// One that lets in this peer alone; the one that it has, where it has one.
io::Awaitable<Result<std::string>> DaemonService::ticket_for(std::string share, identity::PeerId peer) {
  for (const IssuedTicket* const ticket : node_->shares().tickets_of(share)) {
    const bool is_bound =
        ticket->uses_left == 0U && ticket->holders.size() == 1 && ticket->holders.contains(peer);
    if (is_bound && !ticket->revoked && !ticket->expires_at) co_return node_->ticket_text(*ticket);
  }
  const IssuedTicket& issued = node_->shares().issue_to(share, peer);
  const std::string text = node_->ticket_text(issued);
  const std::string id = access::to_text(access::share_id_of(issued.secret));
  const IssuedTicket copy{.secret = issued.secret.clone(),
                          .share = share,
                          .expires_at = std::nullopt,
                          .uses_left = issued.uses_left,
                          .holders = issued.holders};
  auto keep = [&copy](DaemonStore& s) { return s.save(copy); };
  CO_TRY_VOID(co_await store_.run(keep));
  audit_.note({.action = audit::AuditAction::kTicketIssued,
               .outcome = audit::Outcome::kNoted,
               .peer = peer,
               .share = share,
               .subject = id});
  co_return text;
}

asio::awaitable<Result<api::ChatMessageView>> DaemonService::retry_message(std::string peer,
                                                                           std::string message) {
  CO_TRY(const auto meant, co_await chat_peer(std::move(peer)));
  co_return co_await chats_.retry(meant, std::move(message));
}

asio::awaitable<Result<>> DaemonService::read_chat(std::string peer, std::string up_to) {
  CO_TRY(const auto meant, co_await chat_peer(std::move(peer)));
  co_return co_await chats_.read(meant, std::move(up_to));
}

asio::awaitable<Result<>> DaemonService::forget_chat(std::string peer) {
  CO_TRY(const auto meant, co_await chat_peer(std::move(peer)));
  co_return co_await chats_.forget(meant);
}

}  // namespace covey::daemon
