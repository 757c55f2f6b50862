#pragma once
// SearchWords: the words of a text as search compares them: distinct, sorted, case folded, without marks,
// made of letters and digits only. No other text becomes SearchWords, so nothing that a peer writes can reach
// a query language. Folding twice is folding once. Values; any thread.

#include <string>
#include <string_view>
#include <vector>

namespace covey::registry {

class SearchWords {
 public:
  static constexpr std::size_t kMaxWords = 4096;
  /// Longer words are cut at a character; a cut word is found by the whole one, which is cut as well.
  static constexpr std::size_t kMaxWordBytes = 64;

  SearchWords() = default;
  /// Text that is not UTF-8 has no words; of more than kMaxWords the last in order are dropped.
  static SearchWords of(std::string_view text);
  static SearchWords of(const std::vector<std::string_view>& texts);

  [[nodiscard]] const std::vector<std::string>& words() const { return words_; }
  [[nodiscard]] bool empty() const { return words_.empty(); }
  /// The words with a blank between each two.
  [[nodiscard]] std::string text() const;

  bool operator==(const SearchWords&) const = default;

 private:
  void add(std::string_view text);
  void settle();

  std::vector<std::string> words_;
};

}  // namespace covey::registry
