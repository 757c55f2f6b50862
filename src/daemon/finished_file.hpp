#pragma once
// FinishedFile: a file of a complete download, as it lies on the disk now. Blocking; for the pool.

#include <filesystem>
#include <memory>
#include <vector>

#include "content/source_file.hpp"
#include "daemon/stream_choice.hpp"

namespace covey::daemon {

class FinishedFile {
 public:
  /// `result` is the file itself, or the folder that holds `file`; nothing outside of it is opened.
  /// kSourceChanged when it is not as long as it was. kNotFound, kPermissionDenied, kInvalidArgument.
  static Result<std::shared_ptr<const FinishedFile>> open(const std::filesystem::path& result,
                                                          const PlayableFile& file);
  /// 1 to `at_most` bytes from `offset`, which is below the size. kSourceChanged when somebody has changed it
  /// since it was opened.
  [[nodiscard]] Result<Bytes> read(std::uint64_t offset, std::size_t at_most) const;

 private:
  explicit FinishedFile(content::SourceFile file) : file_(std::move(file)) {}
  content::SourceFile file_;
};

/// What a complete download consists of; links are left out. kLimitExceeded for more files than a share has.
Result<std::vector<PlayableFile>> finished_files(const std::filesystem::path& result);

}  // namespace covey::daemon
