#include "content/path_rules.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <utf8proc.h>

#include "base/bytes.hpp"
#include "content/tree.hpp"

namespace covey::content {
namespace {

struct CodePoint {
  char32_t value = 0;
  std::size_t length = 0;  // 0: not UTF-8
};

CodePoint decode(std::string_view text) {
  utf8proc_int32_t value = -1;
  const auto n = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                  static_cast<utf8proc_ssize_t>(text.size()), &value);
  if (n <= 0 || value < 0) return {};
  return {static_cast<char32_t>(value), static_cast<std::size_t>(n)};
}

bool is_noncharacter(char32_t c) {
  return (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF);
}

/// Characters that show as nothing though their category is that of a letter or mark.
bool is_blank_letter(char32_t c) {
  return c == 0x034F || c == 0x115F || c == 0x1160 || c == 0x17B4 || c == 0x17B5 || c == 0x3164 ||
         c == 0xFFA0;
}

const char* refused_character(char32_t c) {
  if (c == '\\') return "a backslash, which some systems read as a folder separator";
  if (c < 0x20 || (c >= 0x7F && c < 0xA0)) return "a control character";
  if (c < 0x7F) return nullptr;
  if (is_noncharacter(c)) return "a code point that is no character";
  if (is_blank_letter(c)) return "an invisible character";
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_CN:
      return "an unassigned code point";
    case UTF8PROC_CATEGORY_CS:
      return "a surrogate";
    case UTF8PROC_CATEGORY_CC:
      return "a control character";
    case UTF8PROC_CATEGORY_CF:
      return "an invisible or text-direction character";
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return "a line separator";
    default:
      return nullptr;
  }
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// CON, NUL, COM1 … LPT9 and the like, in any case, with any extension.
bool is_device_name(std::string_view component) {
  std::string_view stem = component.substr(0, component.find('.'));
  while (!stem.empty() && stem.back() == ' ') stem.remove_suffix(1);
  if (stem.size() < 3 || stem.size() > 7) return false;
  std::string name(stem);
  std::transform(name.begin(), name.end(), name.begin(), lower);
  static constexpr std::array<std::string_view, 6> kWhole = {"con", "prn", "aux", "nul", "conin$", "conout$"};
  if (std::find(kWhole.begin(), kWhole.end(), name) != kWhole.end()) return true;
  if (!name.starts_with("com") && !name.starts_with("lpt")) return false;
  const std::string_view digit = std::string_view(name).substr(3);
  return (digit.size() == 1 && digit[0] >= '0' && digit[0] <= '9') || digit == "\u00B9" ||
         digit == "\u00B2" || digit == "\u00B3";
}

bool is_drive(std::string_view component) {
  return component.size() >= 2 && component[1] == ':' && lower(component[0]) >= 'a' &&
         lower(component[0]) <= 'z';
}

const char* refused_component(std::string_view component) {
  if (component.empty()) return "an empty component";
  if (component == "." || component == "..") return "a component '.' or '..'";
  if (component.back() == '.' || component.back() == ' ')
    return "a component that ends in a dot or a space, which some systems drop";
  if (is_drive(component)) return "a component that some systems read as a drive";
  if (is_device_name(component)) return "a component that names a device on some systems";
  return nullptr;
}

Error refused(std::string_view path, std::string_view reason) {
  return {ErrorCode::kMalformed, fmt::format("the path '{}' has {}", printable_path(path), reason)};
}

std::optional<Error> refused_characters(std::string_view text) {
  for (std::string_view rest = text; !rest.empty();) {
    const auto byte = static_cast<unsigned char>(rest.front());
    if (byte >= 0x20 && byte < 0x7F && byte != '\\') {
      rest.remove_prefix(1);
      continue;
    }
    const CodePoint c = decode(rest);
    if (c.length == 0) return refused(text, "bytes that are not UTF-8");
    if (const char* reason = refused_character(c.value)) return refused(text, reason);
    rest.remove_prefix(c.length);
  }
  return std::nullopt;
}

bool is_ascii(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return (static_cast<unsigned char>(c) & 0x80) != 0; });
}

/// What every name that some file system takes for the same one has in common.
std::string twin_key(std::string_view path) {
  if (is_ascii(path)) {
    std::string key(path);
    std::transform(key.begin(), key.end(), key.begin(), lower);
    return key;
  }
  utf8proc_uint8_t* folded = nullptr;
  constexpr auto kOptions = static_cast<utf8proc_option_t>(
      UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
  const auto length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(path.data()),
                                   static_cast<utf8proc_ssize_t>(path.size()), &folded, kOptions);
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned(folded, &std::free);
  if (length < 0 || folded == nullptr) return std::string(path);
  return {reinterpret_cast<const char*>(folded), static_cast<std::size_t>(length)};
}

std::uint64_t short_hash(std::string_view key) {
  const ContentId hash = hash_whole(as_bytes(key));
  std::uint64_t value = 0;
  std::memcpy(&value, hash.data(), sizeof value);
  return value;
}

}  // namespace

std::strong_ordering compare_paths(std::string_view a, std::string_view b) {
  const auto [at, bt] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  const auto rank = [](auto it, auto end) {
    if (it == end) return 0;
    return *it == '/' ? 1 : 2 + static_cast<int>(static_cast<unsigned char>(*it));
  };
  return rank(at, a.end()) <=> rank(bt, b.end());
}

std::optional<Error> RelativePath::refusal(std::string_view text) {
  if (text.empty()) return Error{ErrorCode::kMalformed, "a path is empty"};
  if (text.size() > kMaxPathBytes)
    return Error{ErrorCode::kLimitExceeded,
                 fmt::format("a path of {} bytes, above the limit of {}", text.size(), kMaxPathBytes)};
  if (auto error = refused_characters(text)) return error;
  std::size_t depth = 0;
  for (std::size_t begin = 0; begin <= text.size(); ++depth) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    const std::string_view component = text.substr(begin, end - begin);
    if (component.size() > kMaxComponentBytes)
      return Error{ErrorCode::kLimitExceeded,
                   fmt::format("the path '{}' has a component of {} bytes, above the limit of {}",
                               printable_path(text), component.size(), kMaxComponentBytes)};
    if (const char* reason = refused_component(component)) return refused(text, reason);
    begin = end + 1;
  }
  if (depth > kMaxPathDepth)
    return Error{ErrorCode::kLimitExceeded,
                 fmt::format("the path '{}' is {} levels deep, above the limit of {}", printable_path(text),
                             depth, kMaxPathDepth)};
  return std::nullopt;
}

Result<RelativePath> RelativePath::parse(std::string_view text) {
  if (auto error = refusal(text)) return std::unexpected(std::move(*error));
  return RelativePath(text);
}

std::string_view RelativePath::name() const {
  const std::size_t slash = text_.rfind('/');
  return slash == std::string::npos ? std::string_view(text_) : std::string_view(text_).substr(slash + 1);
}

std::size_t RelativePath::depth() const {
  return 1 + static_cast<std::size_t>(std::count(text_.begin(), text_.end(), '/'));
}

std::string printable_path(std::string_view path, std::size_t limit) {
  std::string out;
  while (!path.empty()) {
    if (out.size() >= limit) return out + "…";
    const CodePoint c = decode(path);
    if (c.length == 0) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(path.front()));
      path.remove_prefix(1);
    } else if (c.value != '\\' && refused_character(c.value) != nullptr) {
      out += fmt::format("\\u{{{:x}}}", static_cast<std::uint32_t>(c.value));
      path.remove_prefix(c.length);
    } else {
      out += path.substr(0, c.length);
      path.remove_prefix(c.length);
    }
  }
  return out;
}

std::vector<Twins> find_twins(std::size_t count,
                              const std::function<std::string_view(std::size_t)>& path_at) {
  // Short hashes keep this small for millions of paths; only where two are equal are the keys compared. They
  // are cut from a cryptographic hash, so that nobody can make all of them equal.
  std::vector<std::pair<std::uint64_t, std::size_t>> hashes;
  hashes.reserve(count);
  for (std::size_t i = 0; i < count; ++i) hashes.emplace_back(short_hash(twin_key(path_at(i))), i);
  std::sort(hashes.begin(), hashes.end());
  std::vector<Twins> out;
  for (std::size_t begin = 0, i = 1; i < hashes.size(); ++i) {
    if (hashes[i].first != hashes[begin].first) {
      begin = i;
    } else if (twin_key(path_at(hashes[begin].second)) == twin_key(path_at(hashes[i].second))) {
      out.push_back({hashes[begin].second, hashes[i].second});
    }
  }
  return out;
}

}  // namespace covey::content
