#pragma once
// PartFolder: the destination side of a download. Until everything is there and verified, it lives in
// DIR/NAME.covey-part (`data`, `record`, and `manifest` for a folder); then DIR/NAME appears in one step.
//
// Invariant: has() is true only for pieces that were verified, written and recorded. The part folder is 0700
// and locked, so that nobody else reads or writes it. write_piece, skip_hole, read_piece, has, held,
// checkpoint and the counts may be called from several threads at once, also beside finish(); all else from
// one thread alone. Spec: docs/spec/content.md, "Partial downloads".

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "content/disk_calls.hpp"
#include "content/manifest.hpp"
#include "content/part_record.hpp"
#include "content/piece_store.hpp"
#include "content/result_place.hpp"
#include "content/selection.hpp"

namespace covey::content {

/// A download of one file.
struct PartFile {
  std::uint64_t size = 0;
  bool executable = false;
  std::int64_t mtime_ns = 0;
};
/// A download of a folder: `manifest` parsed from `manifest_bytes`, whose hash is the root.
struct PartTree {
  std::shared_ptr<const Manifest> manifest;
  ByteView manifest_bytes;  // borrowed during open() only
  Selection wanted;
};
struct PartDescription {
  ContentId root;
  PartShareId share_id;
  std::variant<PartFile, PartTree> what;
};

class PartFolder final : public PieceStore {
 public:
  /// Begins a download, or resumes the one that DIR/NAME.covey-part holds. `name` is a single component.
  /// kAlreadyExists when that folder belongs to other content or is in use by another process; kDiskFull,
  /// kIo, kPermissionDenied; kVerificationFailed when an empty file's root is not that of no bytes.
  static Result<PartFolder> open(const std::filesystem::path& directory, const RelativePath& name,
                                 PartDescription description, DiskCalls& disk = DiskCalls::real());
  /// The verified manifest that an earlier run stored for this root, if there is one.
  static std::optional<Bytes> stored_manifest(const std::filesystem::path& directory,
                                              const RelativePath& name, const ContentId& root);
  /// Where the partial download of `name` lives.
  static std::filesystem::path part_path(const std::filesystem::path& directory, const RelativePath& name);

  /// Removes what an ended download left there; nothing when there is none. kAlreadyExists when the folder
  /// holds files that no download put there.
  static Result<> remove_left_over(const std::filesystem::path& directory, const RelativePath& name);

  PartFolder(PartFolder&&) noexcept;
  PartFolder& operator=(PartFolder&&) noexcept;
  ~PartFolder() override;

  /// Writes a piece that verified, then records it. On an error nothing recorded before is lost and the piece
  /// may be written again. kDiskFull, kIo, kPermissionDenied.
  Result<> write_piece(FileIndex file, PieceIndex piece, ByteView verified_bytes) override;
  /// Records a verified piece of zeros without writing them: the file stays sparse there.
  Result<> skip_hole(FileIndex file, PieceIndex piece) override;
  /// Reads back a piece, to serve it or to prove it again. `out`: the piece's length. After finish() from the
  /// result, where kSourceChanged says that somebody has changed the file since.
  Result<> read_piece(FileIndex file, PieceIndex piece, MutableBytes out) const;

  /// Empty files need no piece: has() is true for theirs from the beginning. False for directories.
  [[nodiscard]] bool has(FileIndex file, PieceIndex piece) const override;
  /// Whether all pieces of a file are there.
  [[nodiscard]] bool has_all(FileIndex file) const override;
  [[nodiscard]] PieceSet held() const override;
  /// Whether all pieces of all wanted files are there.
  [[nodiscard]] bool complete() const override;
  /// How a file is cut into pieces.
  [[nodiscard]] PieceGeometry geometry(FileIndex file) const;

  using Counts = PartCounts;
  [[nodiscard]] Counts wanted() const override;
  [[nodiscard]] Counts present() const override;
  /// Of present(), what an earlier run had left.
  [[nodiscard]] Counts resumed() const override;

  /// Pieces that were written before a restart of the machine and may not have reached the disk. has() is
  /// false for them until confirm(); read and verify each, then confirm or forget it.
  [[nodiscard]] std::vector<PieceRef> unproven() const;
  Result<> confirm(const PieceRef& piece);
  void forget(const PieceRef& piece);

  /// Makes everything written so far survive a power loss. Costs a disk flush; call it every few seconds.
  Result<> checkpoint();
  /// Puts the result in place and removes the part folder; the path it got. kNotFound when something wanted
  /// is missing; kAlreadyExists for kRefuse when the name is taken (the part folder stays, finish() may be
  /// called again). Afterwards the object only serves reading.
  Result<std::filesystem::path> finish(OnTaken on_taken);
  /// Removes the part folder and all that was downloaded. The object is spent.
  Result<> discard();

 private:
  class State;
  explicit PartFolder(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace covey::content
