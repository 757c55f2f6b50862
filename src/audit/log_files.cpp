#include "audit/log_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

namespace covey::audit {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "audit-";
constexpr std::string_view kSuffix = ".jsonl";
constexpr std::size_t kDigits = 6;
constexpr std::size_t kReadBytes = std::size_t{64} * 1024;

std::optional<std::uint64_t> number_of(std::string_view name) {
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) return std::nullopt;
  if (name.size() < kPrefix.size() + kDigits + kSuffix.size()) return std::nullopt;
  const std::string_view digits = name.substr(kPrefix.size(), name.size() - kPrefix.size() - kSuffix.size());
  std::uint64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (number == 0 || log_file_name(number) != name) return std::nullopt;
  return number;
}

/// As many bytes as there are, at most `size`.
Result<std::string> read_at(int file, std::uint64_t offset, std::size_t size) {
  std::string out(size, '\0');
  std::size_t got = 0;
  while (got < size) {
    const ssize_t n = ::pread(file, out.data() + got, size - got, static_cast<off_t>(offset + got));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno(errno, "cannot read the audit log");
    if (n == 0) break;
    got += static_cast<std::size_t>(n);
  }
  out.resize(got);
  return out;
}

Result<content::FileDescriptor> open_plain(const fs::path& path) {
  content::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file) return fail_errno(errno, fmt::format("cannot open {}", path.string()));
  struct stat status {};
  if (::fstat(file.get(), &status) != 0)
    return fail_errno(errno, fmt::format("cannot read {}", path.string()));
  if (!S_ISREG(status.st_mode)) return fail(ErrorCode::kCorrupt, "{} is not a plain file", path.string());
  return file;
}

}  // namespace

std::string log_file_name(std::uint64_t number) {
  return fmt::format("{}{:06}{}", kPrefix, number, kSuffix);
}

Result<std::vector<std::uint64_t>> list_log_files(const fs::path& folder) {
  std::vector<std::uint64_t> out;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (const auto number = number_of(it->path().filename().string())) out.push_back(*number);
  }
  if (error) return fail_errno(error.value(), fmt::format("cannot read {}", folder.string()));
  std::sort(out.begin(), out.end());
  return out;
}

Result<content::FileDescriptor> open_log_file(const fs::path& folder, std::uint64_t number) {
  return open_plain(folder / log_file_name(number));
}

Result<std::optional<LogEnd>> read_log_end(const fs::path& folder) {
  const auto file = open_plain(folder / kLogEndName);
  if (!file && file.error().code == ErrorCode::kNotFound) return std::nullopt;
  if (!file) return std::unexpected(file.error());
  TRY(const std::string text, read_at(file->get(), 0, kMaxLogEndBytes + 1));
  auto end = parse_log_end(text);
  if (!end && end.error().code == ErrorCode::kUnsupported) return std::unexpected(end.error());
  if (!end)
    return fail(ErrorCode::kCorrupt, "the file '{}' is damaged: {}", kLogEndName, end.error().context);
  return std::optional<LogEnd>(*std::move(end));
}

Result<bool> LineReader::fill() {
  const std::size_t held = buffer_.size() - begin_;
  TRY(const std::string more, read_at(file_.get(), offset_ + held, kReadBytes));
  buffer_.erase(0, begin_);
  begin_ = 0;
  buffer_ += more;
  return !more.empty();
}

Result<std::optional<RawLine>> LineReader::next() {
  bool too_long = false;
  while (true) {
    const std::size_t end = buffer_.find('\n', begin_);
    const bool found = end != std::string::npos;
    const std::size_t length = (found ? end + 1 : buffer_.size()) - begin_;
    if (found) {
      too_long = too_long || length > kMaxLineBytes;
      const std::string_view text(buffer_.data() + begin_, length);
      begin_ += length;
      offset_ += length;
      const auto form = too_long ? RawLine::Form::kTooLong : RawLine::Form::kWhole;
      return RawLine{too_long ? std::string_view() : text, form, ++lines_, offset_};
    }
    if (length > kMaxLineBytes) {  // what it holds does not matter any more
      too_long = true;
      begin_ += length;
      offset_ += length;
    }
    TRY(const bool more, fill());
    if (more) continue;
    if (begin_ == buffer_.size() && !too_long) return std::nullopt;
    const std::string_view rest = std::string_view(buffer_).substr(begin_);
    begin_ = buffer_.size();
    offset_ += rest.size();
    return RawLine{rest, RawLine::Form::kTorn, ++lines_, offset_};
  }
}

Result<BackwardLineReader> BackwardLineReader::open(content::FileDescriptor file) {
  const off_t size = ::lseek(file.get(), 0, SEEK_END);
  if (size < 0) return fail_errno(errno, "cannot read the audit log");
  return BackwardLineReader(std::move(file), static_cast<std::uint64_t>(size));
}

Result<bool> BackwardLineReader::fill() {
  if (left_ == 0) return false;
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, kReadBytes));
  TRY(std::string block, read_at(file_.get(), left_ - size, size));
  if (block.size() != size) return fail(ErrorCode::kIo, "the audit log became shorter while it was read");
  left_ -= size;
  buffer_.insert(0, block);
  return true;
}

Result<std::optional<RawLine>> BackwardLineReader::next() {
  // Invariant once at_break_ is set: the buffer ends with the line break of the line that comes next.
  while (true) {
    if (!at_break_) {
      const std::size_t last = buffer_.rfind('\n');
      at_break_ = last != std::string::npos;
      buffer_.resize(at_break_ ? last + 1 : 0);
    }
    const std::size_t size = buffer_.size();
    const std::size_t before = size < 2 ? std::string::npos : buffer_.rfind('\n', size - 2);
    const bool found = at_break_ && size > 0 && before != std::string::npos;
    const bool first = at_break_ && size > 0 && !found && left_ == 0;
    if (found || first) {
      const std::size_t begin = found ? before + 1 : 0;
      line_.assign(buffer_, begin);
      buffer_.resize(begin);
      const bool whole = !too_long_ && line_.size() <= kMaxLineBytes;
      too_long_ = false;
      if (whole) return RawLine{line_, RawLine::Form::kWhole, 0, left_ + begin + line_.size()};
      continue;
    }
    if (at_break_ && size > kMaxLineBytes) {  // only that it ends here still matters
      too_long_ = true;
      buffer_.assign(1, '\n');
    }
    TRY(const bool more, fill());
    if (!more) return std::nullopt;
  }
}

}  // namespace covey::audit
