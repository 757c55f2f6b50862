#pragma once
// Receipt: the body of a letter of the kind `receipt`, by which a receiver tells which letters it has taken
// when it cannot answer on a link. It is not acknowledged itself. Pure; any thread. Spec: docs/spec/mail.md.

#include <span>
#include <vector>

#include "mail/letter.hpp"

namespace covey::mail {

inline constexpr std::string_view kReceiptKind = "receipt";
inline constexpr std::size_t kMaxReceiptIds = 64;

/// `ids` are 1 to kMaxReceiptIds.
[[nodiscard]] Bytes write_receipt(std::span<const LetterId> ids);
/// kMalformed, kLimitExceeded.
Result<std::vector<LetterId>> read_receipt(ByteView body);

}  // namespace covey::mail
