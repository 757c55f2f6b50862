#pragma once
// Selection: which entries of a manifest a transfer wants, as chosen by `--select GLOB`.
//
// `*` and `?` stay inside a component, `**` crosses them, `[a-z]` and `[!a-z]` are classes, `\` takes the
// next character as it is. A glob with a '/' is matched against the whole path, one without against the last
// component. A folder that matches brings all it holds; the folders on the way to a match come along.
// Immutable once made; any thread.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "content/manifest.hpp"

namespace covey::content {

class Glob {
 public:
  /// kInvalidArgument for an empty glob, an open '[' or a trailing '\'.
  static Result<Glob> parse(std::string_view text);
  [[nodiscard]] bool matches(std::string_view path) const;

 private:
  struct Range {
    char32_t first;
    char32_t last;
  };
  enum class Kind : std::uint8_t { kOne, kAnyOne, kStar, kDoubleStar, kDoubleStarSlash };
  struct Token {
    Kind kind;
    bool negated;
    std::vector<Range> ranges;  // of kOne
  };
  static Result<Token> parse_class(std::string_view& text, std::string_view whole);
  static bool accepts(const Token& token, char32_t c);

  std::vector<Token> tokens_;
  bool whole_path_ = false;
};

class Selection {
 public:
  static Selection everything(const Manifest& manifest);
  /// Everything when `globs` is empty. kInvalidArgument for a bad glob, kNotFound when nothing matches.
  static Result<Selection> matching(const Manifest& manifest, std::span<const std::string> globs);

  [[nodiscard]] bool contains(FileIndex index) const { return wanted_[index.value()]; }
  /// The entries of the manifest it was made for.
  [[nodiscard]] std::uint32_t entry_count() const { return static_cast<std::uint32_t>(wanted_.size()); }
  [[nodiscard]] std::uint32_t file_count() const { return file_count_; }
  [[nodiscard]] std::uint64_t total_size() const { return total_size_; }

 private:
  Selection(const Manifest& manifest, std::vector<bool> wanted);

  std::vector<bool> wanted_;
  std::uint32_t file_count_ = 0;
  std::uint64_t total_size_ = 0;
};

}  // namespace covey::content
