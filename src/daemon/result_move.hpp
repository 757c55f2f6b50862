#pragma once
// ResultMove: takes a file or folder to another folder, also on another file system, so that at every moment
// one whole copy stands under its name and a move that was cut short can be ended or taken back.
//
// On one file system it is a rename. Otherwise DIR/.covey-move-HASH holds the copy until it is whole and on
// the disk; the inode that is about to be given the name is noted beside it, then it is renamed into place,
// and only then is what was copied removed at the source. Nothing is overwritten, and what has been added or
// changed at the source meanwhile stays there. Blocking, on the pool.

#include <atomic>
#include <filesystem>

#include "base/result.hpp"
#include "content/disk_calls.hpp"

namespace covey::daemon {

class ResultMove {
 public:
  /// Of `source` into the folder `directory`, under the same name.
  ResultMove(std::filesystem::path source, std::filesystem::path directory,
             content::DiskCalls& disk = content::DiskCalls::real());

  /// kAlreadyExists when the name is taken; kInvalidArgument for a folder moved into itself or what holds
  /// neither files nor folders; kSourceChanged, kDiskFull, kIo, kPermissionDenied. On an error everything is
  /// as before.
  /// kCancelled soon after `stop` becomes true while it copies.
  Result<> run(const std::atomic<bool>& stop);
  Result<> run();

  enum class Ended : std::uint8_t { kMoved, kTakenBack };
  /// After a move that was cut short: ends it if its result was in place, else takes it back.
  Result<Ended> recover();

  [[nodiscard]] std::filesystem::path target() const { return directory_ / source_.filename(); }

 private:
  Result<> check() const;
  Result<> move_over(const std::atomic<bool>& stop);
  Result<> copy_to_staging(const std::atomic<bool>& stop);
  Result<> note_and_place();
  Result<> remove_source();
  Result<> remove_staging() const;
  [[nodiscard]] bool was_placed() const;

  std::filesystem::path source_;
  std::filesystem::path directory_;
  std::filesystem::path staging_;
  content::DiskCalls* disk_;
};

}  // namespace covey::daemon
