#pragma once
// PartFiles: the files of a partial download, written below the part folder's `data` and never elsewhere.
//
// Files and folders come into being with their first piece; a bounded number stays open. A file of one piece
// is made, written, dated and closed at once. What was touched since the last sync is remembered, so that a
// sync costs a few flushes, or one of the whole file system. Any thread; distinct pieces.

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <set>

#include "content/disk_calls.hpp"
#include "content/file_descriptor.hpp"
#include "content/manifest.hpp"

namespace covey::content {

using SharedDescriptor = std::shared_ptr<const FileDescriptor>;

/// The most recently used open files or folders, by entry index.
class OpenDescriptors {
 public:
  SharedDescriptor find(std::uint32_t key);
  void keep(std::uint32_t key, SharedDescriptor descriptor);
  void drop(std::uint32_t key);
  void clear();

 private:
  struct Slot {
    SharedDescriptor descriptor;
    std::uint64_t used = 0;
    std::uint32_t key = 0;
  };
  static constexpr std::size_t kSlots = 32;
  std::array<Slot, kSlots> slots_;
  std::uint64_t now_ = 0;
};

/// An error of a write, with what to do about it.
[[nodiscard]] std::unexpected<Error> fail_write(int error, const std::filesystem::path& path);

class PartFiles {
 public:
  enum class Layout : std::uint8_t { kSingleFile, kTree };

  /// `part`: the open part folder, at `path` for messages. Makes `data` for a tree.
  static Result<std::unique_ptr<PartFiles>> open(DiskCalls& disk, int part, std::filesystem::path path,
                                                 Layout layout, const Manifest& manifest);

  Result<> write(const PieceRef& ref, ByteView bytes);
  /// Makes the file, at its full size, and leaves the piece a hole.
  Result<> leave_hole(const PieceRef& ref);
  Result<> read(const PieceRef& ref, MutableBytes out);
  /// Whether the file is there in its full size, as it is once one of its pieces was written.
  [[nodiscard]] bool in_place(FileIndex file) const;
  /// Makes a wanted folder or empty file that no piece has brought about.
  Result<> make(FileIndex entry);
  /// Removes a file, or a folder when it is empty. Failures do not matter.
  void remove(FileIndex entry);
  /// Gives a file or folder the time that the manifest says.
  Result<> set_mtime(FileIndex entry);

  /// What sync() has to flush. take_touched() hands it over, so that others may go on writing meanwhile.
  struct Touched {
    std::set<std::uint32_t> files;
    std::set<std::uint32_t> folders;
    bool too_many = false;
    [[nodiscard]] bool empty() const { return files.empty() && folders.empty() && !too_many; }
  };
  Touched take_touched();
  /// After a failed sync, or when an earlier run may have left something unsynced.
  void touch_again(const Touched& touched);
  Result<> sync(const Touched& touched);

  /// `data` stands at `path` now, in the folder that is open as `folder`: from now on there is only reading,
  /// and only of files that nobody has changed since. Alone; no other call at the same time.
  void moved(int folder, const std::filesystem::path& path);
  [[nodiscard]] bool is_moved() const { return moved_; }

  /// The path of an entry, for messages.
  [[nodiscard]] std::filesystem::path path_of(FileIndex entry) const;

 private:
  static constexpr std::uint32_t kTop = UINT32_MAX;  // the folder above all entries
  static constexpr std::size_t kMaxTouched = 64;

  PartFiles(DiskCalls& disk, FileDescriptor top, std::filesystem::path path, Layout layout,
            const Manifest& manifest);
  [[nodiscard]] std::uint32_t folder_key(FileIndex entry) const;
  [[nodiscard]] std::string name_of(FileIndex entry) const;
  Result<SharedDescriptor> folder(std::uint32_t key);
  Result<> check_in_place(FileIndex entry, const FileDescriptor& opened);
  Result<SharedDescriptor> folder_locked(std::uint32_t key);
  Result<SharedDescriptor> make_folder_locked(std::uint32_t key, const SharedDescriptor& parent);
  Result<FileDescriptor> open_file(FileIndex file, int flags);
  Result<SharedDescriptor> large_file(FileIndex file);
  Result<> expect_unchanged(FileIndex file, int opened) const;
  [[nodiscard]] std::unexpected<Error> vanished(FileIndex file) const;
  Result<> make_small(FileIndex file, ByteView bytes, std::uint64_t size);
  void touch(FileIndex file, bool created);

  DiskCalls& disk_;
  std::filesystem::path path_;
  Layout layout_;
  const Manifest& manifest_;
  SharedDescriptor top_;
  std::string single_name_ = "data";  // of the one file, below top_
  std::atomic<bool> moved_{false};

  std::mutex mutex_;  // guards all below
  OpenDescriptors folders_;
  OpenDescriptors files_;
  Touched touched_;
};

}  // namespace covey::content
