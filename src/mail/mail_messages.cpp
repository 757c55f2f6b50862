#include "mail/mail_messages.hpp"

#include "identity/membership.hpp"

namespace covey::mail {

wire::Letter message_of(const SealedLetter& letter) {
  wire::Letter out;
  out.set_id(std::string(as_text(letter.id.view())));
  out.set_sealed(std::string(as_text(letter.sealed)));
  out.set_membership(std::string(as_text(letter.membership)));
  return out;
}

Result<SealedLetter> read_letter(const wire::Letter& message) {
  if (message.id().size() != LetterId::kSize || message.sealed().size() > kMaxSealedLetterBytes ||
      message.membership().size() > identity::kMaxMembershipBytes)
    return fail(ErrorCode::kPeerMisbehaved, "a letter that can be none");
  return SealedLetter{.id = LetterId::from(as_bytes(message.id())),
                      .sealed = to_bytes(message.sealed()),
                      .membership = to_bytes(message.membership())};
}

wire::LetterTaken message_of(const LetterAnswer& answer) {
  wire::LetterTaken out;
  out.set_id(std::string(as_text(answer.id.view())));
  out.set_outcome(static_cast<std::uint32_t>(answer.outcome));
  return out;
}

Result<LetterAnswer> read_answer(const wire::LetterTaken& message) {
  if (message.id().size() != LetterId::kSize)
    return fail(ErrorCode::kPeerMisbehaved, "an answer to a letter that can be none");
  LetterAnswer out{.id = LetterId::from(as_bytes(message.id())), .outcome = LetterOutcome::kNotNow};
  constexpr auto kLast = static_cast<std::uint32_t>(LetterOutcome::kWrongClock);
  if (message.outcome() >= 1 && message.outcome() <= kLast)
    out.outcome = static_cast<LetterOutcome>(message.outcome());
  return out;
}

}  // namespace covey::mail
