#pragma once
// Files that belong to one user alone: the only place of this module that calls the operating system.
//
// What is read must be a plain file of this user that nobody else may read; what is written appears whole or
// not at all, and is on the disk before the call returns. Blocking; any thread.

#include <filesystem>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/secret.hpp"

namespace covey::identity {

enum class Existing { kRefuse, kReplace };

/// Makes the folder and its parents with mode 0700, or checks the one that is there.
Result<> make_private_folder(const std::filesystem::path& folder);
/// kNotFound; kPermissionDenied with the command that mends it when the folder belongs to another user or
/// others may write into it.
Result<> check_private_folder(const std::filesystem::path& folder);

/// kNotFound; kPermissionDenied with the command that mends it; kLimitExceeded above `limit` bytes.
Result<crypto::SecretBytes> read_private_file(const std::filesystem::path& file, std::size_t limit);
/// With mode 0600, in one step. kAlreadyExists when told to refuse what is there.
Result<> write_private_file(const std::filesystem::path& file, ByteView content, Existing existing);

/// Held by the one process that works with a home; given back when destroyed, also by a crash.
class FolderLock {
 public:
  /// kAlreadyExists names the process that holds it.
  static Result<FolderLock> acquire(const std::filesystem::path& folder);

  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&& other) noexcept;
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock();

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace covey::identity
