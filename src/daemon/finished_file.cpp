#include "daemon/finished_file.hpp"

#include <algorithm>

#include "content/path_rules.hpp"

namespace covey::daemon {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFiles = 1'000'000;

Result<content::SourceFile> opened(const fs::path& result, const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(result, error)) return content::SourceFile::open(result);
  TRY(const auto folder, content::SourceFolder::open(result));
  TRY(const auto below, content::RelativePath::parse(path));
  return content::SourceFile::open_in(folder, below);
}

}  // namespace

Result<std::shared_ptr<const FinishedFile>> FinishedFile::open(const fs::path& result,
                                                               const PlayableFile& file) {
  TRY(auto source, opened(result, file.path));
  if (source.stamp().size != file.size)
    return fail(ErrorCode::kSourceChanged, "{} was changed since it was downloaded", file.path);
  return std::shared_ptr<const FinishedFile>(new FinishedFile(std::move(source)));
}

Result<Bytes> FinishedFile::read(std::uint64_t offset, std::size_t at_most) const {
  TRY_VOID(file_.check_unchanged());
  Bytes out(std::min<std::uint64_t>(at_most, file_.stamp().size - offset));
  TRY_VOID(file_.read_at(offset, out));
  return out;
}

Result<std::vector<PlayableFile>> finished_files(const fs::path& result) {
  std::vector<PlayableFile> out;
  std::error_code error;
  if (!fs::is_directory(result, error)) {
    TRY(const auto file, content::SourceFile::open(result));
    out.push_back({.path = result.filename().string(), .size = file.stamp().size});
    return out;
  }
  for (fs::recursive_directory_iterator at(result, error), end; !error && at != end; at.increment(error)) {
    std::error_code ignored;
    if (at->symlink_status(ignored).type() != fs::file_type::regular) continue;
    if (out.size() == kMaxFiles)
      return fail(ErrorCode::kLimitExceeded, "too many files; name the one to play");
    out.push_back(
        {.path = fs::relative(at->path(), result, ignored).generic_string(), .size = at->file_size(ignored)});
  }
  if (error) return fail(ErrorCode::kIo, "cannot read {}: {}", result.string(), error.message());
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return out;
}

}  // namespace covey::daemon
