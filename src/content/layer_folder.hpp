#pragma once
// LayerFolder: piece layers on the disk, each under the id of its content: `xx/ID.layer`.
//
// A layer is folded to its id before it is believed, so whatever else lies there is as if it were not.
// Nothing is kept in memory. Blocking; any thread. Spec: docs/spec/content.md, "Layer cache".

#include <filesystem>
#include <optional>

#include "content/piece_layer.hpp"

namespace covey::content {

class LayerFolder {
 public:
  /// The folder exists (0700), or nothing is found and kept.
  explicit LayerFolder(std::filesystem::path path) : path_(std::move(path)) {}

  /// Content of one piece has its layer in its id.
  [[nodiscard]] std::optional<PieceLayer> find(const PieceGeometry& geometry, const ContentId& id) const;
  /// Whether there is one for content of several pieces, which find() may still refuse.
  [[nodiscard]] bool may_hold(const ContentId& id) const;
  /// False when it could not be written. Content of one piece needs nothing.
  bool keep(const PieceLayer& layer) const;

  [[nodiscard]] std::filesystem::path file_of(const ContentId& id) const;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// Writes a file under a name of its own, then gives it its name, so that nobody reads half of it.
  static bool write_whole(const std::filesystem::path& path, ByteView bytes);

 private:
  std::filesystem::path path_;
};

}  // namespace covey::content
