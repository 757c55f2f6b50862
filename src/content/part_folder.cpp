#include "content/part_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "content/part_state.hpp"
#include "content/tree.hpp"
#include "content/whole_file.hpp"

namespace covey::content {
namespace {

constexpr std::string_view kSuffix = ".covey-part";

/// NAME.covey-part, with NAME cut and told apart by its hash where that would be too long.
std::string part_name(const RelativePath& name) {
  std::string stem = name.text();
  if (stem.size() + kSuffix.size() > kMaxComponentBytes) {
    const std::string hash = to_text(hash_whole(as_bytes(stem))).substr(0, 16);
    std::size_t keep = kMaxComponentBytes - kSuffix.size() - hash.size() - 1;
    while ((static_cast<unsigned char>(stem[keep]) & 0xC0) == 0x80) --keep;  // cut no character
    stem = stem.substr(0, keep) + '~' + hash;
  }
  return stem.append(kSuffix);
}

}  // namespace

std::filesystem::path PartFolder::part_path(const std::filesystem::path& directory,
                                            const RelativePath& name) {
  return directory / part_name(name);
}

std::optional<Bytes> PartFolder::stored_manifest(const std::filesystem::path& directory,
                                                 const RelativePath& name, const ContentId& root) {
  DiskCalls& disk = DiskCalls::real();
  const FileDescriptor folder(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return std::nullopt;
  const FileDescriptor part(
      disk.open_beneath(folder.get(), part_name(name).c_str(), O_RDONLY | O_DIRECTORY, 0));
  if (!part) return std::nullopt;
  const FileDescriptor file(disk.open_beneath(part.get(), "manifest", O_RDONLY | O_NONBLOCK, 0));
  if (!file) return std::nullopt;
  auto bytes = read_whole(file.get(), kMaxManifestBytes);
  if (!bytes || hash_whole(*bytes) != root) return std::nullopt;
  return bytes;
}

Result<PartFolder> PartFolder::open(const std::filesystem::path& directory, const RelativePath& name,
                                    PartDescription description, DiskCalls& disk) {
  TRY(auto state, State::open(directory, name, std::move(description), disk));
  return PartFolder(std::move(state));
}

PartFolder::PartFolder(std::unique_ptr<State> state) : state_(std::move(state)) {}
PartFolder::PartFolder(PartFolder&&) noexcept = default;
PartFolder& PartFolder::operator=(PartFolder&&) noexcept = default;
PartFolder::~PartFolder() = default;

Result<> PartFolder::write_piece(FileIndex file, PieceIndex piece, ByteView verified_bytes) {
  return state_->add({file, piece}, PartRecord::EntryKind::kPiece, verified_bytes);
}
Result<> PartFolder::skip_hole(FileIndex file, PieceIndex piece) {
  return state_->add({file, piece}, PartRecord::EntryKind::kHole, {});
}
Result<> PartFolder::read_piece(FileIndex file, PieceIndex piece, MutableBytes out) const {
  return state_->read({file, piece}, out);
}
bool PartFolder::has(FileIndex file, PieceIndex piece) const {
  return state_->has({file, piece});
}
bool PartFolder::has_all(FileIndex file) const {
  return state_->has_all(file);
}
PieceSet PartFolder::held() const {
  return state_->held();
}
bool PartFolder::complete() const {
  return state_->complete();
}
PieceGeometry PartFolder::geometry(FileIndex file) const {
  return state_->geometry(file);
}
PartFolder::Counts PartFolder::wanted() const {
  return state_->wanted();
}
PartFolder::Counts PartFolder::present() const {
  return state_->present();
}
PartFolder::Counts PartFolder::resumed() const {
  return state_->resumed();
}
std::vector<PieceRef> PartFolder::unproven() const {
  return state_->unproven();
}
Result<> PartFolder::confirm(const PieceRef& piece) {
  return state_->confirm(piece);
}
void PartFolder::forget(const PieceRef& piece) {
  state_->forget(piece);
}
Result<> PartFolder::checkpoint() {
  return state_->checkpoint();
}
Result<std::filesystem::path> PartFolder::finish(OnTaken on_taken) {
  return state_->finish(on_taken);
}
Result<> PartFolder::discard() {
  return state_->discard();
}

}  // namespace covey::content
