// How a partial download is begun or found again: the folder, its lock, its record, what of it is believed.

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "content/part_state.hpp"
#include "content/tree.hpp"
#include "content/whole_file.hpp"

namespace covey::content {
namespace {

constexpr std::uint8_t kFileDownload = 1;
constexpr std::uint8_t kFolderDownload = 2;
constexpr int kLockAttempts = 10;

struct Plan {
  RecordHeader header;
  std::shared_ptr<const Manifest> manifest;
  Selection wanted;
};

Result<Plan> plan_file(const RelativePath& name, const PartDescription& description, const PartFile& file) {
  if (file.size == 0 && description.root != hash_whole({}))
    return fail(ErrorCode::kVerificationFailed, "{} is said to be empty but has the id of other content",
                printable_path(name.text()));
  ManifestEntry entry{name, EntryKind::kFile, file.size, file.executable, file.mtime_ns, description.root};
  TRY(Manifest manifest, Manifest::single_file(entry));
  auto shared = std::make_shared<const Manifest>(std::move(manifest));
  Selection wanted = Selection::everything(*shared);
  return Plan{{kFileDownload, file.size, description.root, description.share_id}, shared, std::move(wanted)};
}

Result<Plan> plan_tree(const PartDescription& description, const PartTree& tree) {
  if (tree.manifest->id() != description.root)
    return fail(ErrorCode::kVerificationFailed, "the list of files is not the one with id {}",
                to_text(description.root));
  if (tree.wanted.entry_count() != tree.manifest->entry_count())
    return fail(ErrorCode::kInternal, "a selection from another list of files");
  return Plan{{kFolderDownload, tree.manifest_bytes.size(), description.root, description.share_id},
              tree.manifest,
              tree.wanted};
}

/// Only a folder that is empty or holds a record was made by a download; anything else is the user's own.
Result<> refuse_foreign(const std::filesystem::path& part) {
  std::error_code error;
  if (std::filesystem::exists(std::filesystem::symlink_status(part / "record", error))) return {};
  const bool empty = std::filesystem::is_empty(part, error);
  if (error || empty) return {};
  return fail(
      ErrorCode::kAlreadyExists,
      "{} is in the way and holds files that no download put there; move it away, or receive into another "
      "folder with -o",
      part.string());
}

/// A part folder is ours alone; where the file system keeps modes, it is closed to others.
Result<> make_private(int part, const std::filesystem::path& path) {
  struct stat status {};
  if (::fstat(part, &status) != 0) return fail_write(errno, path);
  if (status.st_uid != ::geteuid())
    return fail(ErrorCode::kPermissionDenied,
                "{} belongs to another user; receive into another folder with -o", path.string());
  if ((status.st_mode & 077) != 0) ::fchmod(part, 0700);
  return {};
}

}  // namespace

Result<> PartFolder::remove_left_over(const std::filesystem::path& directory, const RelativePath& name) {
  const std::filesystem::path part = part_path(directory, name);
  TRY_VOID(refuse_foreign(part));
  return remove_part(part);
}

PartFolder::State::State(Opened opened, std::string name, PartDescription description,
                         std::shared_ptr<const Manifest> manifest, Selection wanted, DiskCalls& disk)
    : disk_(disk),
      folder_(std::move(opened.folder)),
      part_(std::move(opened.part)),
      record_file_(std::move(opened.record)),
      path_(std::move(opened.path)),
      manifest_(std::move(manifest)),
      wanted_(std::move(wanted)),
      tree_(std::holds_alternative<PartTree>(description.what)),
      place_(disk, folder_.get(), part_.get(), std::move(opened.directory), std::move(name)),
      pieces_(*manifest_, wanted_) {}

Result<std::unique_ptr<PartFolder::State>> PartFolder::State::open(const std::filesystem::path& directory,
                                                                   const RelativePath& name,
                                                                   PartDescription description,
                                                                   DiskCalls& disk) {
  if (name.depth() != 1)
    return fail(ErrorCode::kInvalidArgument, "'{}' is a path; a download needs a bare name",
                printable_path(name.text()));
  const auto* tree = std::get_if<PartTree>(&description.what);
  TRY(Plan plan, tree != nullptr ? plan_tree(description, *tree)
                                 : plan_file(name, description, std::get<PartFile>(description.what)));
  TRY(Opened opened, open_folders(directory, name, disk));
  struct stat status {};
  if (::fstat(opened.record.get(), &status) != 0) return fail_write(errno, opened.path / "record");
  const ByteView manifest_bytes = tree != nullptr ? tree->manifest_bytes : ByteView();
  std::unique_ptr<State> state(new State(std::move(opened), name.text(), description,
                                         std::move(plan.manifest), std::move(plan.wanted), disk));
  // A record that is shorter than its header was not yet relied upon by anything.
  if (static_cast<std::size_t>(status.st_size) < PartRecord::kHeaderBytes) {
    TRY_VOID(state->begin(plan.header));
  } else {
    TRY_VOID(state->resume(plan.header));
  }
  if (!state->delivered_ && state->tree_) TRY_VOID(state->store_manifest(manifest_bytes));
  return state;
}

Result<PartFolder::State::Opened> PartFolder::State::open_folders(const std::filesystem::path& directory,
                                                                  const RelativePath& name, DiskCalls& disk) {
  Opened opened;
  opened.directory = directory;
  opened.path = part_path(directory, name);
  const std::string part_name = opened.path.filename().string();
  opened.folder = FileDescriptor(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.folder) return fail_errno(errno, fmt::format("cannot open the folder {}", directory.string()));
  for (int attempt = 0; attempt < kLockAttempts; ++attempt) {
    if (disk.make_folder(opened.folder.get(), part_name.c_str(), 0700) != 0 && errno != EEXIST)
      return fail_write(errno, opened.path);
    opened.part =
        FileDescriptor(disk.open_beneath(opened.folder.get(), part_name.c_str(), O_RDONLY | O_DIRECTORY, 0));
    if (!opened.part && errno == ENOENT) continue;  // another process has just removed it
    if (!opened.part) return fail_write(errno, opened.path);
    TRY_VOID(make_private(opened.part.get(), opened.path));
    TRY(const bool locked, lock_record(opened, part_name, disk));
    if (locked) return opened;
  }
  return fail(ErrorCode::kAlreadyExists, "{} is being written by another covey", opened.path.string());
}

/// False when the folder was removed while we waited for its lock.
Result<bool> PartFolder::State::lock_record(Opened& opened, const std::string& part_name, DiskCalls& disk) {
  const std::filesystem::path path = opened.path / "record";
  TRY_VOID(refuse_foreign(opened.path));
  opened.record = FileDescriptor(
      disk.open_beneath(opened.part.get(), "record", O_RDWR | O_CREAT | O_APPEND | O_NONBLOCK, 0600));
  if (!opened.record) {
    if (errno == ENOENT) return false;
    return fail_write(errno, path);
  }
  if (::flock(opened.record.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return fail_errno(errno, fmt::format("cannot lock {}", path.string()));
    return fail(ErrorCode::kAlreadyExists,
                "{} is being written by another covey; wait for it, or receive into another folder with -o",
                opened.path.string());
  }
  struct stat mine {};
  struct stat named {};
  if (::fstat(opened.part.get(), &mine) != 0) return fail_write(errno, opened.path);
  if (::fstatat(opened.folder.get(), part_name.c_str(), &named, AT_SYMLINK_NOFOLLOW) != 0 ||
      mine.st_ino != named.st_ino || ::fstat(opened.record.get(), &named) != 0)
    return false;
  return named.st_nlink > 0;
}

Result<> PartFolder::State::begin(const RecordHeader& header) {
  if (disk_.resize(record_file_.get(), 0) != 0) return fail_write(errno, path_ / "record");
  std::error_code ignored;  // what stands there without a record belongs to nothing
  std::filesystem::remove_all(path_ / "data", ignored);
  const auto layout = tree_ ? PartFiles::Layout::kTree : PartFiles::Layout::kSingleFile;
  TRY(files_, PartFiles::open(disk_, part_.get(), path_, layout, *manifest_));
  TRY(record_, PartRecord::create(std::move(record_file_), header, disk_));
  // A power loss may take the names of the folder and the record with it, but not one of the two.
  if (disk_.sync_folder(part_.get()) != 0 || disk_.sync_folder(folder_.get()) != 0)
    return fail_write(errno, path_);
  return {};
}

Result<> PartFolder::State::resume(const RecordHeader& header) {
  auto found = PartRecord::read_header(record_file_.get());
  if (!found) {
    found.error().context += fmt::format("; remove {} and start again", path_.string());
    return std::unexpected(std::move(found.error()));
  }
  if (found->kind != header.kind || found->size != header.size || found->root != header.root)
    return fail(
        ErrorCode::kAlreadyExists,
        "{} holds part of a different download; finish or remove it, or receive into another folder with -o",
        path_.string());
  PartRecord::Replay replay;
  TRY(record_, PartRecord::resume(std::move(record_file_), *found, disk_, replay));
  apply(replay.claims);
  if (replay.finishing && stands_in_place(*replay.finishing) && unproven_.empty()) {
    delivered_ = place_.path_of(replay.finishing->note);
    resumed_ = pieces_.present();
    return {};
  }
  const auto layout = tree_ ? PartFiles::Layout::kTree : PartFiles::Layout::kSingleFile;
  TRY(files_, PartFiles::open(disk_, part_.get(), path_, layout, *manifest_));
  if (replay.unsynced) files_->touch_again({.files = {}, .folders = {}, .too_many = true});
  TRY_VOID(forget_what_vanished());
  resumed_ = pieces_.present();
  return {};
}

void PartFolder::State::apply(const std::vector<PartRecord::PieceClaim>& claims) {
  for (const auto& [ref, claim] : claims) {
    if (!pieces_.exists(ref)) continue;
    const std::uint32_t length = geometry(ref.file).length(ref.piece);
    unproven_.erase(ref);
    if (claim == PartRecord::Claim::kBelieved) pieces_.set(ref, length);
    if (claim == PartRecord::Claim::kForgotten) pieces_.clear(ref, length);
    if (claim == PartRecord::Claim::kUnproven && !pieces_.has(ref)) unproven_.insert(ref);
    if (!wanted_.contains(ref.file)) leftovers_ = true;
  }
}

/// The user may have removed files of the partial download; what the record says of them is void, now and for
/// every later run.
Result<> PartFolder::State::forget_what_vanished() {
  std::vector<FileIndex> vanished;
  auto unproven = unproven_.begin();
  for (std::uint32_t i = 0; i < manifest_->entry_count(); ++i) {
    const FileIndex file(i);
    while (unproven != unproven_.end() && unproven->file < file) ++unproven;
    const bool claimed = pieces_.missing(file) < pieces_.count(file) ||
                         (unproven != unproven_.end() && unproven->file == file);
    if (claimed && !files_->in_place(file)) vanished.push_back(file);
  }
  if (vanished.empty()) return {};
  for (const FileIndex file : vanished) TRY_VOID(forget_file(file));
  return record_->flush();
}

Result<> PartFolder::State::forget_file(FileIndex file) {
  std::vector<PartRecord::Entry> entries;
  for (std::uint32_t i = 0; i < pieces_.count(file); ++i) {
    const PieceRef ref{file, PieceIndex(i)};
    if (unproven_.erase(ref) == 0 && !pieces_.has(ref)) continue;
    pieces_.clear(ref, geometry(file).length(ref.piece));
    entries.push_back({PartRecord::EntryKind::kForgotten, 0, file.value(), i});
  }
  return record_->append(entries);
}

Result<> PartFolder::State::store_manifest(ByteView bytes) {
  const std::filesystem::path path = path_ / "manifest";
  FileDescriptor file(disk_.open_beneath(part_.get(), "manifest", O_RDWR | O_CREAT | O_NONBLOCK, 0600));
  if (!file) return fail_write(errno, path);
  const auto stored = read_whole(file.get(), bytes.size());
  if (stored && std::equal(stored->begin(), stored->end(), bytes.begin(), bytes.end())) return {};
  if (disk_.resize(file.get(), 0) != 0 || disk_.write_at(file.get(), bytes, 0) != 0 ||
      disk_.sync_file(file.get()) != 0 || disk_.sync_folder(part_.get()) != 0)
    return fail_write(errno, path);
  return {};
}

}  // namespace covey::content
