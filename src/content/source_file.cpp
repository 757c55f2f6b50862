#include "content/source_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include <fmt/format.h>

#include "content/disk_calls.hpp"

namespace covey::content {
namespace {

constexpr int kReadFlags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK;  // no waiting on a FIFO

std::int64_t to_ns(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

FileStamp stamp_of(const struct stat& status) {
  return {status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size), to_ns(status.st_mtim),
          to_ns(status.st_ctim)};
}

}  // namespace

Result<SourceFolder> SourceFolder::open(const std::filesystem::path& path) {
  FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) {
    if (errno == ENOTDIR) return fail(ErrorCode::kInvalidArgument, "{} is not a folder", path.string());
    return fail_errno(errno, fmt::format("cannot open the folder {}", path.string()));
  }
  return SourceFolder(std::move(fd), path);
}

Result<SourceFile> SourceFile::adopt(FileDescriptor fd, std::string folder, std::string name) {
  SourceFile file;
  file.folder_ = std::move(folder);
  file.name_ = std::move(name);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0)
    return fail_errno(errno, fmt::format("cannot examine {}", file.path_text()));
  if (!S_ISREG(status.st_mode))
    return fail(ErrorCode::kInvalidArgument, "{} is not a regular file", file.path_text());
  file.stamp_ = stamp_of(status);
  file.executable_ = (status.st_mode & S_IXUSR) != 0;
  file.sparse_ = static_cast<std::uint64_t>(status.st_blocks) * 512 < file.stamp_.size;
  file.fd_ = std::move(fd);
  return file;
}

Result<SourceFile> SourceFile::open(const std::filesystem::path& path) {
  FileDescriptor fd(::open(path.c_str(), kReadFlags));
  if (!fd) {
    if (errno == ELOOP)
      return fail(ErrorCode::kInvalidArgument, "{} is a symbolic link; share what it points to",
                  path.string());
    return fail_errno(errno, fmt::format("cannot open {}", path.string()));
  }
  return adopt(std::move(fd), {}, path.string());
}

Result<SourceFile> SourceFile::open_in(const SourceFolder& folder, const RelativePath& path) {
  FileDescriptor fd(DiskCalls::real().open_beneath(folder.descriptor(), path.text().c_str(), kReadFlags, 0));
  if (!fd) {
    if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == EXDEV)
      return fail(ErrorCode::kSourceChanged, "{} is no longer there; run covey share again",
                  (folder.path() / path.text()).string());
    return fail_errno(errno, fmt::format("cannot open {}", (folder.path() / path.text()).string()));
  }
  return adopt(std::move(fd), folder.path().string(), path.text());
}

std::string SourceFile::path_text() const {
  return folder_.empty() ? name_ : (std::filesystem::path(folder_) / name_).string();
}

std::unexpected<Error> SourceFile::changed() const {
  return fail(ErrorCode::kSourceChanged, "{} has changed since it was shared; run covey share again",
              path_text());
}

Result<> SourceFile::read_at(std::uint64_t offset, MutableBytes out) const {
  while (!out.empty()) {
    const ssize_t n = ::pread(fd_.get(), out.data(), out.size(), static_cast<off_t>(offset));
    if (n < 0) {
      if (errno == EINTR) continue;
      return fail_errno(errno, fmt::format("cannot read {}", path_text()));
    }
    if (n == 0) return changed();
    out = out.subspan(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
  return {};
}

Result<> SourceFile::read_piece(const PieceGeometry& geometry, PieceIndex piece, MutableBytes out) const {
  if (!geometry.contains(piece) || out.size() != geometry.length(piece))
    return fail(ErrorCode::kInternal, "piece {} of {} read into {} bytes", piece.value(), path_text(),
                out.size());
  return read_at(geometry.offset(piece), out);
}

Result<> SourceFile::check_unchanged() const {
  return expect(stamp_);
}

Result<> SourceFile::expect(const FileStamp& shared) const {
  struct stat status {};
  if (::fstat(fd_.get(), &status) != 0)
    return fail_errno(errno, fmt::format("cannot examine {}", path_text()));
  if (stamp_of(status) != shared) return changed();
  return {};
}

bool SourceFile::piece_is_hole(const PieceGeometry& geometry, PieceIndex piece) const {
  if (!sparse_ || !geometry.contains(piece) || geometry.length(piece) == 0) return false;
  const auto begin = static_cast<off_t>(geometry.offset(piece));
  const off_t data = ::lseek(fd_.get(), begin, SEEK_DATA);
  if (data < 0) return errno == ENXIO && stamp_.size == geometry.size();  // nothing but a hole to the end
  return data >= begin + static_cast<off_t>(geometry.length(piece));
}

void SourceFile::expect_sequential_reads() const {
  ::posix_fadvise(fd_.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
}

}  // namespace covey::content
