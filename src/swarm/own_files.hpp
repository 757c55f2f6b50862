#pragma once
// OwnFiles: the owner's files as the origin of what is served: read where they lie, and only as long as they
// are what was hashed. Any link thread.

#include <optional>
#include <unordered_map>

#include "swarm/piece_origin.hpp"
#include "swarm/share_files.hpp"

namespace covey::swarm {

class OwnFiles final : public PieceOrigin {
 public:
  /// `stamps`: by file index, what each file was when it was hashed. `layers`: of files with more than one
  /// piece.
  OwnFiles(std::shared_ptr<const content::Manifest> manifest, ShareFiles files,
           std::vector<content::FileStamp> stamps, std::unordered_map<content::FileIndex, Layer> layers)
      : manifest_(std::move(manifest)),
        files_(std::move(files)),
        stamps_(std::move(stamps)),
        layers_(std::move(layers)) {}

  [[nodiscard]] std::unique_ptr<Reader> reader() const override;
  [[nodiscard]] Layer layer(content::FileIndex file) const override;

 private:
  class FileReader;

  std::shared_ptr<const content::Manifest> manifest_;
  ShareFiles files_;
  std::vector<content::FileStamp> stamps_;
  std::unordered_map<content::FileIndex, Layer> layers_;
};

}  // namespace covey::swarm
