#pragma once
// Manifest: what a folder holds, as content of its own: a canonical list of paths, sizes, times and ids.
//
// Invariant: entries strictly increasing by compare_paths; every folder on the way to an entry is an entry
// before it; no twins; one byte sequence for one list. Kept lean: one arena of paths, 64 bytes an entry.
// Immutable once made; any thread. Spec: docs/spec/content.md, "Manifest".

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "content/content_id.hpp"
#include "content/path_rules.hpp"
#include "content/piece_geometry.hpp"

namespace covey::content {

inline constexpr std::uint32_t kMaxManifestEntries = 4'000'000;
inline constexpr std::uint64_t kMaxManifestBytes = 1ULL << 30;
/// Pieces of all files of a manifest together.
inline constexpr std::uint64_t kMaxManifestPieces = 1ULL << 26;

enum class EntryKind : std::uint8_t { kDirectory, kFile };

struct ManifestEntry {
  RelativePath path;
  EntryKind kind = EntryKind::kFile;
  std::uint64_t size = 0;     // 0 for a directory
  bool executable = false;    // false for a directory
  std::int64_t mtime_ns = 0;  // since the Unix epoch
  ContentId id;               // zeros for a directory
};

/// An entry as it stands in a manifest; the path is borrowed from it.
struct ManifestEntryView {
  std::string_view path;
  std::string_view name;            // last component of the path
  std::optional<FileIndex> parent;  // the directory it stands in; none at the top
  EntryKind kind = EntryKind::kFile;
  std::uint64_t size = 0;
  bool executable = false;
  std::int64_t mtime_ns = 0;
  ContentId id;
};

class Manifest {
 public:
  /// From what a scan found, in any order. kMalformed for duplicates, twins, an entry whose folder is missing
  /// or is a file; kLimitExceeded.
  static Result<Manifest> build(std::vector<ManifestEntry> entries);
  /// Total and strict: kMalformed or kLimitExceeded for anything build() and encode() would not have made.
  static Result<Manifest> parse(ByteView bytes);
  /// The list of one file that stands alone, so that files and folders can be treated alike. It has no id()
  /// of use: the content of such a transfer is the file's.
  static Result<Manifest> single_file(const ManifestEntry& file);

  /// The canonical bytes; their hash is id().
  [[nodiscard]] Bytes encode() const;
  [[nodiscard]] const ContentId& id() const { return id_; }

  [[nodiscard]] std::uint32_t entry_count() const { return static_cast<std::uint32_t>(rows_.size()); }
  /// `index` must be below entry_count().
  [[nodiscard]] ManifestEntryView entry(FileIndex index) const;
  [[nodiscard]] std::string_view path(FileIndex index) const;
  [[nodiscard]] bool is_file(FileIndex index) const {
    return rows_[index.value()].kind != RowKind::kDirectory;
  }
  /// How a file entry's content is cut; a directory's is that of no bytes.
  [[nodiscard]] PieceGeometry geometry(FileIndex index) const;
  [[nodiscard]] std::optional<FileIndex> find(std::string_view path) const;

  [[nodiscard]] std::uint32_t file_count() const { return file_count_; }
  /// Bytes of all files together.
  [[nodiscard]] std::uint64_t total_size() const { return total_size_; }

 private:
  enum class RowKind : std::uint8_t { kDirectory = 0, kFile = 1, kExecutable = 2 };
  static constexpr std::uint32_t kNoParent = UINT32_MAX;
  struct Row {
    std::uint64_t size;
    std::int64_t mtime_ns;
    std::uint32_t path_offset;
    std::uint32_t parent;
    ContentId id;
    std::uint16_t path_length;
    RowKind kind;
  };
  struct PathStack;

  Manifest() = default;
  Result<> add(std::string_view path, Row row, PathStack& ancestors);
  Result<> check_no_twins() const;

  std::vector<char> paths_;
  std::vector<Row> rows_;
  ContentId id_;
  std::uint64_t total_size_ = 0;
  std::uint64_t total_pieces_ = 0;
  std::uint32_t file_count_ = 0;
};

}  // namespace covey::content
