#pragma once
// LogFolder: the writes of an audit log to its folder, with errors in words. What is named durable is on the
// disk when the call returns. Blocking; one thread. Spec: docs/spec/audit.md, "Files".

#include <filesystem>
#include <string_view>

#include "audit/log_end.hpp"
#include "content/disk_calls.hpp"
#include "content/file_descriptor.hpp"

namespace covey::audit {

class LogFolder {
 public:
  static Result<LogFolder> open(const std::filesystem::path& path, content::DiskCalls& disk);

  /// An empty file for appending, whatever was there.
  Result<content::FileDescriptor> create(std::uint64_t number);
  Result<content::FileDescriptor> open_for_appending(std::uint64_t number);
  /// All files with a smaller number.
  Result<> remove_before(std::uint64_t number);
  Result<> append(const content::FileDescriptor& file, std::string_view text);
  Result<> cut(const content::FileDescriptor& file, std::uint64_t size);
  Result<> sync(const content::FileDescriptor& file);
  Result<> sync_names();
  /// In one step; the bytes are durable, and either they or those before have the name.
  Result<> replace_end(const LogEnd& end);

 private:
  LogFolder(std::filesystem::path path, content::FileDescriptor folder, content::DiskCalls& disk)
      : path_(std::move(path)), folder_(std::move(folder)), disk_(&disk) {}
  [[nodiscard]] std::unexpected<Error> failed(std::string_view doing) const;

  std::filesystem::path path_;
  content::FileDescriptor folder_;
  content::DiskCalls* disk_;
};

}  // namespace covey::audit
