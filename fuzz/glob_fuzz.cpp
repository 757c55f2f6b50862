// Globs: matched like a plain and slow matcher does that reads the same rules.
//
// The input is a glob, a line feed, and a path.

#include <map>

#include "content/selection.hpp"
#include "fuzz/promise.hpp"

namespace covey::fuzz {
namespace {

using content::Glob;

/// Matches by trying everything; ASCII only.
class SlowGlob {
 public:
  SlowGlob(std::string_view glob, std::string_view path) : glob_(glob), path_(path) {
    const bool whole = glob.find('/') != std::string_view::npos;
    if (!whole) path_.remove_prefix(path_.rfind('/') + 1);
    if (glob_.starts_with('/')) glob_.remove_prefix(1);
    if (glob_.size() > 1 && glob_.ends_with('/')) glob_.remove_suffix(1);
  }

  bool matches() { return from(0, 0); }

 private:
  bool from(std::size_t g, std::size_t p) {
    const auto key = std::pair(g, p);
    if (const auto known = known_.find(key); known != known_.end()) return known->second;
    const bool result = tried(g, p);
    known_[key] = result;
    return result;
  }

  bool tried(std::size_t g, std::size_t p) {
    const std::string_view rest = glob_.substr(g);
    if (rest.empty()) return p == path_.size();
    if (rest.starts_with("**/")) {
      for (std::size_t q = p; q <= path_.size(); ++q) {
        if ((q == 0 || path_[q - 1] == '/') && from(g + 3, q)) return true;
      }
      return false;
    }
    const bool crosses = rest.starts_with("**");
    if (crosses || rest[0] == '*') {
      for (std::size_t q = p; q <= path_.size(); ++q) {
        if (from(g + (crosses ? 2 : 1), q)) return true;
        if (!crosses && q < path_.size() && path_[q] == '/') return false;
      }
      return false;
    }
    if (p == path_.size()) return false;
    const char c = path_[p];
    if (rest[0] == '?') return c != '/' && from(g + 1, p + 1);
    if (rest[0] == '[') return in_class(g + 1, p);
    const bool escaped = rest[0] == '\\';
    return rest[escaped ? 1 : 0] == c && from(g + (escaped ? 2 : 1), p + 1);
  }

  bool in_class(std::size_t g, std::size_t p) {
    const char c = path_[p];
    const bool negated = glob_[g] == '!' || glob_[g] == '^';
    if (negated) ++g;
    bool in = false;
    for (bool first = true; first || glob_[g] != ']'; first = false) {
      const char low = taken(g);
      const bool range = g + 1 < glob_.size() && glob_[g] == '-' && glob_[g + 1] != ']';
      if (range) ++g;
      const char high = range ? glob_[g++] : low;
      in = in || (low <= c && c <= high);
    }
    return (negated ? !in && c != '/' : in) && from(g + 1, p + 1);
  }

  /// The character of a class at g, and g behind it.
  char taken(std::size_t& g) {
    if (glob_[g] == '\\' && g + 1 < glob_.size()) ++g;
    return glob_[g++];
  }

  std::string_view glob_;
  std::string_view path_;
  std::map<std::pair<std::size_t, std::size_t>, bool> known_;
};

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// A glob that stands for one text.
std::string literally(std::string_view path) {
  std::string out;
  for (const char c : path) {
    if (c == '*' || c == '?' || c == '[' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out;
}

void check_path(std::string_view path) {
  if (path.empty() || path.front() == '/' || path.back() == '/') return;
  const auto itself = Glob::parse(literally(path));
  require(itself && itself->matches(path), "a path matches the glob that spells it out");
  require(Glob::parse("**")->matches(path), "** matches every path");
  require(Glob::parse("*")->matches(path), "* matches every name");
}

void run(std::string_view input) {
  const std::size_t end = std::min(input.find('\n'), input.size());
  const std::string_view text = input.substr(0, end);
  const std::string_view path = input.substr(std::min(end + 1, input.size()));
  check_path(path);
  const auto glob = Glob::parse(text);
  if (!glob) {
    require(glob.error().code == ErrorCode::kInvalidArgument, "a bad glob is the user's mistake");
    return;
  }
  const bool matches = glob->matches(path);
  if (!is_ascii(input) || input.size() > 100) return;
  require(matches == SlowGlob(text, path).matches(), "a glob matches as the plain matcher says");
}

}  // namespace
}  // namespace covey::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  covey::fuzz::run(covey::as_text({data, size}));
  return 0;
}
