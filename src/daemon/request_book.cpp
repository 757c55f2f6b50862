#include "daemon/request_book.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "identity/safety_words.hpp"

namespace covey::daemon {
namespace {

using namespace std::chrono_literals;
using audit::AuditAction;
using audit::Outcome;
using audit::ReasonCode;
using requests::RequestState;

constexpr auto kDatesEvery = 60s;

std::optional<api::UnixMs> optional_ms(const std::optional<WallTime>& time) {
  return time ? std::optional(to_unix_ms(*time)) : std::nullopt;
}

}  // namespace

RequestBook::RequestBook(const Around& around, Publish publish)
    : around_(around), publish_(std::move(publish)), tasks_(around.node->services().network) {
  around_.mail->on(requests::kRequestLetter, [this](const Letter& letter) { return take_request(letter); });
  around_.mail->on(requests::kWithdrawnLetter,
                   [this](const Letter& letter) { return take_withdrawal(letter); });
  around_.mail->on(requests::kAnswerLetter, [this](const Letter& letter) { return take_answer(letter); });
}

RequestBook::~RequestBook() = default;

io::Awaitable<Result<>> RequestBook::restore() {
  auto read = [](DaemonStore& s) { return s.requests(); };
  CO_TRY(const auto all, co_await around_.store->run(read));
  for (const StoredRequest& stored : all) {
    beside_[stored.request.id] = {.told = stored.told,
                                  .title = stored.title,
                                  .bytes = stored.bytes,
                                  .files = stored.files,
                                  .grant = stored.grant};
    if (stored.outgoing) {
      outgoing_.restore({.request = stored.request, .transfer = stored.transfer});
    } else {
      incoming_.restore(stored.request);
    }
    if (!stored.told && has_to_tell(stored.request.id)) tasks_.spawn(tell_later(stored.request.id));
  }
  tasks_.spawn(keep_dates());
  co_return Result<>{};
}

io::Awaitable<void> RequestBook::stop() {
  tasks_.cancel();
  co_await tasks_.join();
}

// ---- what both sides keep

StoredRequest RequestBook::stored(const requests::RequestId& id) const {
  StoredRequest out;
  const auto* const asked = outgoing_.find(id);
  out.outgoing = asked != nullptr;
  out.request = out.outgoing ? asked->request : *incoming_.find(id);
  if (out.outgoing) out.transfer = asked->transfer;
  if (const auto beside = beside_.find(id); beside != beside_.end()) {
    out.told = beside->second.told;
    out.title = beside->second.title;
    out.bytes = beside->second.bytes;
    out.files = beside->second.files;
    out.grant = beside->second.grant;
  }
  return out;
}

io::Awaitable<Result<>> RequestBook::save(requests::RequestId id) {
  auto keep = [kept = stored(id)](DaemonStore& s) { return s.save(kept); };
  co_return co_await around_.store->run(std::move(keep));
}

io::Awaitable<void> RequestBook::save_later(requests::RequestId id) {
  const auto saved = co_await save(id);
  if (!saved) log::error("cannot record a request: {}", to_string(saved.error()));
}

void RequestBook::publish(const requests::RequestId& id) {
  api::Event event;
  event.request = view_of(stored(id).request);
  publish_(event);
}

void RequestBook::note(AuditAction action, Outcome outcome, ReasonCode code, const requests::Request& request,
                       std::string words) {
  around_.audit->note({.action = action,
                       .outcome = outcome,
                       .code = code,
                       .peer = request.peer,
                       .share = access::to_text(request.share),
                       .subject = requests::to_text(request.id),
                       .note = std::move(words)});
}

api::RequestView RequestBook::view_of(const requests::Request& request) const {
  const StoredRequest kept = stored(request.id);
  api::RequestView view;
  view.id = requests::to_text(request.id);
  view.direction = kept.outgoing ? api::RequestDirection::kOutgoing : api::RequestDirection::kIncoming;
  view.state = static_cast<api::RequestState>(request.state);
  view.peer_id = request.peer.to_text();
  const Person* const person = around_.people->find(request.peer);
  if (person != nullptr) {
    view.peer_name = person->name;
    view.first_seen = to_unix_ms(person->first_seen);
  }
  if (view.peer_name.empty()) view.peer_name = around_.networks->name_of(request.peer);
  if (view.peer_name.empty() && person != nullptr) view.peer_name = person->claimed();
  for (const auto word : identity::safety_words_of(request.peer)) view.safety_words.emplace_back(word);
  view.share_id = access::to_text(request.share);
  view.title = kept.title;
  view.bytes = kept.bytes;
  view.files = kept.files;
  view.reason = request.reason;
  view.select = request.select;
  view.created_at = to_unix_ms(request.made_at);
  view.expires_at = to_unix_ms(request.expires_at);
  view.answered_at = optional_ms(request.answered_at);
  view.answer = request.answer;
  view.ask_again_at = optional_ms(request.ask_again_at);
  view.transfer_id = kept.transfer;
  view.delivered = kept.told;
  return view;
}

std::vector<api::RequestView> RequestBook::views() const {
  std::vector<api::RequestView> out;
  for (const auto* const request : incoming_.all()) out.push_back(view_of(*request));
  for (const auto* const asked : outgoing_.all()) out.push_back(view_of(asked->request));
  std::stable_sort(out.begin(), out.end(), [](const api::RequestView& a, const api::RequestView& b) {
    const bool a_waits = a.state == api::RequestState::kWaiting;
    const bool b_waits = b.state == api::RequestState::kWaiting;
    return a_waits != b_waits ? a_waits : a.created_at > b.created_at;
  });
  return out;
}

/// What has waited for too long is over, and what is over and many is forgotten.
io::Awaitable<void> RequestBook::keep_dates() {
  while (true) {
    const WallTime now = around_.node->clock().wall();
    for (const auto* const request : incoming_.expire(now)) {
      note(AuditAction::kRequestExpired, Outcome::kNoted, ReasonCode::kNone, *request);
      tasks_.spawn(save_later(request->id));
      publish(request->id);
    }
    for (const auto* const asked : outgoing_.expire(now)) {
      if (downloads_ != nullptr)
        downloads_->on_denied(asked->transfer,
                              {ErrorCode::kExpired, "its owner has not answered in a month; ask again"});
      tasks_.spawn(save_later(asked->request.id));
      publish(asked->request.id);
    }
    forget_surplus();
    const auto slept = co_await io::sleep_for(kDatesEvery);
    if (!slept) co_return;
  }
}

void RequestBook::forget_surplus() {
  for (const requests::RequestId& id : incoming_.surplus()) {
    beside_.erase(id);
    auto forget = [](StoreThread* store, requests::RequestId gone) -> io::Awaitable<void> {
      auto remove = [gone](DaemonStore& s) { return s.remove_request(gone); };
      const auto removed = co_await store->run(remove);
      if (!removed) log::error("cannot forget a request: {}", to_string(removed.error()));
    };
    tasks_.spawn(forget(around_.store, id));
  }
}

// ---- the owner's word

io::Awaitable<Result<>> RequestBook::say_yes(const requests::Request& request, ConsentTerms terms) {
  const std::string share = access::to_text(request.share);
  const Consent consent = around_.node->consents().give(share, request.peer, terms);
  beside_[request.id].told = false;
  auto keep = [kept = stored(request.id), consent](DaemonStore& s) { return s.save(kept, consent); };
  CO_TRY_VOID(co_await around_.store->run(std::move(keep)));
  publish(request.id);
  co_return co_await tell(request.id);
}

io::Awaitable<Result<api::RequestView>> RequestBook::approve(std::string words, api::ApprovalRequest terms) {
  CO_TRY(const requests::Request* const found, incoming_.find(words));
  const requests::RequestId id = found->id;
  const WallTime now = around_.node->clock().wall();
  if (terms.for_seconds == 0U || terms.bytes == 0U)
    co_return fail(ErrorCode::kInvalidArgument,
                   "an approval for no time or no bytes would be none; deny it instead");
  const auto share = around_.node->shares().find(access::to_text(found->share));
  if (!share) co_return fail(ErrorCode::kNotFound, "what was asked for is not shared any more");
  CO_TRY(const requests::Request* const request, incoming_.approve(id, now));
  ConsentTerms given{.until = std::nullopt, .byte_limit = terms.bytes};
  if (terms.for_seconds) given.until = now + std::chrono::seconds(*terms.for_seconds);
  if (terms.always) around_.people->trust(request->peer, std::vector<std::string>(1, (*share)->view.id));
  note(AuditAction::kRequestApproved, Outcome::kAllowed, ReasonCode::kNone, *request,
       terms.always ? "always" : "");
  const auto told = co_await say_yes(*request, given);
  if (!told) co_return std::unexpected(told.error());
  co_return view_of(*incoming_.find(id));
}

io::Awaitable<Result<api::RequestView>> RequestBook::deny(std::string words, std::string reason) {
  CO_TRY_VOID(requests::check_reason(reason));
  CO_TRY(const requests::Request* const found, incoming_.find(words));
  const requests::RequestId id = found->id;
  CO_TRY(const requests::Request* const request,
         incoming_.deny(id, std::move(reason), around_.node->clock().wall()));
  note(AuditAction::kRequestDenied, Outcome::kRefused, ReasonCode::kNone, *request, request->answer);
  beside_[id].told = false;
  CO_TRY_VOID(co_await save(id));
  publish(id);
  CO_TRY_VOID(co_await tell(id));
  co_return view_of(*incoming_.find(id));
}

void RequestBook::drop(const identity::PeerId& peer) {
  for (const auto* const request : incoming_.drop(peer, around_.node->clock().wall())) {
    beside_[request->id].told = true;  // the blocked hear nothing
    note(AuditAction::kRequestDenied, Outcome::kRefused, ReasonCode::kBlocked, *request);
    tasks_.spawn(save_later(request->id));
    publish(request->id);
  }
}

void RequestBook::drop_share(const std::string& share) {
  const auto id = access::parse_share_id(share);
  if (!id) return;
  for (const auto* const request : incoming_.drop(*id, around_.node->clock().wall())) {
    beside_[request->id].told = false;
    note(AuditAction::kRequestDenied, Outcome::kRefused, ReasonCode::kShareClosed, *request);
    tasks_.spawn(save_later(request->id));
    tasks_.spawn(tell_later(request->id));
    publish(request->id);
  }
}

// ---- the asker's side

bool RequestBook::asks(const identity::PeerId& owner) const {
  const auto all = outgoing_.all();
  return std::any_of(all.begin(), all.end(), [&](const auto* asked) { return asked->request.peer == owner; });
}

io::Awaitable<Result<>> RequestBook::seek(Wish wish) {
  requests::OutgoingRequests::Wish asked{.share = wish.share,
                                         .owner = wish.owner,
                                         .transfer = wish.transfer,
                                         .reason = std::move(wish.reason),
                                         .select = std::move(wish.select)};
  CO_TRY(const auto* const made,
         outgoing_.ask(std::move(asked), *around_.random, around_.node->clock().wall()));
  const requests::RequestId id = made->request.id;
  if (beside_.contains(id)) co_return Result<>{};  // it waits already
  beside_[id] = {.told = false, .title = wish.title, .bytes = wish.bytes, .files = wish.files, .grant = {}};
  CO_TRY_VOID(co_await save(id));
  publish(id);
  co_return co_await tell(id);
}

io::Awaitable<Result<api::RequestView>> RequestBook::withdraw(std::string words) {
  CO_TRY(const auto* const found, outgoing_.find(words));
  const requests::RequestId id = found->request.id;
  const auto* const asked = outgoing_.withdraw(id, around_.node->clock().wall());
  if (asked == nullptr)
    co_return fail(ErrorCode::kInvalidArgument, "the request {} does not wait any more",
                   requests::to_text(id).substr(0, 10));
  beside_[id].told = false;
  const std::string transfer = asked->transfer;
  CO_TRY_VOID(co_await save(id));
  publish(id);
  if (downloads_ != nullptr)
    downloads_->on_denied(transfer, {ErrorCode::kCancelled, "its request was withdrawn"});
  CO_TRY_VOID(co_await tell(id));
  co_return view_of(outgoing_.find(id)->request);
}

void RequestBook::abandon(const std::string& transfer) {
  const auto* const asked = outgoing_.of_transfer(transfer);
  if (asked == nullptr) return;
  const requests::RequestId id = asked->request.id;
  if (outgoing_.withdraw(id, around_.node->clock().wall()) == nullptr) return;
  beside_[id].told = false;
  tasks_.spawn(save_later(id));
  tasks_.spawn(tell_later(id));
  publish(id);
}

ApprovalSeeker::Standing RequestBook::standing(const std::string& transfer) const {
  const auto* const asked = outgoing_.of_transfer(transfer);
  if (asked == nullptr) return Standing::kNone;
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
  const auto* const asked = outgoing_.of_transfer(transfer);
  if (asked == nullptr) return std::nullopt;
  const auto beside = beside_.find(asked->request.id);
  return beside == beside_.end() ? std::nullopt : beside->second.grant;
}

void RequestBook::keep_grant(const std::string& transfer, const access::SignedGrant& grant) {
  const auto* const asked = outgoing_.of_transfer(transfer);
  if (asked == nullptr) return;
  auto& known = beside_[asked->request.id].grant;
  if (known == grant) return;
  known = grant;
  tasks_.spawn(save_later(asked->request.id));
}

}  // namespace covey::daemon
