#include "daemon/folder_listing.hpp"

#include <algorithm>

#include <sys/stat.h>

namespace covey::daemon {
namespace {

namespace fs = std::filesystem;

/// Larger folders are not read to their end; which of their names are told is the file system's choice then.
constexpr std::size_t kMaxRead = 50'000;

api::FolderEntryView entry_of(const fs::directory_entry& entry) {
  api::FolderEntryView out;
  out.name = entry.path().filename().string();
  struct stat status {};
  if (::stat(entry.path().c_str(), &status) != 0) return out;
  if (S_ISDIR(status.st_mode)) out.kind = api::EntryKind::kFolder;
  if (S_ISREG(status.st_mode)) out.kind = api::EntryKind::kFile;
  if (out.kind == api::EntryKind::kFile) out.bytes = static_cast<std::uint64_t>(status.st_size);
  out.changed_at =
      static_cast<api::UnixMs>(status.st_mtim.tv_sec) * 1000 + status.st_mtim.tv_nsec / 1'000'000;
  return out;
}

bool before(const api::FolderEntryView& a, const api::FolderEntryView& b) {
  const bool a_folder = a.kind == api::EntryKind::kFolder;
  const bool b_folder = b.kind == api::EntryKind::kFolder;
  return a_folder != b_folder ? a_folder : a.name < b.name;
}

}  // namespace

Result<api::FolderView> list_folder(const fs::path& path, api::HiddenFiles hidden) {
  if (!path.is_absolute() || path.native().find('\0') != std::string::npos)
    return fail(ErrorCode::kInvalidArgument, "the path of a folder is absolute");
  const fs::path plain = path.lexically_normal();
  std::error_code error;
  fs::directory_iterator entries(plain, error);
  if (error) return fail_errno(error.value(), fmt::format("cannot look into {}", plain.string()));
  api::FolderView out;
  out.path =
      plain.has_filename() || plain == plain.root_path() ? plain.string() : plain.parent_path().string();
  const fs::path shown(out.path);
  if (shown != shown.root_path()) out.parent = shown.parent_path().string();
  for (std::size_t read = 0; entries != fs::directory_iterator() && !error; entries.increment(error)) {
    const std::string name = entries->path().filename().string();
    if (hidden == api::HiddenFiles::kLeftOut && name.starts_with('.')) continue;
    if (++read > kMaxRead) {
      out.more = true;
      break;
    }
    out.entries.push_back(entry_of(*entries));
  }
  if (error) return fail_errno(error.value(), fmt::format("cannot look into {}", plain.string()));
  std::ranges::sort(out.entries, before);
  if (out.entries.size() > kMaxFolderEntries) {
    out.entries.resize(kMaxFolderEntries);
    out.more = true;
  }
  return out;
}

}  // namespace covey::daemon
