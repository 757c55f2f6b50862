#include "daemon/tree_copy.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "content/file_descriptor.hpp"

namespace covey::daemon {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCopyBytes = std::size_t{1} << 20;

std::unexpected<Error> failed(std::string_view doing, const fs::path& path) {
  return fail_errno(errno, fmt::format("cannot {} {}", doing, path.string()));
}

std::int64_t nanoseconds(const timespec& time) {
  return time.tv_sec * std::int64_t{1'000'000'000} + time.tv_nsec;
}

bool is_same(const struct stat& a, const struct stat& b) {
  return a.st_size == b.st_size && nanoseconds(a.st_mtim) == nanoseconds(b.st_mtim);
}

Result<struct stat> status_of(const fs::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return failed("look at", path);
  return status;
}

/// What all of one copy goes by.
struct Copying {
  content::DiskCalls& disk;
  const std::atomic<bool>& stop;
};

/// The bytes of [begin, end), which hold data.
Result<> copy_span(int from, int to, off_t begin, off_t end, const fs::path& path, const Copying& copying) {
  Bytes buffer(kCopyBytes);
  while (begin < end) {
    if (copying.stop) return fail(ErrorCode::kCancelled, "stopped; everything is where it was");
    const auto wanted = std::min<std::size_t>(buffer.size(), static_cast<std::size_t>(end - begin));
    const ssize_t got = ::pread(from, buffer.data(), wanted, begin);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("read", path);
    if (got == 0) return fail(ErrorCode::kSourceChanged, "{} became shorter meanwhile", path.string());
    if (copying.disk.write_at(to, ByteView(buffer).first(static_cast<std::size_t>(got)),
                              static_cast<std::uint64_t>(begin)) != 0)
      return failed("write the copy of", path);
    begin += got;
  }
  return {};
}

/// Holes stay holes: a partial download of a large file is mostly one.
Result<> copy_bytes(int from, int to, off_t size, const fs::path& path, const Copying& copying) {
  if (copying.disk.resize(to, static_cast<std::uint64_t>(size)) != 0) return failed("make the copy of", path);
  off_t at = 0;
  while (at < size) {
    off_t begin = ::lseek(from, at, SEEK_DATA);
    if (begin < 0 && errno == ENXIO) break;
    if (begin < 0) begin = at;  // a file system that does not tell
    off_t end = ::lseek(from, begin, SEEK_HOLE);
    if (end <= begin) end = size;
    end = std::min(end, size);
    TRY_VOID(copy_span(from, to, begin, end, path, copying));
    at = end;
  }
  return {};
}

Result<> copy_file(const fs::path& from, const fs::path& to, const Copying& copying) {
  const content::FileDescriptor source(::open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!source) return failed("open", from);
  struct stat before {};
  struct stat after {};
  if (::fstat(source.get(), &before) != 0) return failed("look at", from);
  const content::FileDescriptor copy(
      ::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, before.st_mode & 0777));
  if (!copy) return failed("make", to);
  TRY_VOID(copy_bytes(source.get(), copy.get(), before.st_size, from, copying));
  if (::fstat(source.get(), &after) != 0) return failed("look at", from);
  if (!is_same(before, after)) return fail(ErrorCode::kSourceChanged, "{} changed meanwhile", from.string());
  ::fchmod(copy.get(), before.st_mode & 0777);
  if (copying.disk.set_mtime(copy.get(), nanoseconds(before.st_mtim)) != 0 ||
      copying.disk.sync_file(copy.get()) != 0)
    return failed("finish", to);
  return {};
}

Result<> finish_folder(const fs::path& from, const fs::path& to, content::DiskCalls& disk) {
  TRY(const auto status, status_of(from));
  const content::FileDescriptor folder(::open(to.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return failed("open", to);
  ::fchmod(folder.get(), status.st_mode & 0777);
  if (disk.set_mtime(folder.get(), nanoseconds(status.st_mtim)) != 0 || disk.sync_folder(folder.get()) != 0)
    return failed("finish", to);
  return {};
}

}  // namespace

Result<> copy_tree(const fs::path& from, const fs::path& to, content::DiskCalls& disk,
                   const std::atomic<bool>& stop) {
  const Copying copying{disk, stop};
  TRY(const auto top, status_of(from));
  if (S_ISREG(top.st_mode)) return copy_file(from, to, copying);
  std::vector<fs::path> folders{{}};
  if (disk.make_folder(AT_FDCWD, to.c_str(), 0700) != 0) return failed("make", to);
  std::error_code error;
  auto at = fs::recursive_directory_iterator(from, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    const fs::path below = at->path().lexically_relative(from);
    TRY(const auto status, status_of(at->path()));
    if (S_ISDIR(status.st_mode)) {
      if (disk.make_folder(AT_FDCWD, (to / below).c_str(), 0700) != 0) return failed("make", to / below);
      folders.push_back(below);
    } else if (S_ISREG(status.st_mode)) {
      TRY_VOID(copy_file(at->path(), to / below, copying));
    } else {
      return fail(ErrorCode::kInvalidArgument,
                  "{} is neither a file nor a folder; take it away, or move the download yourself",
                  at->path().string());
    }
  }
  if (error) return fail_errno(error.value(), fmt::format("cannot read {}", from.string()));
  // From the inside outwards: making entries changes the times of folders.
  for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder) {
    const bool is_top = folder->empty();
    TRY_VOID(finish_folder(is_top ? from : from / *folder, is_top ? to : to / *folder, disk));
  }
  return {};
}

Result<> remove_copied(const fs::path& from, const fs::path& copy) {
  const auto remove_file = [](const fs::path& original, const fs::path& copied) -> Result<> {
    struct stat here {};
    struct stat there {};
    if (::lstat(original.c_str(), &here) != 0 || ::lstat(copied.c_str(), &there) != 0) return {};
    if (!S_ISREG(here.st_mode) || !is_same(here, there)) return {};
    if (::unlink(original.c_str()) != 0 && errno != ENOENT) return failed("remove", original);
    return {};
  };
  std::error_code error;
  if (!fs::is_directory(copy, error)) return remove_file(from, copy);
  std::vector<fs::path> folders{from};
  auto at = fs::recursive_directory_iterator(copy, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    const fs::path original = from / at->path().lexically_relative(copy);
    if (at->is_directory(error)) {
      folders.push_back(original);
    } else {
      TRY_VOID(remove_file(original, at->path()));
    }
  }
  if (error) return fail_errno(error.value(), fmt::format("cannot read {}", copy.string()));
  for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder) {
    (void)::rmdir(folder->c_str());  // what holds something else stays
  }
  return {};
}

}  // namespace covey::daemon
