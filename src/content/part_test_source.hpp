#pragma once
// For this module's tests only: a folder's content in memory, and downloads of it.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "content/part_folder.hpp"
#include "content/test_folder.hpp"
#include "content/tree.hpp"

namespace covey::content {

inline constexpr std::int64_t kTestTime = 1'600'000'000'250'000'000;

/// What is being downloaded.
struct TestSource {
  std::map<std::string, Bytes> files;
  std::shared_ptr<const Manifest> manifest;
  Bytes manifest_bytes;

  [[nodiscard]] PartDescription description(const std::vector<std::string>& globs = {}) const {
    return {manifest->id(), PartShareId{},
            PartTree{manifest, manifest_bytes, *Selection::matching(*manifest, globs)}};
  }
  [[nodiscard]] ByteView piece(const PieceRef& ref) const {
    const auto geometry = manifest->geometry(ref.file);
    const Bytes& bytes = files.at(std::string(manifest->path(ref.file)));
    return ByteView(bytes).subspan(geometry.offset(ref.piece), geometry.length(ref.piece));
  }
  /// All pieces of non-empty files.
  [[nodiscard]] std::vector<PieceRef> pieces() const {
    std::vector<PieceRef> out;
    for (std::uint32_t f = 0; f < manifest->entry_count(); ++f) {
      const auto geometry = manifest->geometry(FileIndex(f));
      for (std::uint32_t p = 0; geometry.size() > 0 && p < geometry.piece_count(); ++p)
        out.push_back({FileIndex(f), PieceIndex(p)});
    }
    return out;
  }
};

inline TestSource make_source(std::map<std::string, Bytes> files,
                              const std::vector<std::string>& empty_folders = {}) {
  TestSource source;
  source.files = std::move(files);
  std::map<std::string, ManifestEntry> entries;
  const auto add_folder = [&](const std::string& path) {
    entries.emplace(
        path, ManifestEntry{path_of(path), EntryKind::kDirectory, 0, false, kTestTime - 1'000'000'000, {}});
  };
  const auto add_parents = [&](const std::string& path) {
    for (std::size_t at = path.find('/'); at != std::string::npos; at = path.find('/', at + 1))
      add_folder(path.substr(0, at));
  };
  for (const auto& [path, bytes] : source.files) {
    add_parents(path);
    entries.emplace(path, ManifestEntry{path_of(path), EntryKind::kFile, bytes.size(), path.ends_with(".sh"),
                                        kTestTime, hash_whole(bytes)});
  }
  for (const std::string& path : empty_folders) {
    add_parents(path);
    add_folder(path);
  }
  std::vector<ManifestEntry> list;
  for (auto& [path, entry] : entries) list.push_back(std::move(entry));
  source.manifest = std::make_shared<const Manifest>(*Manifest::build(std::move(list)));
  source.manifest_bytes = source.manifest->encode();
  return source;
}

inline TestSource small_source() {
  return make_source({{"a/one.txt", noise(1000, 1)},
                      {"a/deep/two.bin", noise(2 * kMinPieceSize + 5, 2)},
                      {"run.sh", noise(10, 3)},
                      {"zero", {}}},
                     {"empty/inner"});
}

/// The folder holds exactly the source, with its times and modes.
inline void expect_equal(const std::filesystem::path& path, const TestSource& source) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path))
    if (entry.is_regular_file()) ++files;
  EXPECT_EQ(files, source.files.size());
  for (const auto& [name, bytes] : source.files) EXPECT_TRUE(read_file(path / name) == bytes) << name;
  for (std::uint32_t i = 0; i < source.manifest->entry_count(); ++i) {
    const auto entry = source.manifest->entry(FileIndex(i));
    EXPECT_TRUE(std::filesystem::exists(path / entry.path)) << entry.path;
  }
}

}  // namespace covey::content
