#pragma once
// DownloadJob: what a download wants and holds, once the owner's description (and the manifest) are known.
//
// Shared by the download (network thread) and its lanes (link threads): the manifest never changes, and the
// store takes pieces from several threads at once.

#include <memory>

#include "content/checked_pieces.hpp"
#include "content/layer_shelf.hpp"
#include "content/part_folder.hpp"

namespace covey::swarm {

struct DownloadJob {
  std::shared_ptr<const content::Manifest> manifest;  // of one file for a file share
  content::Selection wanted;
  std::shared_ptr<content::PieceStore> pieces;
  std::shared_ptr<content::PartFolder>
      folder;            // the store, when it keeps what comes; null when it only checks
  Bytes manifest_bytes;  // of a folder that is kept, with their layer, for whoever is served on; empty
                         // otherwise
  std::shared_ptr<const content::PieceLayer> manifest_layer;
  std::shared_ptr<content::LayerShelf> layers = std::make_shared<content::LayerShelf>();
};

}  // namespace covey::swarm
