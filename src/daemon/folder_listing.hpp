#pragma once
// list_folder: what lies in a folder of this machine, for choosing what to share and where to save. Reads
// nothing but names, kinds, sizes and times. Blocking; any thread.

#include <filesystem>

#include "api/home_views.hpp"

namespace covey::daemon {

inline constexpr std::size_t kMaxFolderEntries = 2000;

/// `path` is absolute. kInvalidArgument, kNotFound, kPermissionDenied.
Result<api::FolderView> list_folder(const std::filesystem::path& path, api::HiddenFiles hidden);

}  // namespace covey::daemon
