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
    : around_(around),
      publish_(std::move(publish)),
      turns_(around.node->services().network),
      tasks_(around.node->services().network) {
  around_.mail->on(requests::kRequestLetter, [this](const Letter& letter) { return take_request(letter); });
  around_.mail->on(requests::kWithdrawnLetter,
                   [this](const Letter& letter) { return take_withdrawal(letter); });
  around_.mail->on(requests::kAnswerLetter, [this](const Letter& letter) { return take_answer(letter); });
}

RequestBook::~RequestBook() = default;

io::Awaitable<Result<>> RequestBook::restore() {
  auto read = [](DaemonStore& s) { return s.requests(); };
  CO_TRY(const auto all, co_await around_.store->run(read));
  for (const StoredRequest& one : all) {
    take_in(one);
    if (!one.told && has_to_tell(one.request.id)) tasks_.spawn(tell_later(one.request.id));
  }
  tasks_.spawn(keep_dates());
  co_return Result<>{};
}

io::Awaitable<void> RequestBook::stop() {
  tasks_.cancel();
  co_await tasks_.join();
}

// ---- what both sides keep

std::optional<StoredRequest> RequestBook::stored(const requests::RequestId& id) const {
  StoredRequest out;
  if (const auto asked = outgoing_.find(id)) {
    out.outgoing = true;
    out.request = asked->request;
    out.transfer = asked->transfer;
  } else if (const auto arrived = incoming_.find(id)) {
    out.request = *arrived;
  } else {
    return std::nullopt;
  }
  if (const auto beside = beside_.find(id); beside != beside_.end()) {
    out.told = beside->second.told;
    out.title = beside->second.title;
    out.bytes = beside->second.bytes;
    out.files = beside->second.files;
    out.grant = beside->second.grant;
  }
  return out;
}

void RequestBook::take_in(const StoredRequest& changed) {
  beside_[changed.request.id] = {.told = changed.told,
                                 .title = changed.title,
                                 .bytes = changed.bytes,
                                 .files = changed.files,
                                 .grant = changed.grant};
  if (changed.outgoing) {
    outgoing_.keep({.request = changed.request, .transfer = changed.transfer});
  } else {
    incoming_.keep(changed.request);
  }
}

io::Awaitable<Result<>> RequestBook::keep(StoredRequest changed) {
  auto write = [changed](DaemonStore& s) { return s.save(changed); };
  CO_TRY_VOID(co_await around_.store->run(std::move(write)));
  take_in(changed);
  co_return Result<>{};
}

io::Awaitable<std::vector<requests::Request>> RequestBook::end(std::vector<requests::Request> ended,
                                                               bool told) {
  std::vector<requests::Request> out;
  for (requests::Request& request : ended) {
    auto changed = stored(request.id);
    if (!changed) continue;
    changed->request = request;
    changed->told = told;
    const auto kept = co_await keep(*std::move(changed));
    if (!kept) {
      log::error("cannot record that a request is over: {}", to_string(kept.error()));
      continue;
    }
    publish(request.id);
    out.push_back(std::move(request));
  }
  co_return out;
}

void RequestBook::publish(const requests::RequestId& id) {
  const auto kept = stored(id);
  if (!kept) return;
  api::Event event;
  event.request = view_of(*kept);
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

api::RequestView RequestBook::view_of(const StoredRequest& kept) const {
  const requests::Request& request = kept.request;
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
  for (const auto& request : incoming_.all()) out.push_back(view_of(*stored(request.id)));
  for (const auto& asked : outgoing_.all()) out.push_back(view_of(*stored(asked.request.id)));
  std::stable_sort(out.begin(), out.end(), [](const api::RequestView& a, const api::RequestView& b) {
    const bool a_waits = a.state == api::RequestState::kWaiting;
    const bool b_waits = b.state == api::RequestState::kWaiting;
    return a_waits != b_waits ? a_waits : a.created_at > b.created_at;
  });
  return out;
}

io::Awaitable<void> RequestBook::keep_dates() {
  while (true) {
    const auto expired = co_await expire();
    if (!expired) co_return;
    const auto slept = co_await io::sleep_for(kDatesEvery);
    if (!slept) co_return;
  }
}

/// What has waited for too long is over, and what is over and many is forgotten.
io::Awaitable<Result<>> RequestBook::expire() {
  CO_TRY(const auto turn, co_await turns_.next());
  const WallTime now = around_.node->clock().wall();
  const auto unanswered = co_await end(incoming_.expire(now), /*told=*/false);
  for (const auto& request : unanswered)
    note(AuditAction::kRequestExpired, Outcome::kNoted, ReasonCode::kNone, request);
  std::vector<requests::Request> asked;
  for (const auto& one : outgoing_.expire(now)) asked.push_back(one.request);
  const auto in_vain = co_await end(std::move(asked), /*told=*/true);
  for (const auto& request : in_vain) {
    const auto kept = outgoing_.find(request.id);
    if (kept && downloads_ != nullptr)
      downloads_->on_denied(kept->transfer,
                            {ErrorCode::kExpired, "its owner has not answered in a month; ask again"});
  }
  co_await forget_surplus();
  co_return Result<>{};
}

io::Awaitable<void> RequestBook::forget_surplus() {
  for (const requests::RequestId& id : incoming_.surplus()) {
    auto remove = [id](DaemonStore& s) { return s.remove_request(id); };
    const auto removed = co_await around_.store->run(remove);
    if (!removed) {
      log::error("cannot forget a request: {}", to_string(removed.error()));
      co_return;
    }
    incoming_.forget(id);
    beside_.erase(id);
  }
}

// ---- the owner's word

/// In a turn.
io::Awaitable<Result<>> RequestBook::say_yes(requests::Request approved, ConsentTerms terms) {
  auto kept = stored(approved.id);
  if (!kept) co_return fail(ErrorCode::kNotFound, "the request is no more");
  kept->request = approved;
  kept->told = false;
  auto& consents = around_.node->consents();
  const Consent consent = consents.offer(access::to_text(approved.share), approved.peer, terms);
  auto write = [kept = *kept, consent](DaemonStore& s) { return s.save(kept, consent); };
  CO_TRY_VOID(co_await around_.store->run(std::move(write)));
  take_in(*kept);
  consents.give(consent);
  publish(approved.id);
  co_return Result<>{};
}

io::Awaitable<Result<api::RequestView>> RequestBook::approve(std::string words, api::ApprovalRequest terms) {
  if (terms.for_seconds == 0U || terms.bytes == 0U)
    co_return fail(ErrorCode::kInvalidArgument,
                   "an approval for no time or no bytes would be none; deny it instead");
  requests::RequestId id;
  {
    CO_TRY(const auto turn, co_await turns_.next());
    CO_TRY(const auto found, incoming_.find(words));
    id = found.id;
    const std::string share = access::to_text(found.share);
    if (!around_.node->shares().find(share))
      co_return fail(ErrorCode::kNotFound, "what was asked for is not shared any more");
    const WallTime now = around_.node->clock().wall();
    CO_TRY(const auto approved, incoming_.approve(id, now));
    ConsentTerms given{.until = std::nullopt, .byte_limit = terms.bytes};
    if (terms.for_seconds) given.until = now + std::chrono::seconds(*terms.for_seconds);
    CO_TRY_VOID(co_await say_yes(approved, given));
    if (terms.always) around_.people->trust(approved.peer, std::vector<std::string>(1, share));
    note(AuditAction::kRequestApproved, Outcome::kAllowed, ReasonCode::kNone, approved,
         terms.always ? "always" : "");
  }
  co_return co_await told_or_later(id);
}

io::Awaitable<Result<api::RequestView>> RequestBook::deny(std::string words, std::string reason) {
  CO_TRY_VOID(requests::check_reason(reason));
  requests::RequestId id;
  {
    CO_TRY(const auto turn, co_await turns_.next());
    CO_TRY(const auto found, incoming_.find(words));
    id = found.id;
    CO_TRY(const auto denied, incoming_.deny(id, std::move(reason), around_.node->clock().wall()));
    auto changed = *stored(id);
    changed.request = denied;
    changed.told = false;
    CO_TRY_VOID(co_await keep(std::move(changed)));
    note(AuditAction::kRequestDenied, Outcome::kRefused, ReasonCode::kNone, denied, denied.answer);
    publish(id);
  }
  co_return co_await told_or_later(id);
}

io::Awaitable<void> RequestBook::drop(identity::PeerId peer) {
  const auto turn = co_await turns_.next();
  if (!turn) co_return;
  // The blocked hear nothing.
  const auto ended = co_await end(incoming_.drop(peer, around_.node->clock().wall()), /*told=*/true);
  for (const auto& request : ended)
    note(AuditAction::kRequestDenied, Outcome::kRefused, ReasonCode::kBlocked, request);
}

io::Awaitable<void> RequestBook::drop_share(std::string share) {
  const auto id = access::parse_share_id(share);
  if (!id) co_return;
  const auto turn = co_await turns_.next();
  if (!turn) co_return;
  const auto ended = co_await end(incoming_.drop(*id, around_.node->clock().wall()), /*told=*/false);
  for (const auto& request : ended) {
    note(AuditAction::kRequestDenied, Outcome::kRefused, ReasonCode::kShareClosed, request);
    tasks_.spawn(tell_later(request.id));
  }
}

}  // namespace covey::daemon
