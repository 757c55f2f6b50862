#include "daemon/promised_files.hpp"

#include <fcntl.h>

#include <cerrno>

#include "base/cursor.hpp"
#include "content/part_folder.hpp"

namespace covey::daemon {
namespace {

constexpr std::uint8_t kFolderDownload = 2;  // docs/spec/content.md, "Part record"
constexpr std::size_t kLeastEntryBytes = 2 + 8 + 32;

}  // namespace

PromisedFiles PromisedFiles::of(const content::Manifest& manifest, const content::Selection& wanted) {
  PromisedFiles out;
  for (std::uint32_t i = 0; i < manifest.entry_count(); ++i) {
    const content::FileIndex index(i);
    if (!manifest.is_file(index) || !wanted.contains(index)) continue;
    const auto entry = manifest.entry(index);
    out.files.push_back({.path = std::string(entry.path), .size = entry.size, .id = entry.id});
  }
  return out;
}

Bytes PromisedFiles::encode() const {
  ByteWriter out;
  out.number(static_cast<std::uint32_t>(files.size()));
  for (const PromisedFile& file : files) {
    out.sized16(as_bytes(file.path)).number(file.size).raw(file.id.view());
  }
  return out.take();
}

Result<PromisedFiles> PromisedFiles::parse(ByteView bytes) {
  ByteReader in(bytes);
  PromisedFiles out;
  TRY(const auto count, in.number<std::uint32_t>());
  if (count > bytes.size() / kLeastEntryBytes)
    return fail(ErrorCode::kMalformed, "a list of {} files in {} bytes", count, bytes.size());
  out.files.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    PromisedFile file;
    TRY(const ByteView path, in.sized16(UINT16_MAX));
    file.path = as_text(path);
    TRY(file.size, in.number<std::uint64_t>());
    TRY(file.id, in.fixed<content::ContentId>());
    out.files.push_back(std::move(file));
  }
  if (!in.done()) return fail(ErrorCode::kMalformed, "bytes after a list of files");
  return out;
}

Result<std::optional<PartContent>> part_content(const std::filesystem::path& directory,
                                                const content::RelativePath& name,
                                                const std::vector<std::string>& select) {
  const auto record = content::PartFolder::part_path(directory, name) / "record";
  const content::FileDescriptor file(::open(record.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file) return std::nullopt;
  TRY(const auto header, content::PartRecord::read_header(file.get()));
  if (header.kind == kFolderDownload) {
    const auto bytes = content::PartFolder::stored_manifest(directory, name, header.root);
    if (!bytes) return std::nullopt;
    TRY(auto manifest, content::Manifest::parse(*bytes));
    auto shared = std::make_shared<const content::Manifest>(std::move(manifest));
    TRY(auto wanted, content::Selection::matching(*shared, select));
    return PartContent{std::move(shared), std::move(wanted), false};
  }
  TRY(auto manifest, content::Manifest::single_file({.path = name,
                                                     .kind = content::EntryKind::kFile,
                                                     .size = header.size,
                                                     .executable = false,
                                                     .mtime_ns = 0,
                                                     .id = header.root}));
  auto shared = std::make_shared<const content::Manifest>(std::move(manifest));
  auto wanted = content::Selection::everything(*shared);
  return PartContent{std::move(shared), std::move(wanted), true};
}

PromisedFiles promised_by(const PartContent& content) {
  PromisedFiles out = PromisedFiles::of(*content.manifest, content.wanted);
  if (content.single_file) out.files.front().path.clear();
  return out;
}

Result<> remove_files(const std::filesystem::path& result, const PromisedFiles& files) {
  std::error_code error;
  for (const PromisedFile& file : files.files) {
    const auto path = file.path.empty() ? result : result / file.path;
    std::filesystem::remove(path, error);
    if (error && error != std::errc::no_such_file_or_directory)
      return fail_errno(error.value(), fmt::format("cannot remove {}", path.string()));
  }
  if (!std::filesystem::is_directory(result, error)) return {};
  std::vector<std::filesystem::path> folders{result};
  auto at = std::filesystem::recursive_directory_iterator(result, error);
  for (; !error && at != std::filesystem::recursive_directory_iterator(); at.increment(error)) {
    if (std::filesystem::is_directory(at->symlink_status(error))) folders.push_back(at->path());
  }
  for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder) {
    std::filesystem::remove(*folder, error);  // what holds something else stays
  }
  return {};
}

}  // namespace covey::daemon
