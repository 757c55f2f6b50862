#pragma once
// LayerCache: what a file hashed to, so that sharing it again hashes nothing.
//
// A miss is never an error: what is damaged, outdated or unreadable is as if it were not there, and a layer
// is folded to its root before it is believed. Files whose time stamp could still hide a change (modified
// less than two seconds before hashing began) are not stored. Thread-compatible: one thread at a time.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <unordered_map>

#include "base/clock.hpp"
#include "content/file_descriptor.hpp"
#include "content/piece_layer.hpp"
#include "content/source_file.hpp"

namespace covey::content {

struct CachedFile {
  ContentId id;
  PieceLayer layer;
};

class LayerCache {
 public:
  virtual ~LayerCache() = default;
  virtual std::optional<CachedFile> find(const FileStamp& stamp) = 0;
  /// `hashing_began`: the time just after the stamp was taken, before the first byte was read.
  virtual void store(const FileStamp& stamp, WallTime hashing_began, const PieceLayer& layer) = 0;
};

/// Keeps layers under a private folder: `index.v1`, and `xx/ID.layer` for content of more than one piece. Two
/// processes may use one folder; at worst they forget what the other learned. Format: docs/spec/content.md.
class DirectoryLayerCache final : public LayerCache {
 public:
  /// Makes the folder (0700) when it is missing.
  static Result<std::unique_ptr<DirectoryLayerCache>> open(const std::filesystem::path& directory);
  ~DirectoryLayerCache() override;

  std::optional<CachedFile> find(const FileStamp& stamp) override;
  void store(const FileStamp& stamp, WallTime hashing_began, const PieceLayer& layer) override;
  /// Writes what store() still holds back; the destructor does it as well.
  void flush();

 private:
  struct FileKey {
    std::uint64_t device;
    std::uint64_t inode;
    bool operator==(const FileKey&) const = default;
  };
  struct FileKeyHash {
    std::size_t operator()(const FileKey& key) const noexcept {
      return std::hash<std::uint64_t>{}(key.inode ^ (key.device * 0x9E3779B97F4A7C15ULL));
    }
  };
  struct Known {
    FileStamp stamp;
    ContentId id;
  };

  DirectoryLayerCache(std::filesystem::path directory, FileDescriptor index)
      : directory_(std::move(directory)), index_(std::move(index)) {}
  /// False when the index holds much that is damaged or outdated.
  bool load_index();
  void rewrite_index();
  void remove_unused_layers() const;
  [[nodiscard]] std::filesystem::path layer_path(const ContentId& id) const;
  [[nodiscard]] std::optional<PieceLayer> load_layer(const PieceGeometry& geometry,
                                                     const ContentId& id) const;
  [[nodiscard]] bool save_layer(const PieceLayer& layer) const;

  std::filesystem::path directory_;
  FileDescriptor index_;
  std::unordered_map<FileKey, Known, FileKeyHash> known_;
  Bytes unwritten_;
};

}  // namespace covey::content
