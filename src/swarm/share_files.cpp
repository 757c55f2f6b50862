#include "swarm/share_files.hpp"

#include <algorithm>

namespace covey::swarm {

ShareFiles ShareFiles::of_file(std::filesystem::path path) {
  ShareFiles files;
  files.roots_.push_back({.name = {}, .file = std::move(path), .folder = nullptr});
  return files;
}

ShareFiles ShareFiles::of_folder(content::SourceFolder folder) {
  ShareFiles files;
  files.roots_.push_back(
      {.name = {}, .file = {}, .folder = std::make_shared<const content::SourceFolder>(std::move(folder))});
  return files;
}

Result<ShareFiles> ShareFiles::of_several(const std::vector<std::filesystem::path>& paths) {
  ShareFiles files;
  for (const auto& path : paths) {
    Root root{.name = path.filename().string(), .file = path, .folder = nullptr};
    const auto same = [&](const Root& other) { return other.name == root.name; };
    if (std::any_of(files.roots_.begin(), files.roots_.end(), same)) {
      return fail(ErrorCode::kInvalidArgument,
                  "two of the paths are called '{}'; rename one, or send them one by one", root.name);
    }
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) {
      TRY(auto folder, content::SourceFolder::open(path));
      root.folder = std::make_shared<const content::SourceFolder>(std::move(folder));
    }
    files.roots_.push_back(std::move(root));
  }
  return files;
}

Result<content::SourceFile> ShareFiles::open_file(const std::filesystem::path& path) {
  auto file = content::SourceFile::open(path);
  if (!file &&
      (file.error().code == ErrorCode::kNotFound || file.error().code == ErrorCode::kInvalidArgument)) {
    return fail(ErrorCode::kSourceChanged, "{} has vanished since it was shared", path.filename().string());
  }
  return file;
}

Result<content::SourceFile> ShareFiles::open(std::string_view path_in_manifest) const {
  const Root* root = &roots_.front();
  std::string_view rest = path_in_manifest;
  if (!root->name.empty()) {
    const std::string_view first = path_in_manifest.substr(0, path_in_manifest.find('/'));
    const auto found =
        std::find_if(roots_.begin(), roots_.end(), [&](const Root& r) { return r.name == first; });
    if (found == roots_.end()) return fail(ErrorCode::kInternal, "a file outside the share's roots");
    root = &*found;
    rest = rest.substr(std::min(rest.size(), first.size() + 1));
  }
  if (root->folder == nullptr) return open_file(root->file);
  TRY(const auto path, content::RelativePath::parse(rest));
  return content::SourceFile::open_in(*root->folder, path);
}

}  // namespace covey::swarm
