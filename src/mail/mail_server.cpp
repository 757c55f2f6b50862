#include "mail/mail_server.hpp"

namespace covey::mail {

io::Awaitable<LetterOutcome> MailDoor::take(identity::PeerId from, SealedLetter letter) {
  if (sink_ == nullptr) co_return LetterOutcome::kNotNow;
  co_return co_await sink_->take(from, std::move(letter));
}

io::Awaitable<Result<>> MailServer::on_frame(wire::FrameHeader header, transport::FrameBody& body) {
  if (header.kind != wire::FrameKind::kLetter) co_return Result<>{};
  co_return co_await take_letter(body);
}

io::Awaitable<Result<>> MailServer::take_letter(transport::FrameBody& body) {
  if (++letters_ > kMaxLettersOfStream)
    co_return fail(ErrorCode::kPeerMisbehaved, "more than {} letters on a stream", kMaxLettersOfStream);
  // The stream is over for us, and the sender may not have heard of it yet.
  if (refused_for_rate_ >= kMaxRefusedForRate) co_return Result<>{};
  wire::Letter message;
  CO_TRY_VOID(co_await body.read_message(message));
  CO_TRY(auto letter, read_letter(message));
  LetterAnswer answer{.id = letter.id, .outcome = LetterOutcome::kNotNow};
  auto ask = [sink = sink_, from = link_->peer(), &letter] { return sink->take(from, std::move(letter)); };
  answer.outcome = co_await io::run_on(network_, ask);
  const wire::LetterTaken taken = message_of(answer);
  CO_TRY_VOID(co_await link_->send_message(stream_, wire::FrameKind::kLetterTaken, taken));
  if (answer.outcome != LetterOutcome::kTooMany || ++refused_for_rate_ < kMaxRefusedForRate)
    co_return Result<>{};
  const Error reason{ErrorCode::kLimitExceeded, "too many letters; try again in a minute"};
  co_return co_await link_->end_stream(stream_, reason);
}

}  // namespace covey::mail
