#pragma once
// Safety words: six words for a peer id, to compare aloud on first contact. Sixty bits, so nobody can make a
// key with the same words in any useful time. Pure; any thread. Spec: docs/spec/handshake.md, "Keys and text
// forms".

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "identity/peer_id.hpp"

namespace covey::identity {

inline constexpr std::size_t kSafetyWordCount = 6;
inline constexpr std::size_t kSafetyWordListSize = 1024;

using SafetyWords = std::array<std::string_view, kSafetyWordCount>;

[[nodiscard]] SafetyWords safety_words_of(const PeerId& id);
/// "otter bramble …"
[[nodiscard]] std::string to_text(const SafetyWords& words);

/// All words, sorted; none is the beginning of another.
[[nodiscard]] std::span<const std::string_view, kSafetyWordListSize> safety_word_list();

}  // namespace covey::identity
