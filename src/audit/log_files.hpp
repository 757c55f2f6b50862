#pragma once
// The files of an audit log as they lie in its folder, and their lines one after the other, in either
// direction: a bounded buffer, whatever stands in a file. Blocking; any thread, one for each reader.
// Spec: docs/spec/audit.md, "Files".

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/log_end.hpp"
#include "content/file_descriptor.hpp"

namespace covey::audit {

/// "audit-000001.jsonl"
[[nodiscard]] std::string log_file_name(std::uint64_t number);
/// The numbers of the files in the folder, ascending. kNotFound when there is no such folder.
Result<std::vector<std::uint64_t>> list_log_files(const std::filesystem::path& folder);
Result<content::FileDescriptor> open_log_file(const std::filesystem::path& folder, std::uint64_t number);
/// Nothing when there is no such file; kCorrupt when it is not one that Covey wrote, kUnsupported.
Result<std::optional<LogEnd>> read_log_end(const std::filesystem::path& folder);

struct RawLine {
  enum class Form : std::uint8_t { kWhole, kTooLong, kTorn };  // kTorn: without a line break, at the end

  std::string_view text;  // with its line break; empty when it is too long; good until the next call
  Form form = Form::kWhole;
  std::uint64_t number = 0;  // from 1; backwards it is 0
  std::uint64_t end = 0;     // the offset after it
};

class LineReader {
 public:
  explicit LineReader(content::FileDescriptor file) : file_(std::move(file)) {}

  /// Nothing at the end of the file.
  Result<std::optional<RawLine>> next();

 private:
  Result<bool> fill();

  content::FileDescriptor file_;
  std::string buffer_;
  std::size_t begin_ = 0;
  std::uint64_t offset_ = 0;  // of buffer_[begin_]
  std::uint64_t lines_ = 0;
};

/// From the last line to the first. What follows the last line break is not a line and passed over.
class BackwardLineReader {
 public:
  static Result<BackwardLineReader> open(content::FileDescriptor file);

  /// Nothing at the beginning of the file. Lines that are too long are passed over.
  Result<std::optional<RawLine>> next();

 private:
  BackwardLineReader(content::FileDescriptor file, std::uint64_t size)
      : file_(std::move(file)), left_(size) {}
  Result<bool> fill();

  content::FileDescriptor file_;
  std::uint64_t left_;  // bytes of the file before the buffer
  std::string buffer_;  // not yet given out
  std::string line_;    // the one that was
  bool at_break_ = false;
  bool too_long_ = false;
};

}  // namespace covey::audit
