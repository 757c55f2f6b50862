#include "content/selection.hpp"

#include <algorithm>

#include <utf8proc.h>

namespace covey::content {
namespace {

/// The next character of UTF-8 text; a byte that is none stands for itself.
char32_t next(std::string_view& text) {
  utf8proc_int32_t value = -1;
  const auto n = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                  static_cast<utf8proc_ssize_t>(text.size()), &value);
  if (n <= 0 || value < 0) {
    const auto byte = static_cast<unsigned char>(text.front());
    text.remove_prefix(1);
    return byte;
  }
  text.remove_prefix(static_cast<std::size_t>(n));
  return static_cast<char32_t>(value);
}

}  // namespace

Result<Glob> Glob::parse(std::string_view text) {
  const std::string shown(text);
  if (text.empty()) return fail(ErrorCode::kInvalidArgument, "a glob is empty; try '*.txt' or 'docs/**'");
  Glob glob;
  glob.whole_path_ = text.find('/') != std::string_view::npos;
  if (text.front() == '/') text.remove_prefix(1);
  if (text.size() > 1 && text.back() == '/') text.remove_suffix(1);
  const auto literal = [](char32_t c) { return Token{Kind::kOne, false, {{c, c}}}; };
  while (!text.empty()) {
    if (text.starts_with("**/")) {
      glob.tokens_.push_back({Kind::kDoubleStarSlash, false, {}});
      text.remove_prefix(3);
      continue;
    }
    if (text.starts_with("**")) {
      glob.tokens_.push_back({Kind::kDoubleStar, false, {}});
      text.remove_prefix(2);
      continue;
    }
    const char32_t c = next(text);
    if (c == '*') {
      glob.tokens_.push_back({Kind::kStar, false, {}});
    } else if (c == '?') {
      glob.tokens_.push_back({Kind::kAnyOne, false, {}});
    } else if (c == '\\') {
      if (text.empty())
        return fail(ErrorCode::kInvalidArgument, "the glob '{}' ends in a backslash; write \\\\ for one",
                    shown);
      glob.tokens_.push_back(literal(next(text)));
    } else if (c == '[') {
      TRY(Token token, parse_class(text, shown));
      glob.tokens_.push_back(std::move(token));
    } else {
      glob.tokens_.push_back(literal(c));
    }
  }
  return glob;
}

Result<Glob::Token> Glob::parse_class(std::string_view& text, std::string_view whole) {
  Token token{Kind::kOne, false, {}};
  if (!text.empty() && (text.front() == '!' || text.front() == '^')) {
    token.negated = true;
    text.remove_prefix(1);
  }
  for (bool first = true; !text.empty(); first = false) {
    char32_t from = next(text);
    if (from == ']' && !first) return token;
    if (from == '\\' && !text.empty()) from = next(text);
    char32_t to = from;
    if (text.size() >= 2 && text[0] == '-' && text[1] != ']') {
      text.remove_prefix(1);
      to = next(text);
    }
    token.ranges.push_back({from, to});
  }
  return fail(ErrorCode::kInvalidArgument,
              "the glob '{}' opens '[' and does not close it; write \\[ for the character", whole);
}

bool Glob::accepts(const Token& token, char32_t c) {
  if (token.kind == Kind::kAnyOne) return c != '/';
  const bool in = std::any_of(token.ranges.begin(), token.ranges.end(),
                              [c](const Range& range) { return range.first <= c && c <= range.last; });
  return token.negated ? !in && c != '/' : in;
}

bool Glob::matches(std::string_view path) const {
  if (!whole_path_) path.remove_prefix(path.rfind('/') + 1);  // npos + 1 is 0
  // All positions of the glob at which the text read so far may stand: linear in both, whatever the glob.
  const std::size_t n = tokens_.size();
  std::vector<bool> at(n + 1);
  std::vector<bool> then(n + 1);
  const auto close = [&](std::vector<bool>& states, bool component_begins) {
    for (std::size_t i = 0; i < n; ++i) {
      if (!states[i]) continue;
      const Kind kind = tokens_[i].kind;
      if (kind == Kind::kStar || kind == Kind::kDoubleStar ||
          (kind == Kind::kDoubleStarSlash && component_begins))
        states[i + 1] = true;
    }
  };
  at[0] = true;
  close(at, true);
  while (!path.empty()) {
    const char32_t c = next(path);
    std::fill(then.begin(), then.end(), false);
    for (std::size_t i = 0; i < n; ++i) {
      if (!at[i]) continue;
      switch (tokens_[i].kind) {
        case Kind::kStar:
          if (c != '/') then[i] = true;
          break;
        case Kind::kDoubleStar:
        case Kind::kDoubleStarSlash:
          then[i] = true;
          break;
        default:
          if (accepts(tokens_[i], c)) then[i + 1] = true;
      }
    }
    close(then, c == '/');
    at.swap(then);
  }
  return at[n];
}

Selection::Selection(const Manifest& manifest, std::vector<bool> wanted) : wanted_(std::move(wanted)) {
  for (std::uint32_t i = 0; i < manifest.entry_count(); ++i) {
    if (!wanted_[i] || !manifest.is_file(FileIndex(i))) continue;
    ++file_count_;
    total_size_ += manifest.entry(FileIndex(i)).size;
  }
}

Selection Selection::everything(const Manifest& manifest) {
  return {manifest, std::vector<bool>(manifest.entry_count(), true)};
}

Result<Selection> Selection::matching(const Manifest& manifest, std::span<const std::string> globs) {
  if (globs.empty()) return everything(manifest);
  std::vector<Glob> parsed;
  for (const std::string& text : globs) {
    TRY(Glob glob, Glob::parse(text));
    parsed.push_back(std::move(glob));
  }
  const std::uint32_t count = manifest.entry_count();
  std::vector<bool> matched(count);
  for (std::uint32_t i = 0; i < count; ++i) {  // parents come first, so what they matched is known
    const ManifestEntryView entry = manifest.entry(FileIndex(i));
    matched[i] =
        (entry.parent && matched[entry.parent->value()]) ||
        std::any_of(parsed.begin(), parsed.end(), [&](const Glob& g) { return g.matches(entry.path); });
  }
  if (std::none_of(matched.begin(), matched.end(), [](bool b) { return b; }))
    return fail(ErrorCode::kNotFound, "nothing in this share matches --select {}", globs.front());
  std::vector<bool> wanted = matched;
  for (std::uint32_t i = count; i-- > 0;)
    if (const auto parent = manifest.entry(FileIndex(i)).parent; wanted[i] && parent)
      wanted[parent->value()] = true;
  return Selection(manifest, std::move(wanted));
}

}  // namespace covey::content
