#include "api/byte_range.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace covey::api {
namespace {

constexpr std::size_t kMaxField = 128;
constexpr std::string_view kUnit = "bytes=";

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Digits alone; a number that is too large for anything is the largest there is.
std::optional<std::uint64_t> number(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  std::uint64_t out = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), out);
  return parsed.ec == std::errc() ? out : std::numeric_limits<std::uint64_t>::max();
}

bool names_bytes(std::string_view field) {
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + ('a' - 'A') : a) == b; };
  return field.size() > kUnit.size() && std::equal(kUnit.begin(), kUnit.end(), field.begin(),
                                                   [&](char wanted, char got) { return same(got, wanted); });
}

}  // namespace

Result<std::optional<ByteRange>> wanted_range(std::string_view field, std::uint64_t size) {
  field = trimmed(field);
  if (field.size() > kMaxField || !names_bytes(field)) return std::nullopt;
  field = trimmed(field.substr(kUnit.size()));
  const auto dash = field.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::string_view before = field.substr(0, dash);
  const std::string_view after = field.substr(dash + 1);
  const auto from = number(before);
  const auto to = number(after);
  if ((!before.empty() && !from) || (!after.empty() && !to)) return std::nullopt;
  if (!from && !to) return std::nullopt;
  if (from && to && *from > *to) return std::nullopt;
  const auto beyond = [&] { return fail(ErrorCode::kInvalidArgument, "there are {} bytes", size); };
  if (!from) {
    if (*to == 0 || size == 0) return beyond();
    return ByteRange{.first = size - std::min(*to, size), .last = size - 1};
  }
  if (*from >= size) return beyond();
  return ByteRange{.first = *from, .last = std::min(to.value_or(size - 1), size - 1)};
}

std::string content_range(const ByteRange& range, std::uint64_t size) {
  return fmt::format("bytes {}-{}/{}", range.first, range.last, size);
}

}  // namespace covey::api
