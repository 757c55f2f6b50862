#include "content/folder_scan.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <system_error>

#include <fmt/format.h>

#include "base/quantity.hpp"
#include "content/disk_calls.hpp"

namespace covey::content {
namespace {

constexpr std::size_t kNone = SIZE_MAX;

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

std::int64_t to_ns(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

const char* kind_refusal(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG:
    case S_IFDIR:
      return nullptr;
    case S_IFLNK:
      return "a symbolic link";
    case S_IFSOCK:
      return "a socket";
    case S_IFIFO:
      return "a named pipe";
    default:
      return "a device";
  }
}

class Scan {
 public:
  explicit Scan(const SourceFolder& folder) : folder_(folder) {}

  Result<FolderScan> run() {
    TRY_VOID(list_folder(""));
    while (!pending_.empty()) {
      const std::string path = std::move(pending_.back());
      pending_.pop_back();
      TRY_VOID(list_folder(path));
    }
    std::sort(out_.entries.begin(), out_.entries.end(),
              [](const ScannedEntry& a, const ScannedEntry& b) { return a.path < b.path; });
    drop_twins();
    count();
    return std::move(out_);
  }

 private:
  Result<> list_folder(const std::string& path);
  Result<> take(int folder, const std::string& path, const char* name);
  void drop_twins();
  void count();
  void notice(std::string_view path, std::string_view reason) {
    out_.notices.push_back(fmt::format("skipped {}: {}", printable_path(path), reason));
  }

  const SourceFolder& folder_;
  std::vector<std::string> pending_;
  FolderScan out_;
};

Result<> Scan::list_folder(const std::string& path) {
  const int fd = DiskCalls::real().open_beneath(folder_.descriptor(), path.empty() ? "." : path.c_str(),
                                                O_RDONLY | O_DIRECTORY, 0);
  const std::unique_ptr<DIR, CloseFolder> listing(fd < 0 ? nullptr : ::fdopendir(fd));
  if (!listing) {
    const int error = errno;
    if (path.empty()) return fail_errno(error, fmt::format("cannot list {}", folder_.path().string()));
    notice(path, std::generic_category().message(error));
    return {};
  }
  errno = 0;
  while (const dirent* entry = ::readdir(listing.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") TRY_VOID(take(fd, path, entry->d_name));
    errno = 0;
  }
  if (errno != 0) return fail_errno(errno, fmt::format("cannot list {}", (folder_.path() / path).string()));
  return {};
}

Result<> Scan::take(int folder, const std::string& path, const char* name) {
  std::string full = path.empty() ? std::string(name) : path + '/' + name;
  struct stat status {};
  if (::fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
    notice(full, std::generic_category().message(errno));
    return {};
  }
  if (const char* reason = kind_refusal(status.st_mode)) {
    notice(full, reason);
    return {};
  }
  auto safe = RelativePath::parse(full);
  if (!safe) {
    notice(full, fmt::format("{}; rename it to share it", safe.error().context));
    return {};
  }
  if (out_.entries.size() >= kMaxManifestEntries)
    return fail(ErrorCode::kLimitExceeded, "{} holds more than {} files and folders; share parts of it",
                folder_.path().string(), kMaxManifestEntries);
  const bool is_folder = S_ISDIR(status.st_mode);
  const auto size = is_folder ? 0 : static_cast<std::uint64_t>(status.st_size);
  if (size > kMaxFileSize) {
    notice(full, fmt::format("it is above the limit of {}", human_bytes(kMaxFileSize)));
    return {};
  }
  out_.entries.push_back(
      {std::move(*safe), is_folder ? EntryKind::kDirectory : EntryKind::kFile,
       !is_folder && (status.st_mode & S_IXUSR) != 0,
       FileStamp{status.st_dev, status.st_ino, size, to_ns(status.st_mtim), to_ns(status.st_ctim)}});
  if (is_folder) pending_.push_back(std::move(full));
  return {};
}

/// Of names that some systems take for one, the first is kept; what a folder holds goes with it.
void Scan::drop_twins() {
  auto& entries = out_.entries;
  const auto path_at = [&](std::size_t i) { return std::string_view(entries[i].path.text()); };
  const std::vector<Twins> twins = find_twins(entries.size(), path_at);
  if (twins.empty()) return;
  std::vector<std::size_t> first_of(entries.size(), kNone);
  for (const Twins& pair : twins) first_of[pair.second] = pair.first;
  std::vector<bool> keep(entries.size());
  std::string dropped;  // the folder being left out, with its slash
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!dropped.empty() && path_at(i).starts_with(dropped)) continue;
    keep[i] = first_of[i] == kNone;
    if (keep[i]) continue;
    notice(path_at(i), fmt::format("some systems take it for '{}'; rename one of them to share both",
                                   printable_path(path_at(first_of[i]))));
    dropped = entries[i].path.text() + '/';
  }
  std::size_t left = 0;
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (keep[i] && left++ != i) entries[left - 1] = std::move(entries[i]);
  entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(left), entries.end());
}

void Scan::count() {
  for (const ScannedEntry& entry : out_.entries) {
    if (entry.kind != EntryKind::kFile) continue;
    ++out_.file_count;
    out_.total_size += entry.stamp.size;
  }
}

}  // namespace

Result<FolderScan> scan_folder(const SourceFolder& folder) {
  return Scan(folder).run();
}

}  // namespace covey::content
