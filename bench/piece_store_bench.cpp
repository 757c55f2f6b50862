// Speed of writing a download: what a verified piece costs until it is written and recorded.
//
// Into the folder for temporary files; TMPDIR=/dev/shm leaves the disk out of it.

#include <benchmark/benchmark.h>

#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>

#include "content/part_folder.hpp"

namespace covey::content {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kFileBytes = 256U << 20;
constexpr std::uint32_t kSmallFolders = 10;
constexpr std::uint32_t kSmallFiles = 1000;
constexpr std::uint32_t kSmallBytes = 16U << 10;

class ScratchFolder {
 public:
  ScratchFolder() : path_(fs::temp_directory_path() / "covey-bench-XXXXXX") {
    std::string name = path_.string();
    if (::mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

PartDescription large_file() {
  return {.root = ContentId(), .share_id = {}, .what = PartFile{.size = kFileBytes}};
}

std::shared_ptr<const Manifest> small_files() {
  std::vector<ManifestEntry> entries;
  for (std::uint32_t i = 0; i < kSmallFolders; ++i) {
    entries.push_back({.path = *RelativePath::parse(fmt::format("{}", i)), .kind = EntryKind::kDirectory});
  }
  for (std::uint32_t i = 0; i < kSmallFiles; ++i) {
    entries.push_back({.path = *RelativePath::parse(fmt::format("{}/{}", i % kSmallFolders, i)),
                       .kind = EntryKind::kFile,
                       .size = kSmallBytes});
  }
  return std::make_shared<const Manifest>(*Manifest::build(std::move(entries)));
}

/// Writes the pieces of one download after the other; only the writing is timed.
void write_pieces(benchmark::State& state, const PartDescription& what, std::span<const PieceRef> pieces,
                  std::size_t piece_bytes) {
  const ScratchFolder folder;
  const RelativePath name = *RelativePath::parse("download");
  const Bytes bytes(piece_bytes, Byte{7});
  std::optional<PartFolder> part;
  std::size_t next = pieces.size();
  for (auto _ : state) {
    if (next == pieces.size()) {
      state.PauseTiming();
      if (part) (void)part->discard();
      auto opened = PartFolder::open(folder.path(), name, what);
      if (!opened) return state.SkipWithError(to_string(opened.error()).c_str());
      part = std::move(*opened);
      next = 0;
      state.ResumeTiming();
    }
    const PieceRef& piece = pieces[next++];
    if (const auto written = part->write_piece(piece.file, piece.piece, bytes); !written) {
      return state.SkipWithError(to_string(written.error()).c_str());
    }
  }
  if (part) (void)part->discard();
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(piece_bytes));
}

void pieces_of_256_kib(benchmark::State& state) {
  std::vector<PieceRef> pieces;
  for (std::uint32_t i = 0; i < kFileBytes / kMinPieceSize; ++i) {
    pieces.push_back({FileIndex(0), PieceIndex(i)});
  }
  write_pieces(state, large_file(), pieces, kMinPieceSize);
}

void files_of_16_kib(benchmark::State& state) {
  const auto manifest = small_files();
  const Bytes encoded = manifest->encode();
  std::vector<PieceRef> pieces;
  for (std::uint32_t i = 0; i < manifest->entry_count(); ++i) {
    if (manifest->is_file(FileIndex(i))) pieces.push_back({FileIndex(i), PieceIndex(0)});
  }
  const PartDescription what{
      .root = manifest->id(),
      .share_id = {},
      .what = PartTree{
          .manifest = manifest, .manifest_bytes = encoded, .wanted = Selection::everything(*manifest)}};
  write_pieces(state, what, pieces, kSmallBytes);
}

BENCHMARK(pieces_of_256_kib)->UseRealTime();
BENCHMARK(files_of_16_kib)->UseRealTime();

}  // namespace
}  // namespace covey::content
