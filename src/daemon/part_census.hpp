#pragma once
// What the record of a partial download says is here, read beside whoever may be writing it. Blocking, on the
// pool.

#include "daemon/promised_files.hpp"
#include "swarm/piece_map.hpp"

namespace covey::daemon {

/// Nothing while there is none. Pieces that have to be proved again after a restart of the machine are not
/// here yet. kCorrupt, kUnsupported, kIo, and what PartContent cannot be made of.
Result<std::optional<swarm::PieceCensus>> part_census(const std::filesystem::path& directory,
                                                      const content::RelativePath& name,
                                                      const std::vector<std::string>& select);

}  // namespace covey::daemon
