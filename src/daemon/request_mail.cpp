// RequestBook's part about letters: what comes, and what is told.

#include "base/log.hpp"
#include "daemon/request_book.hpp"

namespace covey::daemon {
namespace {

using namespace std::chrono_literals;
using audit::AuditAction;
using audit::Outcome;
using audit::ReasonCode;
using requests::RequestState;
using Arrived = requests::IncomingRequests::Verdict;

constexpr auto kTellAgain = 30s;
/// An answer that nobody has fetched by then is of no use.
constexpr auto kAnswerLife = std::chrono::days(30);

}  // namespace

// ---- telling

requests::Answer RequestBook::answer_of(const requests::Request& request) {
  requests::Answer out;
  out.id = request.id;
  out.approved = request.state == RequestState::kApproved;
  out.reason = request.state == RequestState::kExpired ? "it is not shared any more" : request.answer;
  out.ask_again_at = request.ask_again_at;
  if (!out.approved) return out;
  const std::string share = access::to_text(request.share);
  auto& consents = around_.node->consents();
  const Consent* const consent = consents.find(share, request.peer);
  const auto owned = around_.node->shares().find(share);
  if (consent == nullptr || consent->revoked_at) return out;
  out.until = consent->until;
  out.byte_limit = consent->byte_limit;
  // With it the download can begin at others although this peer is away.
  if (owned && (*owned)->served != nullptr)
    out.grant =
        consents.grant(*consent, request.share, access::ContentRoot::from((*owned)->served->root().view()));
  return out;
}

/// Whether the other side is to hear of the request as it is now.
bool RequestBook::has_to_tell(const requests::RequestId& id) const {
  const auto kept = stored(id);
  if (!kept) return false;
  const RequestState state = kept->request.state;
  if (kept->outgoing) return state == RequestState::kWaiting || state == RequestState::kWithdrawn;
  return state == RequestState::kApproved || state == RequestState::kDenied ||
         state == RequestState::kExpired;
}

Posting RequestBook::posting_for(const StoredRequest& kept, Bytes membership) {
  const requests::Request& request = kept.request;
  Posting out;
  out.life = kAnswerLife;
  out.to = request.peer;
  if (!kept.outgoing) {
    out.kind = requests::kAnswerLetter;
    out.body = requests::encode(answer_of(request));
  } else if (request.state == RequestState::kWaiting) {
    out.kind = requests::kRequestLetter;
    auto letter = requests::letter_of({.request = request, .transfer = kept.transfer}, std::move(membership));
    if (letter.membership.empty()) letter.name = around_.name_for(request.peer);
    out.body = requests::encode(letter);
  } else {
    out.kind = requests::kWithdrawnLetter;
    out.body = requests::encode_withdrawn(request.id);
  }
  return out;
}

io::Awaitable<Result<>> RequestBook::tell(requests::RequestId id) {
  if (!has_to_tell(id)) co_return Result<>{};
  Bytes membership;
  if (const auto asked = outgoing_.find(id))
    membership = co_await around_.networks->membership_for(asked->request.share, asked->request.peer);
  CO_TRY(const auto turn, co_await turns_.next());
  if (!has_to_tell(id)) co_return Result<>{};
  auto kept = *stored(id);
  auto posting = posting_for(kept, std::move(membership));
  CO_TRY_VOID(co_await around_.mail->post(std::move(posting)));
  kept.told = true;
  co_return co_await keep(std::move(kept));
}

io::Awaitable<Result<api::RequestView>> RequestBook::told_or_later(requests::RequestId id) {
  const auto told = co_await tell(id);
  if (!told) tasks_.spawn(tell_later(id));
  const auto kept = stored(id);
  if (!kept) co_return fail(ErrorCode::kNotFound, "the request is no more");
  co_return view_of(*kept);
}

/// As often as it takes; it is remembered that it was not told.
io::Awaitable<void> RequestBook::tell_later(requests::RequestId id) {
  while (stored(id)) {
    const auto told = co_await tell(id);
    if (told) co_return;
    log::warn("a letter about a request cannot be sent yet: {}", to_string(told.error()));
    const auto slept = co_await io::sleep_for(kTellAgain);
    if (!slept) co_return;
  }
}

// ---- the owner hears

io::Awaitable<RequestBook::Verdict> RequestBook::take_request(Letter letter) {
  auto asked = requests::read_request(letter.body);
  if (!asked) {
    around_.audit->note({.action = AuditAction::kRequestReceived,
                         .outcome = Outcome::kRefused,
                         .code = ReasonCode::kMalformed,
                         .peer = letter.from});
    co_return Verdict::kTaken;
  }
  const auto turn = co_await turns_.next();
  if (!turn) co_return Verdict::kNotNow;
  const auto standing = around_.node->shares().standing_of(asked->share, letter.from, asked->membership);
  requests::Request as_seen;
  as_seen.id = asked->id;
  as_seen.share = asked->share;
  as_seen.peer = letter.from;
  if (standing.share == nullptr || !standing.sees) {
    const auto code = standing.share == nullptr ? ReasonCode::kUnknownShare : ReasonCode::kHidden;
    note(AuditAction::kRequestReceived, Outcome::kRefused, code, as_seen);
    co_return Verdict::kTaken;  // as if there were no such share
  }
  around_.people->met(letter.from, around_.networks->meet_member(asked->membership, letter.from));
  around_.people->calls_itself(letter.from, asked->name);
  if (standing.judgement.allowed()) {
    const auto answered = co_await answer_at_once(std::move(*asked), letter.from);
    co_return answered ? Verdict::kTaken : Verdict::kNotNow;
  }
  co_return co_await take_new(std::move(*asked), letter.from);
}

/// It may fetch the share anyway: nobody has to be bothered.
io::Awaitable<Result<>> RequestBook::answer_at_once(requests::AccessRequest asked, identity::PeerId by) {
  requests::Request request;
  request.id = asked.id;
  request.share = asked.share;
  request.peer = by;
  request.state = RequestState::kApproved;
  note(AuditAction::kRequestReceived, Outcome::kAllowed, ReasonCode::kNone, request,
       "it may fetch it already");
  Posting posting{.to = by, .kind = requests::kAnswerLetter, .body = requests::encode(answer_of(request))};
  const auto posted = co_await around_.mail->post(std::move(posting));
  if (!posted) co_return std::unexpected(posted.error());
  co_return Result<>{};
}

io::Awaitable<RequestBook::Verdict> RequestBook::take_new(requests::AccessRequest asked,
                                                          identity::PeerId by) {
  const WallTime now = around_.node->clock().wall();
  const auto arrival = incoming_.arrive(asked, by, now);
  requests::Request as_seen;
  as_seen.id = asked.id;
  as_seen.share = asked.share;
  as_seen.peer = by;
  switch (arrival.verdict) {
    case Arrived::kTooMany:
      note(AuditAction::kRequestReceived, Outcome::kRefused, ReasonCode::kTooManyRequests, as_seen);
      co_return Verdict::kTaken;
    case Arrived::kOver:
      note(AuditAction::kRequestReceived, Outcome::kRefused, ReasonCode::kNone, as_seen, "it has expired");
      co_return Verdict::kTaken;
    case Arrived::kTooSoon: {
      note(AuditAction::kRequestReceived, Outcome::kRefused, ReasonCode::kTooManyRequests, as_seen,
           "too soon after a denial");
      requests::Answer again = answer_of(*arrival.request);
      again.id = asked.id;
      Posting posting{.to = by, .kind = requests::kAnswerLetter, .body = requests::encode(again)};
      const auto posted = co_await around_.mail->post(std::move(posting));
      co_return posted ? Verdict::kTaken : Verdict::kNotNow;
    }
    case Arrived::kKnown:
      // It asks again because it has not heard: what was decided is told again.
      if (has_to_tell(asked.id)) tasks_.spawn(tell_later(asked.id));
      if (arrival.request->state == RequestState::kWaiting &&
          around_.people->is_trusted(by, access::to_text(asked.share)))
        co_return co_await approve_by_itself(asked.id);
      co_return Verdict::kTaken;
    case Arrived::kNew:
    case Arrived::kChanged:
      break;
  }
  const std::string share_id = access::to_text(asked.share);
  StoredRequest arrived;
  arrived.request = *arrival.request;
  arrived.told = true;
  if (const auto share = around_.node->shares().find(share_id)) {
    arrived.title = (*share)->view.title;
    arrived.bytes = (*share)->view.bytes;
    arrived.files = (*share)->view.files;
  }
  const auto kept = co_await keep(std::move(arrived));
  if (!kept) {
    log::error("cannot record a request: {}", to_string(kept.error()));
    co_return Verdict::kNotNow;
  }
  if (arrival.replaced) {
    auto remove = [gone = *arrival.replaced](DaemonStore& s) { return s.remove_request(gone); };
    const auto removed = co_await around_.store->run(remove);
    if (!removed) log::error("cannot forget a request: {}", to_string(removed.error()));
    incoming_.forget(*arrival.replaced);
    beside_.erase(*arrival.replaced);
  }
  note(AuditAction::kRequestReceived, Outcome::kNoted, ReasonCode::kMustAsk, *arrival.request,
       arrival.request->reason);
  if (around_.people->is_trusted(by, share_id)) co_return co_await approve_by_itself(asked.id);
  publish(asked.id);
  if (on_waiting_) on_waiting_(view_of(*stored(asked.id)));
  co_return Verdict::kTaken;
}

/// Its asker is trusted. In a turn.
io::Awaitable<RequestBook::Verdict> RequestBook::approve_by_itself(requests::RequestId id) {
  const auto approved = incoming_.approve(id, around_.node->clock().wall());
  if (!approved) co_return Verdict::kTaken;
  const auto given = co_await say_yes(*approved, {});
  if (!given) {
    log::error("cannot record an approval: {}", to_string(given.error()));
    co_return Verdict::kNotNow;
  }
  note(AuditAction::kRequestApproved, Outcome::kAllowed, ReasonCode::kNone, *approved,
       "by itself: the peer is trusted");
  tasks_.spawn(tell_later(id));
  co_return Verdict::kTaken;
}

io::Awaitable<RequestBook::Verdict> RequestBook::take_withdrawal(Letter letter) {
  const auto id = requests::read_withdrawn(letter.body);
  if (!id) co_return Verdict::kTaken;
  const auto turn = co_await turns_.next();
  if (!turn) co_return Verdict::kNotNow;
  const auto withdrawn = incoming_.withdraw(*id, letter.from, around_.node->clock().wall());
  if (!withdrawn) co_return Verdict::kTaken;
  const auto ended = co_await end(std::vector(1, *withdrawn), /*told=*/true);
  if (ended.empty()) co_return Verdict::kNotNow;
  note(AuditAction::kRequestWithdrawn, Outcome::kNoted, ReasonCode::kNone, *withdrawn);
  co_return Verdict::kTaken;
}

// ---- the asker hears

io::Awaitable<RequestBook::Verdict> RequestBook::take_answer(Letter letter) {
  const auto answer = requests::read_answer(letter.body);
  if (!answer) co_return Verdict::kTaken;
  const auto turn = co_await turns_.next();
  if (!turn) co_return Verdict::kNotNow;
  const auto asked = outgoing_.answered(*answer, letter.from, around_.node->clock().wall());
  if (!asked) co_return Verdict::kTaken;
  const std::string transfer = asked->transfer;
  auto changed = *stored(asked->request.id);
  changed.request = asked->request;
  if (answer->grant) changed.grant = answer->grant;
  const auto kept = co_await keep(std::move(changed));
  if (!kept) {
    log::error("cannot record an answer: {}", to_string(kept.error()));
    co_return Verdict::kNotNow;
  }
  publish(asked->request.id);
  if (downloads_ == nullptr) co_return Verdict::kTaken;
  if (answer->approved) {
    downloads_->on_approved(transfer);
  } else {
    downloads_->on_denied(
        transfer,
        {ErrorCode::kRefused, answer->reason.empty() ? std::string("its owner said no")
                                                     : fmt::format("its owner said no: {}", answer->reason)});
  }
  co_return Verdict::kTaken;
}

}  // namespace covey::daemon
