#include "identity/safety_words.hpp"

#include "crypto/hash.hpp"

namespace covey::identity {

SafetyWords safety_words_of(const PeerId& id) {
  static constexpr unsigned kBitsPerWord = 10;
  static_assert(1U << kBitsPerWord == kSafetyWordListSize);
  const auto key = crypto::derive_key(crypto::kSafetyWordsLabel, id.bytes());
  std::uint64_t bits = 0;
  for (const Byte byte : key.view().first(sizeof bits)) bits = (bits << 8) | byte;
  SafetyWords out;
  unsigned left = 64;
  for (std::string_view& word : out) {
    left -= kBitsPerWord;
    word = safety_word_list()[static_cast<std::size_t>((bits >> left) % kSafetyWordListSize)];
  }
  return out;
}

std::string to_text(const SafetyWords& words) {
  std::string out;
  for (const std::string_view word : words) {
    if (!out.empty()) out.push_back(' ');
    out.append(word);
  }
  return out;
}

}  // namespace covey::identity
