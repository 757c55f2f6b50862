#pragma once
// Letter: a small message from one peer to another, signed by its sender and sealed to its receiver, so that
// it may pass through anybody's hands. Whoever carries it learns how long it is, and nothing else.
//
// A letter ends: at `expires_at`, and at the latest kMaxLetterLife after it was written. So a receiver that
// remembers the ids of what it took until then takes nothing twice. Pure; any thread. Spec:
// docs/spec/mail.md.

#include <chrono>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "identity/device_key.hpp"

namespace covey::mail {

using LetterId = FixedBytes<struct LetterIdTag, 16>;

/// What every carrier takes; a tracker's mailbox takes no more.
inline constexpr std::size_t kMaxSealedLetterBytes = std::size_t{32} << 10;
inline constexpr std::size_t kMaxLetterBodyBytes = 32'000;
inline constexpr std::size_t kMaxLetterKindBytes = 32;
inline constexpr std::chrono::hours kMaxLetterLife{30 * 24};
/// By how much a sender's clock may be ahead of the receiver's.
inline constexpr std::chrono::minutes kLetterClockTolerance{10};

struct Letter {
  LetterId id;
  identity::PeerId from;
  identity::PeerId to;
  WallTime sent_at;
  std::optional<WallTime> expires_at;  // nothing: kMaxLetterLife after sent_at
  std::string kind;                    // 1 to 32 of a-z, 0-9, '.' and '-'
  Bytes body;

  /// When it ends.
  [[nodiscard]] WallTime ends_at() const { return expires_at.value_or(sent_at + kMaxLetterLife); }
  bool operator==(const Letter&) const = default;
};

[[nodiscard]] bool is_letter_kind(std::string_view text);
/// kInvalidArgument for a kind, kLimitExceeded for a body or a life that no letter may have.
Result<> check(const Letter& letter);

/// Signed by `sender`, who is `letter.from`, and sealed to `letter.to`. The errors of check().
Result<Bytes> seal(const Letter& letter, const identity::DeviceKey& sender, crypto::Random& random);

/// A letter to `receiver` that holds at `now`. kLimitExceeded; kVerificationFailed when it was changed, or is
/// not to this peer or not by whom it names; kUnsupported for a newer version; kMalformed; kExpired; kRefused
/// when it was written more than kLetterClockTolerance from now: one of the two clocks is wrong.
Result<Letter> open(ByteView sealed, const identity::DeviceKey& receiver, WallTime now);

}  // namespace covey::mail
