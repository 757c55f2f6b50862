#pragma once
// ResultFiles: what a complete download has put in its place, as the origin of what is served on: read where
// it lies, and only as long as each file is the one that was put there. Any link thread.

#include <atomic>
#include <functional>
#include <optional>

#include "content/layer_cache.hpp"
#include "content/manifest.hpp"
#include "content/selection.hpp"
#include "content/source_file.hpp"
#include "swarm/piece_origin.hpp"

namespace covey::swarm {

/// What beside size and time tells a file from another in its place. Not the device: its number may change
/// with each start of the machine.
struct ResultStamp {
  std::uint64_t inode = 0;
  std::int64_t ctime_ns = 0;
  bool operator==(const ResultStamp&) const = default;
};

/// A result as it lies on the disk.
struct ResultPlace {
  std::filesystem::path path;                         // of the file or folder
  std::shared_ptr<const content::Manifest> manifest;  // of one file for a file share
  bool single_file = false;
};

class ResultFiles final : public PieceOrigin {
 public:
  /// Called once, on a link thread, when a file is found to be another.
  using OnChanged = std::function<void(const Error&)>;

  /// `stamps`: by file index. The layers of files with several pieces are read when they are asked for.
  ResultFiles(ResultPlace place, std::vector<ResultStamp> stamps, content::LayerFolder layers,
              OnChanged on_changed)
      : place_(std::move(place)),
        stamps_(std::move(stamps)),
        layers_(std::move(layers)),
        on_changed_(std::move(on_changed)) {}

  [[nodiscard]] std::unique_ptr<Reader> reader() const override;
  [[nodiscard]] Layer layer(content::FileIndex file) const override;

  /// Opens a file of a result. kSourceChanged when it is gone, or is not of the size and time that the
  /// manifest says. Any thread.
  static Result<content::SourceFile> open(const ResultPlace& place, content::FileIndex file);
  /// Of the wanted files, as they are now; zeros for all else. What they are is vouched for at the cache,
  /// where there is one. kSourceChanged. Blocking.
  static Result<std::vector<ResultStamp>> stamps_of(const ResultPlace& place,
                                                    const content::Selection& wanted,
                                                    content::LayerCache* cache = nullptr);
  /// kSourceChanged unless the wanted files have these stamps. Blocking.
  static Result<> expect(const ResultPlace& place, const content::Selection& wanted,
                         const std::vector<ResultStamp>& stamps);

 private:
  class FileReader;
  void changed(const Error& error) const;

  ResultPlace place_;
  std::vector<ResultStamp> stamps_;
  content::LayerFolder layers_;
  OnChanged on_changed_;
  mutable std::atomic<bool> told_{false};
};

}  // namespace covey::swarm
