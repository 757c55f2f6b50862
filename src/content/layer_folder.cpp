#include "content/layer_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <string>

#include "content/disk_calls.hpp"
#include "content/file_descriptor.hpp"
#include "content/whole_file.hpp"

namespace covey::content {

bool LayerFolder::write_whole(const std::filesystem::path& path, ByteView bytes) {
  // Of this process and call alone: two threads may keep the same layer.
  static std::atomic<std::uint64_t> number{0};
  const std::filesystem::path temporary =
      fmt::format("{}.new{}-{}", path.string(), ::getpid(), number.fetch_add(1));
  const FileDescriptor file(
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return false;
  if (DiskCalls::real().append(file.get(), bytes) == 0 && ::rename(temporary.c_str(), path.c_str()) == 0)
    return true;
  ::unlink(temporary.c_str());
  return false;
}

std::filesystem::path LayerFolder::file_of(const ContentId& id) const {
  const std::string text = to_text(id);
  return path_ / text.substr(0, 2) / (text + ".layer");
}

std::optional<PieceLayer> LayerFolder::find(const PieceGeometry& geometry, const ContentId& id) const {
  Bytes raw;
  if (!geometry.one_piece()) {
    const FileDescriptor file(::open(file_of(id).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file) return std::nullopt;
    auto bytes = read_whole(file.get(), PieceLayer::raw_size(geometry));
    if (!bytes) return std::nullopt;
    raw = std::move(*bytes);
  }
  auto layer = PieceLayer::verified(geometry, raw, id);
  if (!layer) return std::nullopt;
  return std::move(*layer);
}

bool LayerFolder::may_hold(const ContentId& id) const {
  struct stat status {};
  return ::lstat(file_of(id).c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

bool LayerFolder::keep(const PieceLayer& layer) const {
  if (layer.geometry().one_piece()) return true;
  const std::filesystem::path path = file_of(layer.root());
  ::mkdir(path.parent_path().c_str(), 0700);
  return write_whole(path, layer.raw());
}

}  // namespace covey::content
