#pragma once
// ResultPlace: puts a finished download under its name in one step, without ever losing what had that name.
//
// One thread at a time. Spec: docs/spec/content.md, "Partial downloads".

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "base/result.hpp"
#include "content/disk_calls.hpp"

namespace covey::content {

/// What to do when DIR/NAME exists at the end.
enum class OnTaken : std::uint8_t { kRefuse, kOverwrite, kRename };

class ResultPlace {
 public:
  /// The folder of the result and the part folder, both open; `directory` is the former's path for messages.
  ResultPlace(DiskCalls& disk, int folder, int part, std::filesystem::path directory, std::string name)
      : disk_(disk), folder_(folder), part_(part), directory_(std::move(directory)), name_(std::move(name)) {}

  /// The n-th name to try: NAME, then "NAME (2)" and on; an extension stays last. At most 255 bytes.
  [[nodiscard]] std::string candidate(std::uint32_t n) const;

  [[nodiscard]] std::filesystem::path path_of(std::uint32_t n) const { return directory_ / candidate(n); }

  /// Moves the part folder's `data` to its place. Before each try `announce` is called with the number of the
  /// candidate, so that it can be recorded. Afterwards `data` may hold what was overwritten. The result's
  /// path.
  Result<std::filesystem::path> put(OnTaken on_taken, const std::function<Result<>(std::uint32_t)>& announce);

  /// Whether the file or folder that had this inode as `data` stands under candidate n.
  [[nodiscard]] bool stands_at(std::uint32_t n, std::uint64_t inode) const;

 private:
  Result<> overwrite(const std::string& name);
  Result<std::filesystem::path> placed(const std::string& name);

  DiskCalls& disk_;
  int folder_;
  int part_;
  std::filesystem::path directory_;
  std::string name_;
};

}  // namespace covey::content
