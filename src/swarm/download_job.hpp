#pragma once
// DownloadJob: what a download wants and holds, once the owner's description (and the manifest) are known.
//
// Shared by the download (network thread) and its lanes (link threads): the manifest never changes, and the
// part folder takes pieces from several threads at once.

#include <memory>

#include "access/share_description.hpp"
#include "content/part_folder.hpp"

namespace covey::swarm {

struct DownloadJob {
  DownloadJob(std::shared_ptr<const content::Manifest> list, content::Selection selection,
              content::PartFolder folder)
      : manifest(std::move(list)), wanted(std::move(selection)), part(std::move(folder)) {}

  std::shared_ptr<const content::Manifest> manifest;  // of one file for a file share
  content::Selection wanted;
  content::PartFolder part;
};

}  // namespace covey::swarm
