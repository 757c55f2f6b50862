// Relative paths: what is accepted keeps every rule, checked by rules written apart; what is shown is clean.

#include "content/path_rules.hpp"
#include "fuzz/plain_text.hpp"
#include "fuzz/promise.hpp"

namespace covey::fuzz {
namespace {

using content::compare_paths;
using content::RelativePath;

void check_shown(std::string_view text, std::size_t limit) {
  constexpr std::size_t kOneCharacterMore = 16;
  const std::string shown = content::printable_path(text, limit);
  require(shown.size() <= limit + kOneCharacterMore, "a shown path keeps its limit");
  const auto characters = code_points(shown);
  require(characters.has_value(), "a shown path is UTF-8");
  for (const char32_t c : *characters) {
    require(!is_control(c) && !is_deceiving(c), "a shown path is clean");
  }
}

void check_twins(const std::string& path) {
  for (const std::string& other : {upper_case(path), lower_case(path)}) {
    const auto pair = [&](std::size_t i) { return std::string_view(i == 0 ? path : other); };
    const auto twins = content::find_twins(2, pair);
    require(twins.size() == 1 && twins[0].first == 0 && twins[0].second == 1,
            "paths that differ in ASCII case only are twins");
  }
}

void check_accepted(const RelativePath& path, std::string_view text) {
  require(path.text() == text, "a path is taken as it is");
  const char* broken = broken_path_rule(text);
  require(broken == nullptr, broken == nullptr ? "" : broken);
  const auto slashes = static_cast<std::size_t>(std::count(text.begin(), text.end(), '/'));
  require(path.depth() == slashes + 1, "a path's depth is the number of its components");
  require(text.ends_with(path.name()) && path.name().find('/') == std::string_view::npos,
          "a path's name is its last component");
  check_twins(path.text());
}

void check_order(std::string_view a, std::string_view b) {
  require((compare_paths(a, b) < 0) == (compare_paths(b, a) > 0), "the order of paths has one direction");
  require((compare_paths(a, b) == 0) == (a == b), "equal paths are the same");
  const std::string below = std::string(a) + "/" + std::string(b);
  require(compare_paths(a, below) < 0, "a folder stands before what it holds");
}

}  // namespace
}  // namespace covey::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace covey;  // NOLINT(google-build-using-namespace)
  const std::string_view text = as_text({data, size});
  const auto path = content::RelativePath::parse(text);
  const auto refusal = content::RelativePath::refusal(text);
  fuzz::require(path.has_value() != refusal.has_value(), "a path is refused or accepted");
  if (path) fuzz::check_accepted(*path, text);
  if (refusal) fuzz::check_shown(refusal->context, 4096);
  fuzz::check_shown(text, size % 64);
  fuzz::check_order(text.substr(0, size / 2), text.substr(size / 2));
  return 0;
}
