#include "swarm/result_files.hpp"

namespace covey::swarm {
namespace {

ResultStamp stamp_of(const content::SourceFile& file) {
  return {.inode = file.stamp().inode, .ctime_ns = file.stamp().ctime_ns};
}

std::unexpected<Error> other_than_before(const content::SourceFile& file) {
  return fail(ErrorCode::kSourceChanged, "{} has changed since it was downloaded", file.path_text());
}

}  // namespace

class ResultFiles::FileReader final : public Reader {
 public:
  explicit FileReader(const ResultFiles& origin) : origin_(&origin) {}

  Result<Found> read(content::FileIndex file, content::PieceIndex piece, MutableBytes out) override {
    auto found = use_file(file) ? read_open(file, piece, out) : std::unexpected(*failure_);
    // After the read: bytes of a file that changed meanwhile would only be refused at the other end.
    if (found) {
      if (const auto unchanged = open_->check_unchanged(); !unchanged)
        found = std::unexpected(unchanged.error());
    }
    if (found) return found;
    release();
    if (found.error().code == ErrorCode::kSourceChanged) origin_->changed(found.error());
    return found;
  }

  void release() override {
    open_index_.reset();
    open_.reset();
  }

 private:
  bool use_file(content::FileIndex file) {
    if (open_index_ == file) return true;
    release();
    auto usable = open_unchanged(file);
    if (!usable) {
      failure_ = std::move(usable).error();
      return false;
    }
    open_ = std::move(*usable);
    open_index_ = file;
    return true;
  }
  Result<content::SourceFile> open_unchanged(content::FileIndex file) {
    const auto geometry = origin_->place_.manifest->geometry(file);
    // Without its layer nobody can verify the pieces, and whoever got them would blame this peer.
    if (!geometry.one_piece() && !origin_->layer(file))
      return fail(ErrorCode::kIo, "the piece layer of {} is lost", origin_->place_.manifest->path(file));
    TRY(auto opened, ResultFiles::open(origin_->place_, file));
    if (stamp_of(opened) != origin_->stamps_[file.value()]) return other_than_before(opened);
    return opened;
  }
  Result<Found> read_open(content::FileIndex file, content::PieceIndex piece, MutableBytes out) {
    const content::PieceGeometry geometry = origin_->place_.manifest->geometry(file);
    if (open_->sparse() && open_->piece_is_hole(geometry, piece)) return Found::kHole;
    TRY_VOID(open_->read_piece(geometry, piece, out));
    return Found::kBytes;
  }

  const ResultFiles* origin_;
  std::optional<content::FileIndex> open_index_;
  std::optional<content::SourceFile> open_;
  std::optional<Error> failure_;
};

std::unique_ptr<PieceOrigin::Reader> ResultFiles::reader() const {
  return std::make_unique<FileReader>(*this);
}

Layer ResultFiles::layer(content::FileIndex file) const {
  const auto entry = place_.manifest->entry(file);
  auto found = layers_.find(place_.manifest->geometry(file), entry.id);
  if (!found) return nullptr;
  return std::make_shared<const content::PieceLayer>(std::move(*found));
}

void ResultFiles::changed(const Error& error) const {
  if (on_changed_ && !told_.exchange(true)) on_changed_(error);
}

Result<content::SourceFile> ResultFiles::open(const ResultPlace& place, content::FileIndex file) {
  const auto entry = place.manifest->entry(file);
  const auto open_there = [&]() -> Result<content::SourceFile> {
    if (place.single_file) return content::SourceFile::open(place.path);
    TRY(const auto folder, content::SourceFolder::open(place.path));
    TRY(const auto path, content::RelativePath::parse(entry.path));
    return content::SourceFile::open_in(folder, path);
  };
  auto opened = open_there();
  if (!opened) {
    const ErrorCode code = opened.error().code;
    const bool gone = code == ErrorCode::kNotFound || code == ErrorCode::kInvalidArgument ||
                      code == ErrorCode::kSourceChanged;
    if (!gone) return opened;
    const auto path = place.single_file ? place.path : place.path / entry.path;
    return fail(ErrorCode::kSourceChanged, "{} is no longer where it was downloaded to", path.string());
  }
  if (opened->stamp().size != entry.size || opened->stamp().mtime_ns != entry.mtime_ns)
    return other_than_before(*opened);
  return opened;
}

Result<std::vector<ResultStamp>> ResultFiles::stamps_of(const ResultPlace& place,
                                                        const content::Selection& wanted,
                                                        content::LayerCache* cache) {
  std::vector<ResultStamp> out(place.manifest->entry_count());
  for (std::uint32_t i = 0; i < place.manifest->entry_count(); ++i) {
    const content::FileIndex file(i);
    if (!place.manifest->is_file(file) || !wanted.contains(file)) continue;
    TRY(const auto opened, open(place, file));
    out[i] = stamp_of(opened);
    if (cache != nullptr) cache->vouch(opened.stamp(), place.manifest->entry(file).id);
  }
  if (cache != nullptr) cache->flush();
  return out;
}

Result<> ResultFiles::expect(const ResultPlace& place, const content::Selection& wanted,
                             const std::vector<ResultStamp>& stamps) {
  TRY(const auto now, stamps_of(place, wanted));
  if (now == stamps) return {};
  for (std::uint32_t i = 0; i < place.manifest->entry_count(); ++i) {
    if (now[i] == stamps[i]) continue;
    return fail(ErrorCode::kSourceChanged, "{} has changed since it was downloaded",
                place.single_file ? place.path.string()
                                  : (place.path / place.manifest->path(content::FileIndex(i))).string());
  }
  return fail(ErrorCode::kSourceChanged, "{} has changed since it was downloaded", place.path.string());
}

}  // namespace covey::swarm
