#include "identity/private_files.hpp"

#include <algorithm>
#include <array>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace covey::identity {
namespace {

namespace fs = std::filesystem;

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  [[nodiscard]] int get() const { return value_; }
  [[nodiscard]] int release() { return std::exchange(value_, -1); }

 private:
  int value_;
};

/// A file that is gone again unless it reached its final name.
class UnfinishedFile {
 public:
  explicit UnfinishedFile(fs::path path) : path_(std::move(path)) {}
  UnfinishedFile(const UnfinishedFile&) = delete;
  UnfinishedFile& operator=(const UnfinishedFile&) = delete;
  ~UnfinishedFile() { ::unlink(path_.c_str()); }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

Result<> check_owner(const struct stat& status, const fs::path& path) {
  if (status.st_uid == ::geteuid()) return {};
  return fail(ErrorCode::kPermissionDenied,
              "{} belongs to another user; set COVEY_HOME to a folder of your own", path.string());
}

Result<> write_all(int descriptor, ByteView content, const fs::path& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail_errno(errno, fmt::format("cannot write {}", path.string()));
    content = content.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Result<> sync(int descriptor, const fs::path& path) {
  if (::fsync(descriptor) == 0) return {};
  return fail_errno(errno, fmt::format("cannot bring {} onto the disk", path.string()));
}

Result<> sync_folder(const fs::path& folder) {
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.get() < 0) return fail_errno(errno, fmt::format("cannot open {}", folder.string()));
  return sync(descriptor.get(), folder);
}

Result<> give_name(const fs::path& from, const fs::path& to, Existing existing) {
  const unsigned flags = existing == Existing::kRefuse ? RENAME_NOREPLACE : 0;
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) == 0) return {};
  // File systems without that flag still make a second name only where none is.
  if (errno == EINVAL && existing == Existing::kRefuse && ::link(from.c_str(), to.c_str()) == 0) return {};
  return fail_errno(errno, fmt::format("cannot create {}", to.string()));
}

}  // namespace

Result<> make_private_folder(const fs::path& folder) {
  std::error_code error;
  if (folder.has_parent_path()) fs::create_directories(folder.parent_path(), error);
  if (error) return fail_errno(error.value(), fmt::format("cannot create {}", folder.parent_path().string()));
  if (::mkdir(folder.c_str(), 0700) == 0) {
    return sync_folder(folder.has_parent_path() ? folder.parent_path() : fs::path("."));
  }
  if (errno != EEXIST) return fail_errno(errno, fmt::format("cannot create {}", folder.string()));
  return check_private_folder(folder);
}

Result<> check_private_folder(const fs::path& folder) {
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0)
    return fail_errno(errno, fmt::format("cannot use {}", folder.string()));
  if (!S_ISDIR(status.st_mode)) {
    return fail(ErrorCode::kInvalidArgument, "{} is not a folder; set COVEY_HOME to one", folder.string());
  }
  TRY_VOID(check_owner(status, folder));
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) == 0) return {};
  return fail(ErrorCode::kPermissionDenied,
              "others may write into {}, so the keys there are not safe; mend it with: chmod 700 '{}'",
              folder.string(), folder.string());
}

Result<crypto::SecretBytes> read_private_file(const fs::path& file, std::size_t limit) {
  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (descriptor.get() < 0) return fail_errno(errno, fmt::format("cannot open {}", file.string()));
  struct stat status {};
  if (::fstat(descriptor.get(), &status) != 0) {
    return fail_errno(errno, fmt::format("cannot read {}", file.string()));
  }
  if (!S_ISREG(status.st_mode)) return fail(ErrorCode::kCorrupt, "{} is not a plain file", file.string());
  TRY_VOID(check_owner(status, file));
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return fail(ErrorCode::kPermissionDenied,
                "others may open {}, which holds secrets; mend it with: chmod 600 '{}'", file.string(),
                file.string());
  }
  if (status.st_size < 0 || static_cast<std::uint64_t>(status.st_size) > limit) {
    return fail(ErrorCode::kLimitExceeded, "{} has {} bytes, above its limit of {}", file.string(),
                status.st_size, limit);
  }
  crypto::SecretBytes out(static_cast<std::size_t>(status.st_size));
  MutableBytes rest = out.mutable_view();
  while (!rest.empty()) {
    const ssize_t got = ::read(descriptor.get(), rest.data(), rest.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno(errno, fmt::format("cannot read {}", file.string()));
    if (got == 0) return fail(ErrorCode::kCorrupt, "{} became shorter while it was read", file.string());
    rest = rest.subspan(static_cast<std::size_t>(got));
  }
  return out;
}

Result<> write_private_file(const fs::path& file, ByteView content, Existing existing) {
  const UnfinishedFile unfinished(fmt::format("{}.{}.new", file.string(), ::getpid()));
  ::unlink(unfinished.path().c_str());  // left by a crashed process of the same number
  const Descriptor descriptor(
      ::open(unfinished.path().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (descriptor.get() < 0) return fail_errno(errno, fmt::format("cannot create {}", file.string()));
  TRY_VOID(write_all(descriptor.get(), content, file));
  TRY_VOID(sync(descriptor.get(), file));
  TRY_VOID(give_name(unfinished.path(), file, existing));
  return sync_folder(file.parent_path());
}

Result<FolderLock> FolderLock::acquire(const fs::path& folder) {
  const fs::path file = folder / "lock";
  Descriptor descriptor(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (descriptor.get() < 0) return fail_errno(errno, fmt::format("cannot open {}", file.string()));
  if (::flock(descriptor.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return fail_errno(errno, fmt::format("cannot lock {}", file.string()));
    std::array<char, 24> holder{};
    const ssize_t got = ::pread(descriptor.get(), holder.data(), holder.size(), 0);
    long process = 0;
    std::from_chars(holder.data(), holder.data() + std::max<ssize_t>(got, 0), process);
    return fail(ErrorCode::kAlreadyExists, "{} is in use by {}; stop it first, or use another home",
                folder.string(),
                process > 0 ? fmt::format("process {}", process) : std::string("another process"));
  }
  const std::string self = fmt::format("{}\n", ::getpid());
  if (::ftruncate(descriptor.get(), 0) != 0) {
    return fail_errno(errno, fmt::format("cannot write {}", file.string()));
  }
  TRY_VOID(write_all(descriptor.get(), as_bytes(self), file));
  return FolderLock(descriptor.release());
}

FolderLock::FolderLock(FolderLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FolderLock& FolderLock::operator=(FolderLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace covey::identity
