#include "daemon/part_census.hpp"

#include <fcntl.h>

#include "content/part_folder.hpp"

namespace covey::daemon {

Result<std::optional<swarm::PieceCensus>> part_census(const std::filesystem::path& directory,
                                                      const content::RelativePath& name,
                                                      const std::vector<std::string>& select) {
  TRY(auto content, part_content(directory, name, select));
  if (!content) return std::nullopt;
  const auto record = content::PartFolder::part_path(directory, name) / "record";
  const content::FileDescriptor file(::open(record.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file) return std::nullopt;  // it has just been put in place, or removed
  TRY(const auto replay, content::PartRecord::read(file.get(), content::DiskCalls::real()));
  const content::PieceNumbers numbers(*content->manifest);
  content::PieceSet held(numbers.total());
  for (const auto& [ref, claim] : replay.claims) {
    if (!numbers.exists(ref)) continue;
    if (claim == content::PartRecord::Claim::kBelieved) {
      held.insert(numbers.number(ref));
    } else {
      held.erase(numbers.number(ref));
    }
  }
  return swarm::PieceCensus{.manifest = std::move(content->manifest),
                            .wanted = std::move(content->wanted),
                            .held = std::move(held)};
}

}  // namespace covey::daemon
