#pragma once
// RelativePath: a path inside a folder that is safe to create on any system, whoever sent it.
//
// Invariant: relative, '/'-separated, valid UTF-8, no component that any system reads as something else. The
// same rules hold for what is shared here: a file whose name breaks them is left out with a notice, never
// renamed. Pure; any thread. Spec: docs/spec/content.md, "Paths".

#include <compare>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace covey::content {

inline constexpr std::size_t kMaxPathBytes = 4096;
inline constexpr std::size_t kMaxComponentBytes = 255;
inline constexpr std::size_t kMaxPathDepth = 64;

/// Order of paths as a folder is walked: byte by byte, '/' before every other byte, so that a folder stands
/// directly before all it holds.
std::strong_ordering compare_paths(std::string_view a, std::string_view b);

class RelativePath {
 public:
  /// kMalformed (kLimitExceeded for lengths), with the reason in words; the hostile name itself is shown with
  /// its unprintable bytes escaped.
  static Result<RelativePath> parse(std::string_view text);
  /// The reason why `text` is no safe path, or nothing when it is one: parse() without the copy.
  static std::optional<Error> refusal(std::string_view text);

  [[nodiscard]] const std::string& text() const { return text_; }
  /// The last component.
  [[nodiscard]] std::string_view name() const;
  /// 1 for a bare name.
  [[nodiscard]] std::size_t depth() const;

  bool operator==(const RelativePath&) const = default;
  std::strong_ordering operator<=>(const RelativePath& other) const {
    return compare_paths(text_, other.text_);
  }

 private:
  explicit RelativePath(std::string_view text) : text_(text) {}
  std::string text_;
};

/// A path for people's eyes: control, bidi and invalid bytes escaped, cut after `limit` bytes.
std::string printable_path(std::string_view path, std::size_t limit = 200);

/// Two paths that some file system would take for one, by index.
struct Twins {
  std::size_t first;
  std::size_t second;
};
/// Finds paths that are equal after compatibility normalisation and case folding. `path_at(i)` gives the i-th
/// of `count` safe paths. Each path that has an equal one before it comes up once, with the earliest of them.
std::vector<Twins> find_twins(std::size_t count, const std::function<std::string_view(std::size_t)>& path_at);

}  // namespace covey::content
