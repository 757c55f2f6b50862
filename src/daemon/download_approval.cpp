// DownloadBook's part about downloads that an owner has to approve: they wait, without a place among those
// that run, and begin by themselves.

#include "base/log.hpp"
#include "daemon/download_entry.hpp"

namespace covey::daemon {
namespace {

using api::TransferState;

constexpr const char* kAnswer = "its owner to approve it; 'covey requests' shows the request";

}  // namespace

/// Whether one that is to go on needs its owner's yes first: it has asked and has none, or what it had holds
/// no more.
bool DownloadBook::has_to_ask(const Entry& entry) const {
  if (seeker_ == nullptr || !entry.stored.request.ticket.empty()) return false;
  const auto& error = entry.stored.view.error;
  const bool turned_away =
      error && (error->code == ErrorCode::kRefused || error->code == ErrorCode::kExpired ||
                error->code == ErrorCode::kMustAsk);
  const auto standing = seeker_->standing(entry.id());
  return turned_away || standing == ApprovalSeeker::Standing::kWaiting ||
         standing == ApprovalSeeker::Standing::kOver;
}

/// The request is on its way when this returns; otherwise the download is as before.
io::Awaitable<Result<>> DownloadBook::ask_owner(Entry& entry) {
  const auto held = entry.shared_from_this();
  CO_TRY(const auto share, reference_of(entry.stored.request));
  auto& view = entry.stored.view;
  const TransferState before = view.state;
  view.state = TransferState::kWaitingApproval;
  const auto saved = co_await save(entry);
  Result<> asked = saved;
  if (saved) {
    Wish wish{.transfer = entry.id(),
              .share = share.share,
              .owner = share.owner,
              .reason = entry.stored.request.reason,
              .select = entry.stored.request.select,
              .title = view.title,
              .bytes = view.bytes_total,
              .files = view.files_total};
    asked = co_await seeker_->seek(std::move(wish));
  }
  if (!asked) {
    view.state = before;
    (void)co_await save(entry);
    co_return asked;
  }
  view.error.reset();
  view.finished_at.reset();
  view.waiting_for = kAnswer;
  tell(entry);
  // The answer may have been quicker than this; whoever ran it has to end first.
  tasks_.spawn(go_on_as_answered(entry.id()));
  co_return Result<>{};
}

/// It was let in before, or was not known to need that.
io::Awaitable<void> DownloadBook::ask_owner_again(Entry& entry) {
  queue_.remove(entry.id());
  const auto asked = co_await ask_owner(entry);
  if (!asked) co_await settle(entry, TransferState::kFailed, asked.error());
}

/// For one that waits: what became of its request.
io::Awaitable<void> DownloadBook::go_on_as_answered(std::string id) {
  const auto held = co_await take(id);
  if (!held) co_return;
  Entry& entry = *held->entry;
  if (seeker_ == nullptr || entry.state() != TransferState::kWaitingApproval || entry.chore) co_return;
  switch (seeker_->standing(id)) {
    case ApprovalSeeker::Standing::kWaiting:
      entry.stored.view.waiting_for = kAnswer;
      co_return;
    case ApprovalSeeker::Standing::kApproved: {
      entry.stored.view.waiting_for.clear();
      const auto queued = co_await enqueue(entry);
      if (!queued) log::error("cannot record that a download was approved: {}", to_string(queued.error()));
      co_return;
    }
    case ApprovalSeeker::Standing::kNone:
      co_return co_await ask_owner_again(entry);
    case ApprovalSeeker::Standing::kOver:
      break;
  }
  const Error why{ErrorCode::kRefused, "its owner has not approved it; 'covey requests' tells more"};
  co_await settle(entry, TransferState::kFailed, why);
}

io::Awaitable<void> DownloadBook::end_as_denied(std::string id, Error why) {
  const auto held = co_await take(id);
  if (!held || held->entry->state() != TransferState::kWaitingApproval || held->entry->chore) co_return;
  const bool withdrawn = why.code == ErrorCode::kCancelled;
  std::optional<Error> error;
  if (!withdrawn) error = std::move(why);
  co_await settle(*held->entry, withdrawn ? TransferState::kCancelled : TransferState::kFailed,
                  std::move(error));
}

void DownloadBook::on_approved(const std::string& transfer) {
  if (!shutting_down_) tasks_.spawn(go_on_as_answered(transfer));
}

void DownloadBook::on_denied(const std::string& transfer, const Error& why) {
  if (!shutting_down_) tasks_.spawn(end_as_denied(transfer, why));
}

/// Where it can be had now, and by which right.
swarm::Locate DownloadBook::locate(const Entry& entry, const access::ShareReference& share) const {
  if (share.secret) return nullptr;
  auto ask = [](NetworkBook* networks, ApprovalSeeker* seeker, std::string transfer, access::ShareId id,
                identity::PeerId owner) -> io::Awaitable<Result<swarm::Whereabouts>> {
    auto found = co_await networks->locate(id, owner);
    if (found && seeker != nullptr) found->grant = seeker->grant(transfer);
    co_return found;
  };
  return [ask, networks = networks_, seeker = seeker_, transfer = entry.id(), id = share.share,
          owner = share.owner] { return ask(networks, seeker, transfer, id, owner); };
}

}  // namespace covey::daemon
