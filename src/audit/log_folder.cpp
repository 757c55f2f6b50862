#include "audit/log_folder.hpp"

#include <fcntl.h>

#include <cerrno>

#include "audit/log_files.hpp"

namespace covey::audit {
namespace {

constexpr mode_t kPrivate = 0600;
constexpr const char* kNewEndName = "head.new";

}  // namespace

Result<LogFolder> LogFolder::open(const std::filesystem::path& path, content::DiskCalls& disk) {
  content::FileDescriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return fail_errno(errno, fmt::format("cannot open {}", path.string()));
  return LogFolder(path, std::move(folder), disk);
}

std::unexpected<Error> LogFolder::failed(std::string_view doing) const {
  return fail_errno(errno, fmt::format("cannot {} the audit log in {}", doing, path_.string()));
}

Result<content::FileDescriptor> LogFolder::create(std::uint64_t number) {
  content::FileDescriptor file(disk_->open_beneath(folder_.get(), log_file_name(number).c_str(),
                                                   O_WRONLY | O_APPEND | O_CREAT, kPrivate));
  if (!file) return failed("begin a file of");
  TRY_VOID(cut(file, 0));
  return file;
}

Result<content::FileDescriptor> LogFolder::open_for_appending(std::uint64_t number) {
  content::FileDescriptor file(
      disk_->open_beneath(folder_.get(), log_file_name(number).c_str(), O_WRONLY | O_APPEND, 0));
  if (!file) return failed("open");
  return file;
}

Result<> LogFolder::remove_before(std::uint64_t number) {
  TRY(const auto files, list_log_files(path_));
  for (const std::uint64_t file : files) {
    if (file >= number) break;
    if (disk_->remove_file(folder_.get(), log_file_name(file).c_str()) != 0) {
      return failed("drop the oldest file of");
    }
  }
  return {};
}

Result<> LogFolder::append(const content::FileDescriptor& file, std::string_view text) {
  if (disk_->append(file.get(), as_bytes(text)) != 0) return failed("write");
  return {};
}

Result<> LogFolder::cut(const content::FileDescriptor& file, std::uint64_t size) {
  if (disk_->resize(file.get(), size) != 0) return failed("mend");
  return {};
}

Result<> LogFolder::sync(const content::FileDescriptor& file) {
  if (disk_->sync_file(file.get()) != 0) return failed("save");
  return {};
}

Result<> LogFolder::sync_names() {
  if (disk_->sync_folder(folder_.get()) != 0) return failed("save");
  return {};
}

Result<> LogFolder::replace_end(const LogEnd& end) {
  const content::FileDescriptor file(
      disk_->open_beneath(folder_.get(), kNewEndName, O_WRONLY | O_APPEND | O_CREAT | O_TRUNC, kPrivate));
  if (!file) return failed("save the end of");
  TRY_VOID(append(file, to_text(end)));
  TRY_VOID(sync(file));
  if (disk_->rename_over(folder_.get(), kNewEndName, std::string(kLogEndName).c_str()) != 0) {
    return failed("save the end of");
  }
  return {};
}

}  // namespace covey::audit
