#pragma once
// LayerCache: what a file hashed to, so that sharing it again hashes nothing.
//
// A miss is never an error: what is damaged, outdated or unreadable is as if it were not there, and a layer
// is folded to its root before it is believed. Files whose time stamp could still hide a change (modified
// less than two seconds before hashing began) are not stored. Any thread.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/clock.hpp"
#include "content/file_descriptor.hpp"
#include "content/layer_folder.hpp"
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
  /// For a file that Covey has written from verified bytes and then given a time of the past, which any later
  /// write would change. Does nothing for content of several pieces whose layer is not kept.
  virtual void vouch(const FileStamp& stamp, const ContentId& id) = 0;
  /// Writes what is still held back, so that a kill does not lose it.
  virtual void flush() = 0;
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
  void vouch(const FileStamp& stamp, const ContentId& id) override;
  /// The destructor does it as well.
  void flush() override;

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
      : layers_(std::move(directory)), index_(std::move(index)) {}
  /// False when the index holds much that is damaged or outdated.
  bool load_index();
  void rewrite_index();
  void remove_unused_layers() const;
  void note(const FileStamp& stamp, const ContentId& id);
  void write_held_back();

  LayerFolder layers_;
  std::mutex mutex_;  // guards all below
  FileDescriptor index_;
  std::unordered_map<FileKey, Known, FileKeyHash> known_;
  Bytes unwritten_;
};

}  // namespace covey::content
