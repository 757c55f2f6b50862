#pragma once
// Which file of a download is meant when somebody wants to play it. Pure; any thread.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace covey::daemon {

struct PlayableFile {
  std::string path;  // below the share's folder
  std::uint64_t size = 0;
};

/// The one with this path, or with this name if no other has it; for nothing, the only file, or the largest
/// that is audio or video. Its place in `files`. kNotFound says what there is.
Result<std::size_t> choose_file(std::span<const PlayableFile> files, std::string_view wanted);

}  // namespace covey::daemon
