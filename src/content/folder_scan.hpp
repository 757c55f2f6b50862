#pragma once
// scan_folder: what a folder holds now, in manifest order, without reading any file.
//
// Stays beneath the folder: symbolic links are not followed, special files not touched; what is left out is
// told in a notice with the reason. Blocking; any thread.

#include <string>
#include <vector>

#include "content/manifest.hpp"
#include "content/source_file.hpp"

namespace covey::content {

struct ScannedEntry {
  RelativePath path;
  EntryKind kind = EntryKind::kFile;
  bool executable = false;
  FileStamp stamp;  // size and times; for a directory only mtime_ns means something
};

struct FolderScan {
  std::vector<ScannedEntry> entries;  // strictly increasing, parents before what they hold
  std::vector<std::string> notices;   // "skipped a/b: a symbolic link …", for the user
  std::uint64_t total_size = 0;
  std::uint32_t file_count = 0;
};

/// kNotFound, kPermissionDenied for the folder itself; kLimitExceeded above a manifest's limits. A subfolder
/// that cannot be read is a notice.
Result<FolderScan> scan_folder(const SourceFolder& folder);

}  // namespace covey::content
