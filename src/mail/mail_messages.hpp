#pragma once
// What "covey/mail/1" says on a link: a sealed letter, and what became of it. Between the wire's form and
// ours, within the limits of the spec. Pure; any thread. Spec: docs/spec/mail.md, "On a link".

#include <map>

#include "mail/letter.hpp"
#include "wire/mail.pb.h"

namespace covey::mail {

inline constexpr const char* kMailProtocol = "covey/mail/1";
/// Beyond this many a stream is against the rules.
inline constexpr std::size_t kMaxLettersOfStream = 64;
/// Once this many of a stream's were too many for the receiver, it ends the stream.
inline constexpr std::size_t kMaxRefusedForRate = 4;

/// What the receiver says about a letter. The numbers travel.
enum class LetterOutcome : std::uint8_t {
  kTaken = 1,       // durably, or it had been taken before: the sender may forget it
  kNotNow = 2,      // try again later
  kTooMany = 3,     // this sender has written too much lately; try again later
  kRefused = 4,     // never: this peer takes no letters of the sender's, or the letter does not verify
  kExpired = 5,     // by the receiver's clock
  kWrongClock = 6,  // written in the future, by the receiver's clock
};
using LetterAnswers = std::map<LetterId, LetterOutcome>;

/// A letter on its way.
struct SealedLetter {
  LetterId id;
  Bytes sealed;
  Bytes membership;  // of its sender, for a receiver who does not know him; may be empty
};

[[nodiscard]] wire::Letter message_of(const SealedLetter& letter);
/// kPeerMisbehaved when it can be none.
Result<SealedLetter> read_letter(const wire::Letter& message);

struct LetterAnswer {
  LetterId id;
  LetterOutcome outcome = LetterOutcome::kNotNow;
};
[[nodiscard]] wire::LetterTaken message_of(const LetterAnswer& answer);
/// An outcome that this version does not know counts as kNotNow. kPeerMisbehaved without an id.
Result<LetterAnswer> read_answer(const wire::LetterTaken& message);

}  // namespace covey::mail
