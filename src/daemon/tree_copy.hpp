#pragma once
// TreeCopy: a file or folder copied byte for byte, with its holes, times and modes, and flushed to the disk.
// Regular files and folders only. Blocking; any thread.

#include <atomic>
#include <filesystem>

#include "base/result.hpp"
#include "content/disk_calls.hpp"

namespace covey::daemon {

/// `to` does not exist. kInvalidArgument for what is neither file nor folder, kSourceChanged when a file
/// changes meanwhile, kCancelled soon after `stop` becomes true, kDiskFull, kIo, kPermissionDenied. On an
/// error part of the copy may be there.
Result<> copy_tree(const std::filesystem::path& from, const std::filesystem::path& to,
                   content::DiskCalls& disk, const std::atomic<bool>& stop);

/// Removes of `from` what `copy` holds as well, and folders that are empty then; what has been added or
/// changed since it was copied stays.
Result<> remove_copied(const std::filesystem::path& from, const std::filesystem::path& copy);

}  // namespace covey::daemon
