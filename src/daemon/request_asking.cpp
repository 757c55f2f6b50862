// RequestBook's part about asking: a download's request, from the wish to what its owner has handed out.

#include <algorithm>

#include "base/log.hpp"
#include "daemon/request_book.hpp"

namespace covey::daemon {
namespace {

using requests::RequestState;

}  // namespace

bool RequestBook::asks(const identity::PeerId& owner) const {
  const auto all = outgoing_.all();
  return std::any_of(all.begin(), all.end(), [&](const auto& asked) { return asked.request.peer == owner; });
}

io::Awaitable<Result<>> RequestBook::seek(Wish wish) {
  requests::OutgoingRequests::Wish asked{.share = wish.share,
                                         .owner = wish.owner,
                                         .transfer = wish.transfer,
                                         .reason = std::move(wish.reason),
                                         .select = std::move(wish.select)};
  requests::RequestId id;
  {
    CO_TRY(const auto turn, co_await turns_.next());
    CO_TRY(auto made, outgoing_.ask(std::move(asked), *around_.random, around_.node->clock().wall()));
    id = made.request.id;
    if (outgoing_.find(id)) co_return Result<>{};  // it waits already
    StoredRequest changed;
    changed.request = std::move(made.request);
    changed.outgoing = true;
    changed.transfer = std::move(made.transfer);
    changed.title = wish.title;
    changed.bytes = wish.bytes;
    changed.files = wish.files;
    CO_TRY_VOID(co_await keep(std::move(changed)));
    publish(id);
  }
  const auto told = co_await told_or_later(id);
  if (!told) co_return std::unexpected(told.error());
  co_return Result<>{};
}

io::Awaitable<Result<api::RequestView>> RequestBook::withdraw(std::string words) {
  requests::RequestId id;
  {
    CO_TRY(const auto turn, co_await turns_.next());
    CO_TRY(const auto found, outgoing_.find(words));
    id = found.request.id;
    const auto withdrawn = outgoing_.withdraw(id, around_.node->clock().wall());
    if (!withdrawn)
      co_return fail(ErrorCode::kInvalidArgument, "the request {} does not wait any more",
                     requests::to_text(id).substr(0, 10));
    auto changed = *stored(id);
    changed.request = withdrawn->request;
    changed.told = false;
    CO_TRY_VOID(co_await keep(std::move(changed)));
    publish(id);
    if (downloads_ != nullptr)
      downloads_->on_denied(withdrawn->transfer, {ErrorCode::kCancelled, "its request was withdrawn"});
  }
  co_return co_await told_or_later(id);
}

void RequestBook::abandon(const std::string& transfer) {
  if (const auto asked = outgoing_.of_transfer(transfer)) tasks_.spawn(abandon_later(asked->request.id));
}

io::Awaitable<void> RequestBook::abandon_later(requests::RequestId id) {
  {
    const auto turn = co_await turns_.next();
    if (!turn) co_return;
    const auto withdrawn = outgoing_.withdraw(id, around_.node->clock().wall());
    if (!withdrawn) co_return;
    const auto ended = co_await end(std::vector(1, withdrawn->request), /*told=*/false);
    if (ended.empty()) co_return;
  }
  co_await tell_later(id);
}

ApprovalSeeker::Standing RequestBook::standing(const std::string& transfer) const {
  const auto asked = outgoing_.of_transfer(transfer);
  if (!asked) return Standing::kNone;
  switch (asked->request.state) {
    case RequestState::kWaiting:
      return Standing::kWaiting;
    case RequestState::kApproved:
      return Standing::kApproved;
    case RequestState::kDenied:
    case RequestState::kWithdrawn:
    case RequestState::kExpired:
      break;
  }
  return Standing::kOver;
}

std::optional<access::SignedGrant> RequestBook::grant(const std::string& transfer) const {
  const auto asked = outgoing_.of_transfer(transfer);
  if (!asked) return std::nullopt;
  const auto beside = beside_.find(asked->request.id);
  return beside == beside_.end() ? std::nullopt : beside->second.grant;
}

void RequestBook::keep_grant(const std::string& transfer, const access::SignedGrant& grant) {
  if (const auto asked = outgoing_.of_transfer(transfer))
    tasks_.spawn(keep_grant_later(asked->request.id, grant));
}

io::Awaitable<void> RequestBook::keep_grant_later(requests::RequestId id, access::SignedGrant grant) {
  const auto turn = co_await turns_.next();
  if (!turn) co_return;
  auto changed = stored(id);
  if (!changed || changed->grant == grant) co_return;
  changed->grant = std::move(grant);
  const auto kept = co_await keep(*std::move(changed));
  if (!kept) log::error("cannot keep an approval: {}", to_string(kept.error()));
}

}  // namespace covey::daemon
