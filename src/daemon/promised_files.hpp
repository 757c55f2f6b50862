#pragma once
// PromisedFiles: what the owner of a share promised the files of a download to be, as the part folder tells
// while it stands; kept by the daemon, so that a complete download can be checked later. Values and blocking
// reads; any thread.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "content/selection.hpp"

namespace covey::daemon {

struct PromisedFile {
  std::string path;  // inside the result; empty: the result itself
  std::uint64_t size = 0;
  content::ContentId id;
  bool operator==(const PromisedFile&) const = default;
};

struct PromisedFiles {
  std::vector<PromisedFile> files;

  /// Those of a manifest that are wanted.
  static PromisedFiles of(const content::Manifest& manifest, const content::Selection& wanted);

  // count:u32 {path_length:u16 path size:u64 id:32}{count}
  [[nodiscard]] Bytes encode() const;
  /// kMalformed for anything that encode() would not have made.
  static Result<PromisedFiles> parse(ByteView bytes);
};

/// What a partial download is of.
struct PartContent {
  std::shared_ptr<const content::Manifest> manifest;
  content::Selection wanted;
  bool single_file = false;
};
/// From the record and the manifest in DIR/NAME.covey-part; nothing while there are none.
Result<std::optional<PartContent>> part_content(const std::filesystem::path& directory,
                                                const content::RelativePath& name,
                                                const std::vector<std::string>& select);
/// As a list; a single file has no path.
PromisedFiles promised_by(const PartContent& content);

/// Removes these files of a result, and the folders that are empty then; what else is there stays.
Result<> remove_files(const std::filesystem::path& result, const PromisedFiles& files);

}  // namespace covey::daemon
