#include "daemon/result_move.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <fstream>

#include "content/file_descriptor.hpp"
#include "content/tree.hpp"
#include "daemon/tree_copy.hpp"

namespace covey::daemon {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCopy = "copy";
constexpr const char* kNote = "inode";

content::FileDescriptor open_folder(const fs::path& path) {
  return content::FileDescriptor(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

std::unexpected<Error> failed(std::string_view doing, const fs::path& path) {
  return fail_errno(errno, fmt::format("cannot {} {}", doing, path.string()));
}

bool is_there(const fs::path& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

std::uint64_t inode_of(const fs::path& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

}  // namespace

ResultMove::ResultMove(fs::path source, fs::path directory, content::DiskCalls& disk)
    : source_(std::move(source)), directory_(std::move(directory)), disk_(&disk) {
  // A name of its own: a long one with a suffix might be too long.
  const auto hash = content::to_text(content::hash_whole(as_bytes(source_.filename().string())));
  staging_ = directory_ / (".covey-move-" + hash.substr(0, 16));
}

Result<> ResultMove::check() const {
  if (!is_there(source_)) return fail(ErrorCode::kNotFound, "{} is not there any more", source_.string());
  if (is_there(target()))
    return fail(ErrorCode::kAlreadyExists, "{} exists already; move it away or choose another folder",
                target().string());
  if (is_there(staging_))
    return fail(ErrorCode::kAlreadyExists, "{} is in the way; remove it", staging_.string());
  std::error_code error;
  const auto into =
      fs::weakly_canonical(directory_, error).lexically_relative(fs::weakly_canonical(source_, error));
  if (!into.empty() && *into.begin() != "..")
    return fail(ErrorCode::kInvalidArgument, "{} lies inside of what is to be moved; choose another folder",
                directory_.string());
  return {};
}

Result<> ResultMove::run() {
  const std::atomic<bool> never{false};
  return run(never);
}

Result<> ResultMove::run(const std::atomic<bool>& stop) {
  TRY_VOID(check());
  const auto from = open_folder(source_.parent_path());
  if (!from) return failed("open", source_.parent_path());
  const auto to = open_folder(directory_);
  if (!to) return failed("open", directory_);
  const std::string name = source_.filename().string();
  if (disk_->rename_new(from.get(), name.c_str(), to.get(), name.c_str()) == 0) {
    if (disk_->sync_folder(to.get()) != 0 || disk_->sync_folder(from.get()) != 0)
      return failed("flush", directory_);
    return {};
  }
  if (errno != EXDEV) return failed("move", source_);
  auto moved = move_over(stop);
  // Whatever was not placed is taken back here; what was, stays for recover() to end.
  if (!moved && !was_placed()) (void)remove_staging();
  return moved;
}

Result<> ResultMove::move_over(const std::atomic<bool>& stop) {
  TRY_VOID(copy_to_staging(stop));
  TRY_VOID(note_and_place());
  TRY_VOID(remove_source());
  return remove_staging();
}

Result<> ResultMove::copy_to_staging(const std::atomic<bool>& stop) {
  if (disk_->make_folder(AT_FDCWD, staging_.c_str(), 0700) != 0) return failed("make", staging_);
  return copy_tree(source_, staging_ / kCopy, *disk_, stop);
}

Result<> ResultMove::note_and_place() {
  const auto staging = open_folder(staging_);
  const auto to = open_folder(directory_);
  if (!staging || !to) return failed("open", staging_);
  const content::FileDescriptor note(
      disk_->open_beneath(staging.get(), kNote, O_WRONLY | O_CREAT | O_TRUNC, 0600));
  const std::string inode = std::to_string(inode_of(staging_ / kCopy));
  if (!note || disk_->write_at(note.get(), as_bytes(inode), 0) != 0 || disk_->sync_file(note.get()) != 0 ||
      disk_->sync_folder(staging.get()) != 0)
    return failed("write", staging_ / kNote);
  const std::string name = source_.filename().string();
  if (disk_->rename_new(staging.get(), kCopy, to.get(), name.c_str()) != 0) {
    if (errno == EEXIST) return check();
    return failed("make", target());
  }
  if (disk_->sync_folder(to.get()) != 0) return failed("flush", directory_);
  return {};
}

Result<> ResultMove::remove_source() {
  TRY_VOID(remove_copied(source_, target()));
  const auto from = open_folder(source_.parent_path());
  if (from) (void)disk_->sync_folder(from.get());
  return {};
}

Result<> ResultMove::remove_staging() const {
  std::error_code error;
  // The note goes last: without it a copy was never placed.
  for (const char* name : {kCopy, kNote}) {
    fs::remove_all(staging_ / name, error);
    if (error) return fail_errno(error.value(), fmt::format("cannot remove {}", (staging_ / name).string()));
  }
  fs::remove(staging_, error);
  if (error) return fail_errno(error.value(), fmt::format("cannot remove {}", staging_.string()));
  return {};
}

bool ResultMove::was_placed() const {
  std::ifstream file(staging_ / kNote);
  std::uint64_t inode = 0;
  return (file >> inode) && inode != 0 && inode == inode_of(target()) && !is_there(staging_ / kCopy);
}

Result<ResultMove::Ended> ResultMove::recover() {
  if (was_placed()) {
    TRY_VOID(remove_source());
    TRY_VOID(remove_staging());
    return Ended::kMoved;
  }
  if (is_there(staging_)) {
    TRY_VOID(remove_staging());
    return Ended::kTakenBack;
  }
  return !is_there(source_) && is_there(target()) ? Ended::kMoved : Ended::kTakenBack;
}

}  // namespace covey::daemon
