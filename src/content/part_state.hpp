#pragma once
// PartFolder's state: the pieces, files and record of one partial download, kept in step.

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>

#include "content/part_files.hpp"
#include "content/part_folder.hpp"

namespace covey::content {

/// Removes what a download keeps in its part folder, and the folder unless it holds something else.
Result<> remove_part(const std::filesystem::path& part);

class PartFolder::State {
 public:
  static Result<std::unique_ptr<State>> open(const std::filesystem::path& directory, const RelativePath& name,
                                             PartDescription description, DiskCalls& disk);

  Result<> add(const PieceRef& ref, PartRecord::EntryKind kind, ByteView bytes);
  Result<> read(const PieceRef& ref, MutableBytes out);
  Result<> confirm(const PieceRef& ref);
  void forget(const PieceRef& ref);
  Result<> checkpoint();
  Result<std::filesystem::path> finish(OnTaken on_taken);
  Result<> discard();

  [[nodiscard]] bool has(const PieceRef& ref);
  [[nodiscard]] bool has_all(FileIndex file);
  [[nodiscard]] PieceSet held();
  [[nodiscard]] bool complete();
  [[nodiscard]] PartCounts wanted() const { return pieces_.wanted(); }
  [[nodiscard]] PartCounts present();
  [[nodiscard]] PartCounts resumed();
  [[nodiscard]] std::vector<PieceRef> unproven();
  [[nodiscard]] PieceGeometry geometry(FileIndex file) const { return manifest_->geometry(file); }

 private:
  /// The folders and the locked record, as open() finds or makes them.
  struct Opened {
    FileDescriptor folder;  // DIR
    FileDescriptor part;    // DIR/NAME.covey-part
    FileDescriptor record;
    std::filesystem::path directory;
    std::filesystem::path path;  // of the part folder
  };

  State(Opened opened, std::string name, PartDescription description,
        std::shared_ptr<const Manifest> manifest, Selection wanted, DiskCalls& disk);

  static Result<Opened> open_folders(const std::filesystem::path& directory, const RelativePath& name,
                                     DiskCalls& disk);
  static Result<bool> lock_record(Opened& opened, const std::string& part_name, DiskCalls& disk);
  Result<> begin(const RecordHeader& header);
  Result<> resume(const RecordHeader& header);
  Result<> store_manifest(ByteView bytes);
  void apply(const std::vector<PartRecord::PieceClaim>& claims);
  Result<> forget_what_vanished();
  Result<> forget_file(FileIndex file);
  Result<> make_what_has_no_pieces();
  void remove_unwanted();
  Result<> set_times();
  Result<> announce(std::uint32_t candidate);
  /// Whether an announced move into place has happened.
  [[nodiscard]] bool stands_in_place(const PartRecord::Entry& finishing) const;
  void clean_up();
  [[nodiscard]] std::uint64_t data_inode() const;
  Result<std::filesystem::path> put_in_place(OnTaken on_taken);

  DiskCalls& disk_;
  FileDescriptor folder_;
  FileDescriptor part_;
  FileDescriptor record_file_;  // until record_ has it
  std::filesystem::path path_;
  std::shared_ptr<const Manifest> manifest_;
  Selection wanted_;
  bool tree_;
  ResultPlace place_;
  std::unique_ptr<PartFiles> files_;
  std::optional<std::filesystem::path> delivered_;  // an earlier run had put it in place already
  std::optional<PartRecord::Entry> announced_;      // the name that finish() tried last
  bool leftovers_ = false;                          // pieces of files that are no longer wanted

  std::shared_mutex moving_;  // held by readers; alone by whoever moves `data` into place
  std::mutex checkpoint_;     // one at a time; taken before mutex_
  std::mutex mutex_;          // guards all below
  PartPieces pieces_;
  std::optional<PartRecord> record_;
  std::uint64_t vouched_ = 0;  // entries of the record when it was last vouched for
  std::set<PieceRef> being_written_;
  std::set<PieceRef> unproven_;
  PartCounts resumed_;
};

}  // namespace covey::content
