#include "swarm/own_files.hpp"

namespace covey::swarm {

class OwnFiles::FileReader final : public Reader {
 public:
  explicit FileReader(const OwnFiles& origin) : origin_(&origin) {}

  Result<Found> read(content::FileIndex file, content::PieceIndex piece, MutableBytes out) override {
    TRY_VOID(use_file(file));
    auto found = read_open(file, piece, out);
    // After the read: bytes of a file that changed meanwhile would only be refused at the other end.
    if (found) {
      if (const auto unchanged = open_->check_unchanged(); !unchanged)
        found = std::unexpected(unchanged.error());
    }
    if (!found) release();
    return found;
  }

  void release() override {
    open_index_.reset();
    open_.reset();
  }

 private:
  Result<> use_file(content::FileIndex file) {
    if (open_index_ == file) return {};
    release();
    TRY(auto opened, origin_->files_.open(origin_->manifest_->path(file)));
    TRY_VOID(opened.expect(origin_->stamps_[file.value()]));
    open_ = std::move(opened);
    open_index_ = file;
    return {};
  }
  Result<Found> read_open(content::FileIndex file, content::PieceIndex piece, MutableBytes out) {
    const content::PieceGeometry geometry = origin_->manifest_->geometry(file);
    if (open_->sparse() && open_->piece_is_hole(geometry, piece)) return Found::kHole;
    TRY_VOID(open_->read_piece(geometry, piece, out));
    return Found::kBytes;
  }

  const OwnFiles* origin_;
  std::optional<content::FileIndex> open_index_;
  std::optional<content::SourceFile> open_;
};

std::unique_ptr<PieceOrigin::Reader> OwnFiles::reader() const {
  return std::make_unique<FileReader>(*this);
}

Layer OwnFiles::layer(content::FileIndex file) const {
  const auto found = layers_.find(file);
  return found == layers_.end() ? nullptr : found->second;
}

}  // namespace covey::swarm
