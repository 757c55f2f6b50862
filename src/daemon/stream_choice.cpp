#include "daemon/stream_choice.hpp"

#include <algorithm>
#include <optional>

#include "api/media_type.hpp"

namespace covey::daemon {
namespace {

constexpr std::size_t kMaxListed = 10;

std::string_view name_in(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

std::string listing(std::span<const PlayableFile> files) {
  if (files.empty()) return "it has no files";
  std::string out = "it has ";
  for (std::size_t i = 0; i < std::min(files.size(), kMaxListed); ++i)
    out += fmt::format("{}{}", i == 0 ? "" : ", ", files[i].path);
  if (files.size() > kMaxListed) out += fmt::format(" and {} more", files.size() - kMaxListed);
  return out;
}

Result<std::size_t> named(std::span<const PlayableFile> files, std::string_view wanted) {
  std::optional<std::size_t> by_name;
  bool several = false;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (files[i].path == wanted) return i;
    if (name_in(files[i].path) != wanted) continue;
    several = by_name.has_value();
    by_name = i;
  }
  if (by_name && !several) return *by_name;
  if (several)
    return fail(ErrorCode::kNotFound, "several files are named {}; give the whole path: {}", wanted,
                listing(files));
  return fail(ErrorCode::kNotFound, "there is no file {} in it; {}", wanted, listing(files));
}

}  // namespace

Result<std::size_t> choose_file(std::span<const PlayableFile> files, std::string_view wanted) {
  if (!wanted.empty()) return named(files, wanted);
  if (files.size() == 1) return 0;
  std::optional<std::size_t> largest;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!api::is_playable(api::media_type_of(files[i].path))) continue;
    if (!largest || files[i].size > files[*largest].size) largest = i;
  }
  if (largest) return *largest;
  return fail(ErrorCode::kNotFound, "there is no audio or video in it; name the file: {}", listing(files));
}

}  // namespace covey::daemon
