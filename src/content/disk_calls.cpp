#include "content/disk_calls.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "content/tree.hpp"

namespace covey::content {
namespace {

/// Repeats a call that a signal interrupts.
template <typename Call>
auto uninterrupted(Call call) {
  decltype(call()) result;
  do result = call();
  while (result < 0 && errno == EINTR);
  return result;
}

bool flags_unknown(int error) {
  return error == EINVAL || error == ENOSYS;
}

/// For file systems without RENAME_NOREPLACE: a link never replaces a file, a folder is looked at first.
int rename_new_by_link(int from_folder, const char* from, int to_folder, const char* to) {
  struct stat status {};
  if (::fstatat(from_folder, from, &status, AT_SYMLINK_NOFOLLOW) != 0) return -1;
  if (!S_ISDIR(status.st_mode)) {
    if (::linkat(from_folder, from, to_folder, to, 0) != 0) return -1;
    return ::unlinkat(from_folder, from, 0);
  }
  if (::fstatat(to_folder, to, &status, AT_SYMLINK_NOFOLLOW) == 0) {
    errno = EEXIST;
    return -1;
  }
  return ::renameat(from_folder, from, to_folder, to);
}

}  // namespace

int DiskCalls::open_beneath(int folder, const char* path, int flags, mode_t mode) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(static_cast<unsigned>(flags | O_CLOEXEC));
  how.mode = (flags & O_CREAT) != 0 ? mode : 0;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  // EAGAIN: a rename elsewhere made the kernel unsure that the path stayed below; it says to try again.
  long fd = -1;
  for (int attempt = 0; attempt < 100; ++attempt) {
    fd = ::syscall(SYS_openat2, folder, path, &how, sizeof how);
    if (fd >= 0 || (errno != EAGAIN && errno != EINTR)) break;
  }
  return static_cast<int>(fd);
}

int DiskCalls::make_folder(int folder, const char* name, mode_t mode) {
  return ::mkdirat(folder, name, mode);
}

int DiskCalls::write_at(int file, ByteView bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t n =
        uninterrupted([&] { return ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset)); });
    if (n < 0) return -1;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
  return 0;
}

int DiskCalls::append(int file, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t n = uninterrupted([&] { return ::write(file, bytes.data(), bytes.size()); });
    if (n < 0) return -1;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return 0;
}

int DiskCalls::resize(int file, std::uint64_t size) {
  return uninterrupted([&] { return ::ftruncate(file, static_cast<off_t>(size)); });
}

int DiskCalls::set_mtime(int file, std::int64_t mtime_ns) {
  std::int64_t seconds = mtime_ns / 1'000'000'000;
  std::int64_t rest = mtime_ns % 1'000'000'000;
  if (rest < 0) {
    rest += 1'000'000'000;
    --seconds;
  }
  const timespec times[2] = {{.tv_sec = 0, .tv_nsec = UTIME_OMIT}, {.tv_sec = seconds, .tv_nsec = rest}};
  return ::futimens(file, times);
}

int DiskCalls::sync_file(int file) {
  return uninterrupted([&] { return ::fdatasync(file); });
}

int DiskCalls::sync_filesystem(int file) {
  return uninterrupted([&] { return ::syncfs(file); });
}

int DiskCalls::sync_folder(int folder) {
  return uninterrupted([&] { return ::fsync(folder); });
}

int DiskCalls::rename_new(int from_folder, const char* from, int to_folder, const char* to) {
  if (::renameat2(from_folder, from, to_folder, to, RENAME_NOREPLACE) == 0) return 0;
  return flags_unknown(errno) ? rename_new_by_link(from_folder, from, to_folder, to) : -1;
}

int DiskCalls::rename_over(int folder, const char* from, const char* to) {
  return ::renameat(folder, from, folder, to);
}

int DiskCalls::remove_file(int folder, const char* name) {
  return ::unlinkat(folder, name, 0);
}

int DiskCalls::exchange(int from_folder, const char* from, int to_folder, const char* to) {
  return ::renameat2(from_folder, from, to_folder, to, RENAME_EXCHANGE);
}

BootId DiskCalls::boot_id() {
  char text[64] = {};
  const int fd = ::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  const ssize_t n = uninterrupted([&] { return ::read(fd, text, sizeof text); });
  ::close(fd);
  if (n <= 0) return {};
  const ContentId hash = hash_whole(as_bytes(std::string_view(text, static_cast<std::size_t>(n))));
  return BootId::from(hash.view().first(BootId::kSize));
}

DiskCalls& DiskCalls::real() {
  static DiskCalls calls;
  return calls;
}

}  // namespace covey::content
