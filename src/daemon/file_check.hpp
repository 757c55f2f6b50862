#pragma once
// FileCheck: reads again what a download has put on the disk and compares it with what was promised.
//
// A complete download's files are only compared. Of an unfinished one, the pieces that do not verify are
// forgotten in its record, so that they are fetched again. A file of several pieces that is not whole can be
// checked only against its piece layer; where none is at hand it is left alone and counted as unproved.
// Blocking, on the pool. Spec: docs/spec/content.md, "Partial downloads".

#include <atomic>
#include <functional>

#include "content/piece_layer.hpp"
#include "daemon/promised_files.hpp"

namespace covey::daemon {

/// Written by the check, read by whoever shows it; `stop` the other way round.
struct CheckProgress {
  std::atomic<std::uint64_t> bytes_total{0};
  std::atomic<std::uint64_t> bytes{0};
  std::atomic<bool> stop{false};
};

struct CheckFindings {
  std::uint64_t files = 0;           // that were read
  std::vector<std::string> changed;  // paths inside the result; its name for a single file
  std::uint64_t unproved = 0;
};

/// The piece layer of some content, if it is at hand.
using LayerOf = std::function<std::optional<content::PieceLayer>(const content::PieceGeometry&,
                                                                 const content::ContentId&)>;

/// kCancelled; kIo, kPermissionDenied for a file that cannot be read.
Result<CheckFindings> check_result(const std::filesystem::path& result, const PromisedFiles& promised,
                                   CheckProgress& progress);

/// Nothing is found where nothing has arrived yet. kAlreadyExists while another process writes it; kCorrupt.
Result<CheckFindings> check_part(const std::filesystem::path& directory, const content::RelativePath& name,
                                 const std::vector<std::string>& select, const LayerOf& layer_of,
                                 CheckProgress& progress);

/// What the files of a result are now; for downloads that ended before their list could be read.
Result<PromisedFiles> files_found(const std::filesystem::path& result, CheckProgress& progress);

}  // namespace covey::daemon
