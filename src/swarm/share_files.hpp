#pragma once
// ShareFiles: where the files of a share lie on this machine, by their index in its manifest.
//
// A share is one file, one folder, or several of both under one manifest, in which case the first component
// of each path names its root. Immutable once made; any thread.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "content/manifest.hpp"
#include "content/source_file.hpp"

namespace covey::swarm {

class ShareFiles {
 public:
  /// `path` is a file: the manifest's only entry.
  static ShareFiles of_file(std::filesystem::path path);
  /// `folder` holds everything in the manifest.
  static ShareFiles of_folder(content::SourceFolder folder);
  /// Several paths; each appears in the manifest under its own name.
  static Result<ShareFiles> of_several(const std::vector<std::filesystem::path>& paths);

  /// Opens a file for reading. kSourceChanged when it has vanished or is no file any more.
  [[nodiscard]] Result<content::SourceFile> open(std::string_view path_in_manifest) const;

 private:
  struct Root {
    std::string name;  // first component of the paths below it; empty when there is one root
    std::filesystem::path file;
    std::shared_ptr<const content::SourceFolder> folder;  // null for a file
  };
  static Result<content::SourceFile> open_file(const std::filesystem::path& path);

  std::vector<Root> roots_;
};

}  // namespace covey::swarm
