#pragma once
// DiskCalls: the system calls by which downloads and logs are written, and the seam where tests make them
// fail.
//
// The default implementation is the operating system's; this file and its .cpp hold the calls that only Linux
// has. Calls behave as their namesakes: they return -1 and set errno. Callable from any thread.

#include <sys/types.h>

#include <cstdint>
#include <filesystem>

#include "base/bytes.hpp"

namespace covey::content {

/// Changes with every start of the machine.
using BootId = FixedBytes<struct BootIdTag, 8>;

class DiskCalls {
 public:
  virtual ~DiskCalls() = default;

  /// Opens `path` below `folder`: nothing outside it, no symbolic link anywhere on the way. Also for folders.
  virtual int open_beneath(int folder, const char* path, int flags, mode_t mode);
  virtual int make_folder(int folder, const char* name, mode_t mode);
  /// All of `bytes` at `offset`, or -1; after a failure some of it may have been written.
  virtual int write_at(int file, ByteView bytes, std::uint64_t offset);
  /// All of `bytes` after the end of a file opened for appending, or -1.
  virtual int append(int file, ByteView bytes);
  virtual int resize(int file, std::uint64_t size);
  virtual int set_mtime(int file, std::int64_t mtime_ns);
  virtual int sync_file(int file);        // its bytes and what is needed to read them back
  virtual int sync_filesystem(int file);  // everything on the file system that holds it
  virtual int sync_folder(int folder);    // the names in it
  /// Fails with EEXIST when `to` is taken.
  virtual int rename_new(int from_folder, const char* from, int to_folder, const char* to);
  /// In one step, whether `to` is there or not.
  virtual int rename_over(int folder, const char* from, const char* to);
  virtual int remove_file(int folder, const char* name);
  /// Swaps the two in one step.
  virtual int exchange(int from_folder, const char* from, int to_folder, const char* to);
  virtual BootId boot_id();

  /// The operating system's own calls.
  static DiskCalls& real();
};

}  // namespace covey::content
