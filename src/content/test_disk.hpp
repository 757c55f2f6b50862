#pragma once
// For tests only: a disk whose Nth call fails, and that forgets what was not synced.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "content/disk_calls.hpp"
#include "content/file_descriptor.hpp"

namespace covey::content {

class TestDisk final : public DiskCalls {
 public:
  /// The n-th changing call from now on, counted from 1, fails with `error`; writes get half way first.
  void fail_call(int n, int error) {
    fail_in_ = n;
    error_ = error;
  }
  [[nodiscard]] int calls() const { return calls_; }
  [[nodiscard]] bool failed() const { return failed_; }
  int filesystem_syncs = 0;
  int file_syncs = 0;

  /// Takes back every write since the last sync of its file and starts the machine anew.
  void lose_power() {
    for (auto it = undo_.rbegin(); it != undo_.rend(); ++it) {
      if (!it->before.empty() &&
          ::pwrite(it->file.get(), it->before.data(), it->before.size(), static_cast<off_t>(it->offset)) < 0)
        ADD_FAILURE() << "cannot take back a write";
      if (::ftruncate(it->file.get(), it->size) != 0) ADD_FAILURE() << "cannot take back a size";
    }
    undo_.clear();
    restart();
  }
  void restart() {
    ++boot_;
    fail_in_ = 0;
    failed_ = false;
  }

  int open_beneath(int folder, const char* path, int flags, mode_t mode) override {
    if ((flags & O_CREAT) != 0 && fails()) return -1;
    return DiskCalls::open_beneath(folder, path, flags, mode);
  }
  int make_folder(int folder, const char* name, mode_t mode) override {
    return fails() ? -1 : DiskCalls::make_folder(folder, name, mode);
  }
  int write_at(int file, ByteView bytes, std::uint64_t offset) override {
    remember(file, offset, bytes.size());
    if (!fails()) return DiskCalls::write_at(file, bytes, offset);
    DiskCalls::write_at(file, bytes.first(bytes.size() / 2), offset);
    errno = error_;
    return -1;
  }
  int append(int file, ByteView bytes) override {
    remember(file, 0, 0);
    if (!fails()) return DiskCalls::append(file, bytes);
    DiskCalls::append(file, bytes.first(bytes.size() / 2));
    errno = error_;
    return -1;
  }
  int resize(int file, std::uint64_t size) override {
    if (fails() || std::exchange(fail_next_resize, false)) {
      errno = error_;
      return -1;
    }
    remember(file, size, static_cast<std::size_t>(1) << 20);
    return DiskCalls::resize(file, size);
  }
  int set_mtime(int file, std::int64_t mtime_ns) override {
    return fails() ? -1 : DiskCalls::set_mtime(file, mtime_ns);
  }
  int sync_file(int file) override {
    if (fails()) return -1;
    ++file_syncs;
    struct stat status {};
    ::fstat(file, &status);
    std::erase_if(undo_, [&](const Undo& undo) { return undo.inode == status.st_ino; });
    return 0;
  }
  int sync_filesystem(int) override {
    if (fails()) return -1;
    ++filesystem_syncs;
    undo_.clear();
    return 0;
  }
  int sync_folder(int) override { return fails() ? -1 : 0; }
  int rename_new(int from_folder, const char* from, int to_folder, const char* to) override {
    return fails() ? -1 : DiskCalls::rename_new(from_folder, from, to_folder, to);
  }
  int rename_over(int folder, const char* from, const char* to) override {
    return fails() ? -1 : DiskCalls::rename_over(folder, from, to);
  }
  int remove_file(int folder, const char* name) override {
    return fails() ? -1 : DiskCalls::remove_file(folder, name);
  }
  int exchange(int from_folder, const char* from, int to_folder, const char* to) override {
    if (cannot_exchange) {
      errno = EINVAL;
      return -1;
    }
    return fails() ? -1 : DiskCalls::exchange(from_folder, from, to_folder, to);
  }
  BootId boot_id() override { return BootId({0, 0, 0, 0, 0, 0, 0, boot_}); }
  bool cannot_exchange = false;
  bool fail_next_resize = false;

 private:
  struct Undo {
    FileDescriptor file;
    ino_t inode;
    off_t size;
    std::uint64_t offset;
    Bytes before;
  };

  bool fails() {
    ++calls_;
    if (fail_in_ == 0 || --fail_in_ > 0) return false;
    failed_ = true;
    errno = error_;
    return true;
  }
  /// What stands at [offset, offset + length) and how long the file is, so that it can be put back.
  void remember(int file, std::uint64_t offset, std::size_t length) {
    struct stat status {};
    ::fstat(file, &status);
    Undo undo{FileDescriptor(::open(("/proc/self/fd/" + std::to_string(file)).c_str(), O_RDWR | O_CLOEXEC)),
              status.st_ino, status.st_size, offset, Bytes(length)};
    const ssize_t n = ::pread(undo.file.get(), undo.before.data(), length, static_cast<off_t>(offset));
    undo.before.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    undo_.push_back(std::move(undo));
  }

  std::vector<Undo> undo_;
  int fail_in_ = 0;
  int error_ = EIO;
  int calls_ = 0;
  bool failed_ = false;
  Byte boot_ = 1;
};

}  // namespace covey::content
