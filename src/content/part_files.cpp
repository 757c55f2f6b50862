#include "content/part_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

namespace covey::content {
namespace {

constexpr mode_t kFileMode = 0644;  // the process's umask narrows these
constexpr mode_t kProgramMode = 0755;
constexpr mode_t kFolderMode = 0755;

/// Errors by which the kernel tells that something on the way is a link, or leads out of the folder.
bool leads_elsewhere(int error) {
  return error == ELOOP || error == ENOTDIR || error == EXDEV;
}

}  // namespace

SharedDescriptor OpenDescriptors::find(std::uint32_t key) {
  for (Slot& slot : slots_) {
    if (!slot.descriptor || slot.key != key) continue;
    slot.used = ++now_;
    return slot.descriptor;
  }
  return nullptr;
}

void OpenDescriptors::keep(std::uint32_t key, SharedDescriptor descriptor) {
  const auto oldest = std::min_element(slots_.begin(), slots_.end(),
                                       [](const Slot& a, const Slot& b) { return a.used < b.used; });
  *oldest = {std::move(descriptor), ++now_, key};
}

void OpenDescriptors::drop(std::uint32_t key) {
  for (Slot& slot : slots_)
    if (slot.descriptor && slot.key == key) slot = {};
}

void OpenDescriptors::clear() {
  slots_ = {};
}

std::unexpected<Error> fail_write(int error, const std::filesystem::path& path) {
  if (error == ENOSPC || error == EDQUOT)
    return fail(
        ErrorCode::kDiskFull,
        "no space left to write {}; free some, then start the same transfer again: it goes on from here",
        path.string());
  if (leads_elsewhere(error))
    return fail(
        ErrorCode::kPermissionDenied,
        "{} is a link or leads elsewhere, which Covey did not make; remove it and resume the transfer",
        path.string());
  return fail_errno(error, fmt::format("cannot write {}", path.string()));
}

Result<std::unique_ptr<PartFiles>> PartFiles::open(DiskCalls& disk, int part, std::filesystem::path path,
                                                   Layout layout, const Manifest& manifest) {
  const char* top_name = layout == Layout::kTree ? "data" : ".";
  if (layout == Layout::kTree && disk.make_folder(part, "data", kFolderMode) != 0 && errno != EEXIST)
    return fail_write(errno, path / "data");
  FileDescriptor top(disk.open_beneath(part, top_name, O_RDONLY | O_DIRECTORY, 0));
  if (!top) return fail_write(errno, path / top_name);
  return std::unique_ptr<PartFiles>(new PartFiles(disk, std::move(top), std::move(path), layout, manifest));
}

PartFiles::PartFiles(DiskCalls& disk, FileDescriptor top, std::filesystem::path path, Layout layout,
                     const Manifest& manifest)
    : disk_(disk),
      path_(std::move(path)),
      layout_(layout),
      manifest_(manifest),
      top_(std::make_shared<const FileDescriptor>(std::move(top))) {}

std::uint32_t PartFiles::folder_key(FileIndex entry) const {
  const auto parent = manifest_.entry(entry).parent;
  return parent ? parent->value() : kTop;
}

std::string PartFiles::name_of(FileIndex entry) const {
  return layout_ == Layout::kSingleFile ? single_name_ : std::string(manifest_.entry(entry).name);
}

std::filesystem::path PartFiles::path_of(FileIndex entry) const {
  if (layout_ == Layout::kSingleFile) return path_ / single_name_;
  return (moved_ ? path_ : path_ / "data") / manifest_.path(entry);
}

Result<SharedDescriptor> PartFiles::folder(std::uint32_t key) {
  if (key == kTop) return top_;
  const std::scoped_lock lock(mutex_);
  return folder_locked(key);
}

Result<SharedDescriptor> PartFiles::folder_locked(std::uint32_t key) {
  // Upwards until a folder is open already, then down again, making what is missing.
  std::vector<std::uint32_t> missing;
  SharedDescriptor found;
  for (std::uint32_t at = key; !found; at = folder_key(FileIndex(at))) {
    found = at == kTop ? top_ : folders_.find(at);
    if (!found) missing.push_back(at);
    if (at == kTop) break;
  }
  while (!missing.empty()) {
    TRY(found, make_folder_locked(missing.back(), found));
    missing.pop_back();
  }
  return found;
}

Result<SharedDescriptor> PartFiles::make_folder_locked(std::uint32_t key, const SharedDescriptor& parent) {
  const FileIndex entry(key);
  const std::string name = name_of(entry);
  int fd = disk_.open_beneath(parent->get(), name.c_str(), O_RDONLY | O_DIRECTORY, 0);
  if (fd < 0 && errno == ENOENT && !moved_) {
    if (disk_.make_folder(parent->get(), name.c_str(), kFolderMode) != 0 && errno != EEXIST)
      return fail_write(errno, path_of(entry));
    touched_.folders.insert(folder_key(entry));
    fd = disk_.open_beneath(parent->get(), name.c_str(), O_RDONLY | O_DIRECTORY, 0);
  }
  if (fd < 0) return fail_write(errno, path_of(entry));
  auto opened = std::make_shared<const FileDescriptor>(fd);
  folders_.keep(key, opened);
  return opened;
}

Result<FileDescriptor> PartFiles::open_file(FileIndex file, int flags) {
  TRY(const SharedDescriptor parent, folder(folder_key(file)));
  const mode_t mode = manifest_.entry(file).executable ? kProgramMode : kFileMode;
  FileDescriptor fd(disk_.open_beneath(parent->get(), name_of(file).c_str(), flags | O_NOFOLLOW, mode));
  if (!fd) return fail_write(errno, path_of(file));
  return fd;
}

std::unexpected<Error> PartFiles::vanished(FileIndex file) const {
  return fail(ErrorCode::kSourceChanged, "{} is no longer where it was downloaded to",
              path_of(file).string());
}

void PartFiles::moved(int folder, const std::filesystem::path& path) {
  const std::scoped_lock lock(mutex_);
  if (layout_ == Layout::kSingleFile) {
    top_ = std::make_shared<const FileDescriptor>(::fcntl(folder, F_DUPFD_CLOEXEC, 0));
    single_name_ = path.filename().string();
    path_ = path.parent_path();
  } else {
    path_ = path;
  }
  files_.clear();
  folders_.clear();
  moved_ = true;
}

Result<> PartFiles::expect_unchanged(FileIndex file, int opened) const {
  struct stat status {};
  if (::fstat(opened, &status) != 0)
    return fail_errno(errno, fmt::format("cannot read {}", path_of(file).string()));
  const ManifestEntryView entry = manifest_.entry(file);
  const std::int64_t mtime_ns = status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec;
  if (static_cast<std::uint64_t>(status.st_size) == entry.size && mtime_ns == entry.mtime_ns) return {};
  return fail(ErrorCode::kSourceChanged, "{} has changed since it was downloaded", path_of(file).string());
}

/// A file of several pieces, open for reading and writing and as large as it will be.
Result<SharedDescriptor> PartFiles::large_file(FileIndex file) {
  const std::scoped_lock lock(mutex_);
  if (SharedDescriptor open = files_.find(file.value())) return open;
  const std::uint32_t key = folder_key(file);
  TRY(const SharedDescriptor parent, key == kTop ? Result<SharedDescriptor>(top_) : folder_locked(key));
  const ManifestEntryView entry = manifest_.entry(file);
  FileDescriptor fd(disk_.open_beneath(parent->get(), name_of(file).c_str(), O_RDWR | O_CREAT | O_NOFOLLOW,
                                       entry.executable ? kProgramMode : kFileMode));
  if (!fd) return fail_write(errno, path_of(file));
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return fail_write(errno, path_of(file));
  if (static_cast<std::uint64_t>(status.st_size) != entry.size && disk_.resize(fd.get(), entry.size) != 0)
    return fail_write(errno, path_of(file));
  touched_.folders.insert(key);
  auto opened = std::make_shared<const FileDescriptor>(std::move(fd));
  files_.keep(file.value(), opened);
  return opened;
}

Result<> PartFiles::make_small(FileIndex file, ByteView bytes, std::uint64_t size) {
  TRY(const FileDescriptor fd, open_file(file, O_WRONLY | O_CREAT | O_TRUNC));
  if (!bytes.empty() && disk_.write_at(fd.get(), bytes, 0) != 0) return fail_write(errno, path_of(file));
  if (bytes.size() < size && disk_.resize(fd.get(), size) != 0) return fail_write(errno, path_of(file));
  if (disk_.set_mtime(fd.get(), manifest_.entry(file).mtime_ns) != 0) return fail_write(errno, path_of(file));
  touch(file, true);
  return {};
}

Result<> PartFiles::write(const PieceRef& ref, ByteView bytes) {
  const PieceGeometry geometry = manifest_.geometry(ref.file);
  if (geometry.one_piece()) return make_small(ref.file, bytes, geometry.size());
  TRY(const SharedDescriptor fd, large_file(ref.file));
  if (disk_.write_at(fd->get(), bytes, geometry.offset(ref.piece)) != 0)
    return fail_write(errno, path_of(ref.file));
  touch(ref.file, false);
  return {};
}

Result<> PartFiles::leave_hole(const PieceRef& ref) {
  const PieceGeometry geometry = manifest_.geometry(ref.file);
  if (geometry.one_piece()) return make_small(ref.file, {}, geometry.size());
  TRY_VOID(large_file(ref.file));
  touch(ref.file, false);
  return {};
}

Result<> PartFiles::read(const PieceRef& ref, MutableBytes out) {
  const PieceGeometry geometry = manifest_.geometry(ref.file);
  FileDescriptor small;
  SharedDescriptor large;
  // What belongs to the user by now is not kept open: its room is free as soon as it is removed.
  if (geometry.one_piece() || moved_) {
    auto opened = open_file(ref.file, O_RDONLY);
    if (!opened) return moved_ ? vanished(ref.file) : std::unexpected(std::move(opened).error());
    small = std::move(*opened);
  } else {
    TRY(large, large_file(ref.file));
  }
  const int fd = large ? large->get() : small.get();
  if (moved_) TRY_VOID(expect_unchanged(ref.file, fd));
  std::uint64_t offset = geometry.offset(ref.piece);
  while (!out.empty()) {
    const ssize_t n = ::pread(fd, out.data(), out.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno(errno, fmt::format("cannot read {}", path_of(ref.file).string()));
    if (n == 0) return fail(ErrorCode::kCorrupt, "{} has become shorter", path_of(ref.file).string());
    out = out.subspan(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
  // Again: what was written meanwhile is not what was read before.
  return moved_ ? expect_unchanged(ref.file, fd) : Result<>{};
}

bool PartFiles::in_place(FileIndex file) const {
  const std::string path = layout_ == Layout::kSingleFile ? "data" : std::string(manifest_.path(file));
  struct stat status {};
  return ::fstatat(top_->get(), path.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode) &&
         static_cast<std::uint64_t>(status.st_size) == manifest_.entry(file).size;
}

Result<> PartFiles::make(FileIndex entry) {
  if (manifest_.is_file(entry)) return make_small(entry, {}, 0);
  TRY_VOID(folder(entry.value()));
  return {};
}

void PartFiles::remove(FileIndex entry) {
  const auto parent = folder(folder_key(entry));
  if (!parent) return;
  ::unlinkat((*parent)->get(), name_of(entry).c_str(), manifest_.is_file(entry) ? 0 : AT_REMOVEDIR);
  const std::scoped_lock lock(mutex_);
  touched_.folders.insert(folder_key(entry));
  touched_.files.erase(entry.value());
  touched_.folders.erase(entry.value());
  (manifest_.is_file(entry) ? files_ : folders_).drop(entry.value());
}

/// The folder that was written into must be the one that stands under the name, or the result would not hold
/// it.
Result<> PartFiles::check_in_place(FileIndex entry, const FileDescriptor& opened) {
  TRY(const SharedDescriptor parent, folder(folder_key(entry)));
  struct stat mine {};
  struct stat named {};
  if (::fstat(opened.get(), &mine) != 0) return fail_write(errno, path_of(entry));
  if (::fstatat(parent->get(), name_of(entry).c_str(), &named, AT_SYMLINK_NOFOLLOW) != 0 ||
      mine.st_ino != named.st_ino || mine.st_dev != named.st_dev) {
    return fail(ErrorCode::kIo,
                "{} was moved or replaced while it was downloaded; put it back, or start again without the "
                "partial download",
                path_of(entry).string());
  }
  return {};
}

Result<> PartFiles::set_mtime(FileIndex entry) {
  SharedDescriptor fd;
  if (manifest_.is_file(entry)) {
    TRY(fd, large_file(entry));
  } else {
    TRY(fd, folder(entry.value()));
    TRY_VOID(check_in_place(entry, *fd));
  }
  if (disk_.set_mtime(fd->get(), manifest_.entry(entry).mtime_ns) != 0)
    return fail_write(errno, path_of(entry));
  return {};
}

void PartFiles::touch(FileIndex file, bool created) {
  const std::scoped_lock lock(mutex_);
  if (touched_.too_many) return;
  touched_.files.insert(file.value());
  if (created) touched_.folders.insert(folder_key(file));
  if (touched_.files.size() + touched_.folders.size() <= kMaxTouched) return;
  touched_ = {.files = {}, .folders = {}, .too_many = true};
}

PartFiles::Touched PartFiles::take_touched() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(touched_, {});
}

void PartFiles::touch_again(const Touched& touched) {
  const std::scoped_lock lock(mutex_);
  touched_.too_many = touched_.too_many || touched.too_many;
  touched_.files.insert(touched.files.begin(), touched.files.end());
  touched_.folders.insert(touched.folders.begin(), touched.folders.end());
}

Result<> PartFiles::sync(const Touched& touched) {
  if (touched.empty()) return {};
  if (touched.too_many || touched.files.size() + touched.folders.size() > kMaxTouched) {
    if (disk_.sync_filesystem(top_->get()) != 0) return fail_write(errno, path_);
    return {};
  }
  for (const std::uint32_t key : touched.files) {
    TRY(const FileDescriptor fd, open_file(FileIndex(key), O_RDONLY));
    if (disk_.sync_file(fd.get()) != 0) return fail_write(errno, path_of(FileIndex(key)));
  }
  for (const std::uint32_t key : touched.folders) {
    TRY(const SharedDescriptor fd, folder(key));
    if (disk_.sync_folder(fd->get()) != 0) return fail_write(errno, path_);
  }
  return {};
}

}  // namespace covey::content
