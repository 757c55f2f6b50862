#pragma once
// SourceFile: a shared file, read where it lies; SourceFolder: the folder it was found in.
//
// Regular files only, never through a symbolic link. A FileStamp tells whether the file is still the one that
// was hashed. Reads are positional: any number of threads may read one SourceFile at once.

#include <cstdint>
#include <filesystem>
#include <string>

#include "content/file_descriptor.hpp"
#include "content/path_rules.hpp"
#include "content/tree.hpp"

namespace covey::content {

/// What changes when a file does. Times are nanoseconds since the Unix epoch.
struct FileStamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;
  bool operator==(const FileStamp&) const = default;
};

/// An open folder below which files are opened, with no way out of it.
class SourceFolder {
 public:
  /// kNotFound, kPermissionDenied, or kInvalidArgument when it is no folder. The path itself may be a link.
  static Result<SourceFolder> open(const std::filesystem::path& path);
  [[nodiscard]] int descriptor() const { return fd_.get(); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  SourceFolder(FileDescriptor fd, std::filesystem::path path) : fd_(std::move(fd)), path_(std::move(path)) {}
  FileDescriptor fd_;
  std::filesystem::path path_;
};

class SourceFile {
 public:
  /// kNotFound, kPermissionDenied; kInvalidArgument for a symbolic link or anything but a regular file.
  static Result<SourceFile> open(const std::filesystem::path& path);
  /// A file of a shared folder. A file that vanished or became something else since the scan: kSourceChanged.
  static Result<SourceFile> open_in(const SourceFolder& folder, const RelativePath& path);

  [[nodiscard]] const FileStamp& stamp() const { return stamp_; }
  [[nodiscard]] bool executable() const { return executable_; }
  [[nodiscard]] std::string path_text() const;
  [[nodiscard]] int descriptor() const { return fd_.get(); }

  /// Fills `out`, geometry.length(piece) long, from the piece's place. kSourceChanged when the file has
  /// become shorter.
  Result<> read_piece(const PieceGeometry& geometry, PieceIndex piece, MutableBytes out) const;
  /// Fills `out` from `offset`; kSourceChanged when the file ends before.
  Result<> read_at(std::uint64_t offset, MutableBytes out) const;
  /// kSourceChanged when the file is no longer what it was when it was opened.
  [[nodiscard]] Result<> check_unchanged() const;
  /// kSourceChanged when it is not the file that had this stamp, say at the time it was hashed.
  [[nodiscard]] Result<> expect(const FileStamp& shared) const;

  /// Whether the file has holes at all; only then is piece_is_hole worth its system call.
  [[nodiscard]] bool sparse() const { return sparse_; }
  /// Whether the whole piece lies in a hole, so that it is zeros and need not be read.
  [[nodiscard]] bool piece_is_hole(const PieceGeometry& geometry, PieceIndex piece) const;
  /// Asks the system to read ahead; worth it before hashing from the beginning to the end.
  void expect_sequential_reads() const;

 private:
  SourceFile() = default;
  static Result<SourceFile> adopt(FileDescriptor fd, std::string folder, std::string name);
  [[nodiscard]] std::unexpected<Error> changed() const;

  FileDescriptor fd_;
  FileStamp stamp_;
  bool executable_ = false;
  bool sparse_ = false;
  std::string folder_;  // for messages only
  std::string name_;
};

}  // namespace covey::content
