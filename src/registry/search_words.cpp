#include "registry/search_words.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include <utf8proc.h>

namespace covey::registry {
namespace {

/// Compatible forms are one ("ﬁ" is "fi"), case is folded, marks go ("é" is "e"), and what is left is
/// composed again, so that Korean syllables stay short.
std::string folded(std::string_view text) {
  utf8proc_uint8_t* out = nullptr;
  constexpr auto kOptions =
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT |
                                     UTF8PROC_CASEFOLD | UTF8PROC_IGNORE | UTF8PROC_STRIPMARK);
  const auto length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                   static_cast<utf8proc_ssize_t>(text.size()), &out, kOptions);
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned(out, &std::free);
  if (length <= 0 || out == nullptr) return {};
  return {reinterpret_cast<const char*>(out), static_cast<std::size_t>(length)};
}

bool is_letter_or_digit(utf8proc_int32_t character) {
  switch (utf8proc_category(character)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return true;
    default:
      return false;
  }
}

}  // namespace

SearchWords SearchWords::of(std::string_view text) {
  return of(std::vector<std::string_view>{text});
}

SearchWords SearchWords::of(const std::vector<std::string_view>& texts) {
  SearchWords out;
  for (const std::string_view text : texts) out.add(text);
  out.settle();
  return out;
}

void SearchWords::add(std::string_view text) {
  const std::string plain = folded(text);
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(plain.data());
  std::string word;
  bool cut = false;
  const auto end_word = [&] {
    if (!word.empty()) words_.push_back(std::move(word));
    word.clear();
    cut = false;
  };
  for (std::size_t at = 0; at < plain.size();) {
    utf8proc_int32_t character = -1;
    const auto length =
        utf8proc_iterate(bytes + at, static_cast<utf8proc_ssize_t>(plain.size() - at), &character);
    if (length <= 0) break;
    const auto size = static_cast<std::size_t>(length);
    if (!is_letter_or_digit(character)) {
      end_word();
    } else if (!cut && word.size() + size <= kMaxWordBytes) {
      word.append(plain, at, size);
    } else {
      cut = true;
    }
    at += size;
  }
  end_word();
}

void SearchWords::settle() {
  std::sort(words_.begin(), words_.end());
  words_.erase(std::unique(words_.begin(), words_.end()), words_.end());
  if (words_.size() > kMaxWords) words_.resize(kMaxWords);
}

std::string SearchWords::text() const {
  std::string out;
  for (const std::string& word : words_) {
    if (!out.empty()) out += ' ';
    out += word;
  }
  return out;
}

}  // namespace covey::registry
