#include "content/manifest.hpp"

#include <algorithm>
#include <cstring>

#include "base/cursor.hpp"
#include "content/tree.hpp"

// manifest  = "covey manifest" version(u8 = 1) count(u32) entry*count
// entry     = shared(u16) length(u16) suffix(length bytes) kind(u8) mtime(i64 as u64) [file]
// file      = size(u64) id(32)                  only for kinds 1 and 2
// kind      = 0 directory, 1 file, 2 executable file
// All numbers big-endian. `shared` is exactly how many bytes the path has in common with the one before; the
// suffix follows them. Entries strictly increase by compare_paths and each stands after its folder's entry.
// The id of a file of zero bytes is that of no bytes.

namespace covey::content {
namespace {

constexpr std::string_view kMagic = "covey manifest";
constexpr Byte kManifestVersion = 1;
constexpr std::size_t kMinEntryBytes = 2 + 2 + 1 + 1 + 8;

const ContentId& empty_id() {
  static const ContentId id = hash_whole({});
  return id;
}

std::size_t common_prefix(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
}

}  // namespace

/// The folders on the way to the entry added last; paths arrive in walking order, so a stack suffices.
struct Manifest::PathStack {
  std::vector<std::uint32_t> folders;
};

Result<> Manifest::add(std::string_view path, Row row, PathStack& ancestors) {
  if (auto refusal = RelativePath::refusal(path)) return std::unexpected(std::move(*refusal));
  if (rows_.size() >= kMaxManifestEntries)
    return fail(ErrorCode::kLimitExceeded, "more than {} files and folders in one share",
                kMaxManifestEntries);
  if (!rows_.empty() && compare_paths(this->path(FileIndex(entry_count() - 1)), path) >= 0)
    return fail(ErrorCode::kMalformed, "the path '{}' is listed twice or out of order", printable_path(path));

  const std::size_t slash = path.rfind('/');
  const std::string_view parent =
      slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
  auto& folders = ancestors.folders;
  while (!folders.empty() && this->path(FileIndex(folders.back())) != parent) folders.pop_back();
  if (folders.empty() && !parent.empty())
    return fail(ErrorCode::kMalformed, "the path '{}' stands in no folder of the list", printable_path(path));
  row.parent = folders.empty() ? kNoParent : folders.back();

  if (row.kind == RowKind::kDirectory) {
    folders.push_back(entry_count());
  } else {
    TRY(const PieceGeometry geometry, PieceGeometry::for_size(row.size));
    if (row.size == 0 && row.id != empty_id())
      return fail(ErrorCode::kMalformed, "the empty file '{}' has the id of other content",
                  printable_path(path));
    total_size_ += row.size;
    total_pieces_ += geometry.piece_count();
    ++file_count_;
    if (total_pieces_ > kMaxManifestPieces)
      return fail(ErrorCode::kLimitExceeded, "the files of one share have more than {} pieces",
                  kMaxManifestPieces);
  }
  row.path_offset = static_cast<std::uint32_t>(paths_.size());
  row.path_length = static_cast<std::uint16_t>(path.size());
  if (paths_.size() + path.size() > kMaxManifestBytes)
    return fail(ErrorCode::kLimitExceeded, "the paths of one share take more than {} bytes",
                kMaxManifestBytes);
  paths_.insert(paths_.end(), path.begin(), path.end());
  rows_.push_back(row);
  return {};
}

Result<> Manifest::check_no_twins() const {
  const auto twins = find_twins(
      rows_.size(), [this](std::size_t i) { return path(FileIndex(static_cast<std::uint32_t>(i))); });
  if (twins.empty()) return {};
  return fail(ErrorCode::kMalformed, "'{}' and '{}' are the same name on some systems",
              printable_path(path(FileIndex(static_cast<std::uint32_t>(twins.front().first)))),
              printable_path(path(FileIndex(static_cast<std::uint32_t>(twins.front().second)))));
}

Result<Manifest> Manifest::build(std::vector<ManifestEntry> entries) {
  if (entries.size() > kMaxManifestEntries)
    return fail(ErrorCode::kLimitExceeded, "more than {} files and folders in one share",
                kMaxManifestEntries);
  std::sort(entries.begin(), entries.end(),
            [](const ManifestEntry& a, const ManifestEntry& b) { return a.path < b.path; });
  Manifest manifest;
  manifest.rows_.reserve(entries.size());
  PathStack ancestors;
  for (const ManifestEntry& entry : entries) {
    Row row{};
    row.mtime_ns = entry.mtime_ns;
    row.kind = RowKind::kDirectory;
    if (entry.kind == EntryKind::kFile) {
      row.kind = entry.executable ? RowKind::kExecutable : RowKind::kFile;
      row.size = entry.size;
      row.id = entry.id;
    }
    TRY_VOID(manifest.add(entry.path.text(), row, ancestors));
  }
  TRY_VOID(manifest.check_no_twins());
  const Bytes bytes = manifest.encode();
  if (bytes.size() > kMaxManifestBytes)
    return fail(ErrorCode::kLimitExceeded, "the list of one share takes more than {} bytes",
                kMaxManifestBytes);
  manifest.id_ = hash_whole(bytes);
  return manifest;
}

Result<Manifest> Manifest::single_file(const ManifestEntry& file) {
  if (file.kind != EntryKind::kFile || file.path.depth() != 1)
    return fail(ErrorCode::kInternal, "'{}' is no file that stands alone", printable_path(file.path.text()));
  std::vector<ManifestEntry> entries;
  entries.push_back(file);
  return build(std::move(entries));
}

Bytes Manifest::encode() const {
  std::size_t size = kMagic.size() + 5;
  std::string_view previous;
  for (std::uint32_t i = 0; i < entry_count(); ++i) {
    const std::string_view path = this->path(FileIndex(i));
    size += 13 + path.size() - common_prefix(previous, path);
    if (rows_[i].kind != RowKind::kDirectory) size += 8 + ContentId::kSize;
    previous = path;
  }
  ByteWriter out(size);
  out.raw(as_bytes(kMagic)).number(kManifestVersion).number(entry_count());
  previous = {};
  for (std::uint32_t i = 0; i < entry_count(); ++i) {
    const Row& row = rows_[i];
    const std::string_view path = this->path(FileIndex(i));
    const std::size_t shared = common_prefix(previous, path);
    out.number(static_cast<std::uint16_t>(shared)).sized16(as_bytes(path.substr(shared)));
    out.number(static_cast<Byte>(row.kind)).number(static_cast<std::uint64_t>(row.mtime_ns));
    if (row.kind != RowKind::kDirectory) out.number(row.size).raw(row.id.view());
    previous = path;
  }
  return out.take();
}

Result<Manifest> Manifest::parse(ByteView bytes) {
  if (bytes.size() > kMaxManifestBytes)
    return fail(ErrorCode::kLimitExceeded, "a manifest of {} bytes, above the limit of {}", bytes.size(),
                kMaxManifestBytes);
  ByteReader in(bytes);
  TRY(const ByteView magic, in.raw(kMagic.size()));
  if (as_text(magic) != kMagic) return fail(ErrorCode::kMalformed, "this is no manifest");
  TRY(const Byte version, in.number<Byte>());
  if (version != kManifestVersion)
    return fail(ErrorCode::kUnsupported, "a manifest of version {}; update covey to read it", version);
  TRY(const std::uint32_t count, in.number<std::uint32_t>());
  if (count > kMaxManifestEntries)
    return fail(ErrorCode::kLimitExceeded, "a manifest of {} entries, above the limit of {}", count,
                kMaxManifestEntries);
  if (count > in.left() / kMinEntryBytes) return fail(ErrorCode::kMalformed, "the manifest ends early");

  Manifest manifest;
  manifest.rows_.reserve(count);
  PathStack ancestors;
  std::string path;
  for (std::uint32_t i = 0; i < count; ++i) {
    TRY(const std::uint16_t shared, in.number<std::uint16_t>());
    TRY(const ByteView suffix, in.sized16(kMaxPathBytes));
    if (shared > path.size() || shared + suffix.size() > kMaxPathBytes || suffix.empty() ||
        (shared < path.size() && path[shared] == static_cast<char>(suffix[0])))
      return fail(ErrorCode::kMalformed, "a path of the manifest is not in its canonical form");
    path.resize(shared);
    path.append(as_text(suffix));
    TRY(const Byte kind, in.number<Byte>());
    if (kind > static_cast<Byte>(RowKind::kExecutable))
      return fail(ErrorCode::kMalformed, "an entry of the manifest has the unknown kind {}", kind);
    TRY(const std::uint64_t mtime, in.number<std::uint64_t>());
    Row row{};
    row.kind = static_cast<RowKind>(kind);
    row.mtime_ns = static_cast<std::int64_t>(mtime);
    if (row.kind != RowKind::kDirectory) {
      TRY(row.size, in.number<std::uint64_t>());
      TRY(row.id, in.fixed<ContentId>());
    }
    TRY_VOID(manifest.add(path, row, ancestors));
  }
  TRY_VOID(in.expect_done());
  TRY_VOID(manifest.check_no_twins());
  manifest.id_ = hash_whole(bytes);
  return manifest;
}

std::string_view Manifest::path(FileIndex index) const {
  const Row& row = rows_[index.value()];
  return {paths_.data() + row.path_offset, row.path_length};
}

ManifestEntryView Manifest::entry(FileIndex index) const {
  const Row& row = rows_[index.value()];
  ManifestEntryView view;
  view.path = path(index);
  view.name = view.path.substr(view.path.rfind('/') + 1);  // npos + 1 is 0
  if (row.parent != kNoParent) view.parent = FileIndex(row.parent);
  view.kind = row.kind == RowKind::kDirectory ? EntryKind::kDirectory : EntryKind::kFile;
  view.size = row.size;
  view.executable = row.kind == RowKind::kExecutable;
  view.mtime_ns = row.mtime_ns;
  view.id = row.id;
  return view;
}

PieceGeometry Manifest::geometry(FileIndex index) const {
  return *PieceGeometry::for_size(rows_[index.value()].size);  // add() has checked it
}

std::optional<FileIndex> Manifest::find(std::string_view wanted) const {
  const auto it =
      std::lower_bound(rows_.begin(), rows_.end(), wanted, [this](const Row& row, std::string_view key) {
        return compare_paths({paths_.data() + row.path_offset, row.path_length}, key) < 0;
      });
  if (it == rows_.end() || std::string_view(paths_.data() + it->path_offset, it->path_length) != wanted)
    return std::nullopt;
  return FileIndex(static_cast<std::uint32_t>(it - rows_.begin()));
}

}  // namespace covey::content
