#include "content/part_state.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <shared_mutex>
#include <system_error>

namespace covey::content {

Result<> PartFolder::State::add(const PieceRef& ref, PartRecord::EntryKind kind, ByteView bytes) {
  const bool hole = kind == PartRecord::EntryKind::kHole;
  if (ref.file.value() >= manifest_->entry_count() || !wanted_.contains(ref.file) || delivered_)
    return fail(ErrorCode::kInternal, "a piece of a file that is not wanted");
  if (geometry(ref.file).size() == 0) return {};  // made at the end
  const std::uint32_t length = geometry(ref.file).length(ref.piece);
  if (!pieces_.exists(ref) || (!hole && bytes.size() != length))
    return fail(ErrorCode::kInternal, "piece {} of {} with {} bytes", ref.piece.value(),
                files_->path_of(ref.file).string(), bytes.size());
  {
    // Whoever comes second has nothing to do: its bytes are the same, or they would not have verified.
    const std::scoped_lock lock(mutex_);
    if (pieces_.has(ref) || !being_written_.insert(ref).second) return {};
  }
  const Result<> written = hole ? files_->leave_hole(ref) : files_->write(ref, bytes);
  const PartRecord::Entry entry{kind, 0, ref.file.value(), ref.piece.value()};
  const std::scoped_lock lock(mutex_);
  being_written_.erase(ref);
  TRY_VOID(written);
  TRY_VOID(record_->append({&entry, 1}));
  unproven_.erase(ref);
  pieces_.set(ref, length);
  return {};
}

Result<> PartFolder::State::read(const PieceRef& ref, MutableBytes out) {
  const std::shared_lock lock(moving_);
  if (files_ == nullptr || ref.file.value() >= manifest_->entry_count() ||
      !geometry(ref.file).contains(ref.piece) || out.size() != geometry(ref.file).length(ref.piece))
    return fail(ErrorCode::kInternal, "no such piece to read back");
  if (out.empty()) return {};
  return files_->read(ref, out);
}

bool PartFolder::State::has(const PieceRef& ref) {
  if (ref.file.value() >= manifest_->entry_count() || !manifest_->is_file(ref.file)) return false;
  if (geometry(ref.file).size() == 0) return ref.piece.value() == 0;
  const std::scoped_lock lock(mutex_);
  return pieces_.exists(ref) && pieces_.has(ref);
}

bool PartFolder::State::has_all(FileIndex file) {
  if (file.value() >= manifest_->entry_count() || !manifest_->is_file(file)) return false;
  const std::scoped_lock lock(mutex_);
  return pieces_.missing(file) == 0;
}

PieceSet PartFolder::State::held() {
  const std::scoped_lock lock(mutex_);
  PieceSet out = pieces_.held();
  if (!leftovers_) return out;
  const PieceNumbers numbers(*manifest_);
  for (std::uint32_t i = 0; i < manifest_->entry_count(); ++i) {
    const FileIndex file(i);
    if (wanted_.contains(file)) continue;
    for (std::uint32_t piece = 0; piece < numbers.count(file); ++piece)
      out.erase(numbers.first(file) + piece);
  }
  return out;
}

bool PartFolder::State::complete() {
  const std::scoped_lock lock(mutex_);
  return pieces_.present() == pieces_.wanted();
}

PartCounts PartFolder::State::present() {
  const std::scoped_lock lock(mutex_);
  return pieces_.present();
}

PartCounts PartFolder::State::resumed() {
  const std::scoped_lock lock(mutex_);
  return resumed_;
}

std::vector<PieceRef> PartFolder::State::unproven() {
  const std::scoped_lock lock(mutex_);
  return {unproven_.begin(), unproven_.end()};
}

Result<> PartFolder::State::confirm(const PieceRef& ref) {
  const std::scoped_lock lock(mutex_);
  if (!unproven_.contains(ref)) return {};
  const PartRecord::Entry entry{PartRecord::EntryKind::kPiece, 0, ref.file.value(), ref.piece.value()};
  TRY_VOID(record_->append({&entry, 1}));
  unproven_.erase(ref);
  if (!wanted_.contains(ref.file)) {
    pieces_.set(ref, geometry(ref.file).length(ref.piece));
    return {};
  }
  const PartCounts before = pieces_.present();
  pieces_.set(ref, geometry(ref.file).length(ref.piece));
  resumed_.bytes += pieces_.present().bytes - before.bytes;
  resumed_.pieces += pieces_.present().pieces - before.pieces;
  resumed_.files += pieces_.present().files - before.files;
  return {};
}

void PartFolder::State::forget(const PieceRef& ref) {
  const std::scoped_lock lock(mutex_);
  if (unproven_.erase(ref) == 0) return;
  // If this fails, the next run asks for the proof once more.
  const PartRecord::Entry entry{PartRecord::EntryKind::kForgotten, 0, ref.file.value(), ref.piece.value()};
  (void)record_->append({&entry, 1});
}

Result<> PartFolder::State::checkpoint() {
  if (files_ == nullptr || files_->is_moved()) return {};
  const std::scoped_lock one_at_a_time(checkpoint_);
  std::uint64_t count = 0;
  bool nothing_new = false;
  {
    const std::scoped_lock lock(mutex_);
    count = record_->entry_count();
    nothing_new = count == vouched_;
  }
  // What was touched is taken after the count: every entry below it had touched its file before.
  const PartFiles::Touched touched = files_->take_touched();
  if (touched.empty() && nothing_new) return {};
  auto saved = files_->sync(touched);
  if (saved) {
    const std::scoped_lock lock(mutex_);
    saved = record_->vouch(count);
    if (saved) vouched_ = count + 1;
  }
  if (saved) saved = record_->flush();  // outside the lock: others write on meanwhile
  if (!saved) files_->touch_again(touched);
  return saved;
}

Result<> PartFolder::State::make_what_has_no_pieces() {
  for (std::uint32_t i = 0; i < manifest_->entry_count(); ++i) {
    const FileIndex entry(i);
    if (!wanted_.contains(entry)) continue;
    if (!manifest_->is_file(entry) || geometry(entry).size() == 0) TRY_VOID(files_->make(entry));
  }
  return {};
}

/// An earlier run may have wanted more.
void PartFolder::State::remove_unwanted() {
  if (!leftovers_) return;
  for (std::uint32_t i = manifest_->entry_count(); i-- > 0;)
    if (!wanted_.contains(FileIndex(i))) files_->remove(FileIndex(i));
}

/// Small files have theirs; folders come last, from the inside outwards, because making entries changes them.
Result<> PartFolder::State::set_times() {
  for (std::uint32_t i = manifest_->entry_count(); i-- > 0;) {
    const FileIndex entry(i);
    if (!wanted_.contains(entry)) continue;
    if (!manifest_->is_file(entry) || !geometry(entry).one_piece()) TRY_VOID(files_->set_mtime(entry));
  }
  return {};
}

std::uint64_t PartFolder::State::data_inode() const {
  struct stat status {};
  return ::fstatat(part_.get(), "data", &status, AT_SYMLINK_NOFOLLOW) == 0 ? status.st_ino : 0;
}

Result<> PartFolder::State::announce(std::uint32_t candidate) {
  const auto entry = PartRecord::Entry::of_number(PartRecord::EntryKind::kFinishing, data_inode(), candidate);
  TRY_VOID(record_->append({&entry, 1}));
  announced_ = entry;
  return record_->flush();
}

bool PartFolder::State::stands_in_place(const PartRecord::Entry& finishing) const {
  return place_.stands_at(finishing.note, finishing.number()) && data_inode() != finishing.number();
}

Result<std::filesystem::path> PartFolder::State::finish(OnTaken on_taken) {
  if (announced_ && stands_in_place(*announced_)) delivered_ = place_.path_of(announced_->note);
  if (!delivered_) {
    if (!complete()) {
      const PartCounts have = present();
      return fail(ErrorCode::kNotFound, "{} of {} pieces are still missing", wanted().pieces - have.pieces,
                  wanted().pieces);
    }
    TRY_VOID(make_what_has_no_pieces());
    remove_unwanted();
    TRY_VOID(set_times());
    TRY_VOID(checkpoint());
    TRY(delivered_, put_in_place(on_taken));
  }
  clean_up();
  return *delivered_;
}

Result<std::filesystem::path> PartFolder::State::put_in_place(OnTaken on_taken) {
  const std::unique_lock lock(moving_);
  TRY(const auto path, place_.put(on_taken, [this](std::uint32_t n) { return announce(n); }));
  files_->moved(folder_.get(), path);
  return path;
}

void PartFolder::State::clean_up() {
  // Nothing of value is left in it; what cannot be removed now is found as finished by the next run.
  (void)remove_part(path_);
}

Result<> PartFolder::State::discard() {
  return remove_part(path_);
}

Result<> remove_part(const std::filesystem::path& part) {
  std::error_code error;
  // The record goes last: as long as it stands, the rest is known to be a download's.
  for (const char* name : {"data", "replaced", "manifest", "record"}) {
    std::filesystem::remove_all(part / name, error);
    if (error) return fail_errno(error.value(), fmt::format("cannot remove {}", (part / name).string()));
  }
  std::filesystem::remove(part, error);
  if (error && error != std::errc::no_such_file_or_directory && error != std::errc::directory_not_empty) {
    return fail_errno(error.value(), fmt::format("cannot remove {}", part.string()));
  }
  return {};
}

}  // namespace covey::content
