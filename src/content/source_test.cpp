// The sharing side: reading files where they lie, hashing them, listing folders, remembering what they hashed
// to.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "content/file_hash.hpp"
#include "content/folder_scan.hpp"
#include "content/layer_cache.hpp"
#include "content/test_folder.hpp"

namespace covey::content {
namespace {

PieceLayer layer_of(const SourceFile& file) {
  const auto geometry = *PieceGeometry::for_size(file.stamp().size);
  std::vector<ChainingValue> values(geometry.piece_count());
  Bytes scratch(kHashScratchBytes);
  const auto hashed = hash_pieces(file, geometry, PieceIndex(0), geometry.piece_count(), values, scratch);
  EXPECT_TRUE(hashed);
  return *PieceLayer::computed(geometry, std::move(values));
}

TEST(SourceFile, hashes_in_slices_to_the_content_id) {
  const TestFolder folder;
  const Bytes bytes = noise(5 * kMinPieceSize + 77);
  write_file(folder / "f", bytes);
  const auto file = *SourceFile::open(folder / "f");
  const auto geometry = *PieceGeometry::for_size(file.stamp().size);
  std::vector<ChainingValue> values(geometry.piece_count());
  Bytes scratch(kHashScratchBytes);
  std::atomic<std::uint64_t> progress = 0;
  const std::span<ChainingValue> all(values);
  ASSERT_TRUE(hash_pieces(file, geometry, PieceIndex(0), 2, all.first(2), scratch, {&progress, nullptr}));
  ASSERT_TRUE(hash_pieces(file, geometry, PieceIndex(2), 4, all.subspan(2), scratch, {&progress, nullptr}));
  EXPECT_EQ(fold(geometry, values), hash_whole(bytes));
  EXPECT_EQ(progress, bytes.size());
  EXPECT_EQ(*hash_piece_of(file, geometry, PieceIndex(3), scratch), values[3]);
  EXPECT_EQ(hash_pieces(file, geometry, PieceIndex(4), 3, all.first(3), scratch).error().code,
            ErrorCode::kInternal);
}

TEST(SourceFile, hashing_stops_when_told) {
  const TestFolder folder;
  write_file(folder / "f", noise(1000));
  const auto file = *SourceFile::open(folder / "f");
  const std::atomic<bool> stop = true;
  ChainingValue value;
  Bytes scratch(kHashScratchBytes);
  EXPECT_EQ(hash_pieces(file, *PieceGeometry::for_size(1000), PieceIndex(0), 1, {&value, 1}, scratch,
                        {nullptr, &stop})
                .error()
                .code,
            ErrorCode::kCancelled);
}

TEST(SourceFile, pieces_larger_than_the_scratch_memory_hash_right) {
  const TestFolder folder;
  const std::uint64_t size = (16ULL << 30) + 1;  // 512 KiB pieces, sparse
  write_file(folder / "f", {});
  ASSERT_EQ(::truncate((folder / "f").c_str(), static_cast<off_t>(size)), 0);
  const Bytes bytes = noise(700'000);
  {
    const int fd = ::open((folder / "f").c_str(), O_WRONLY);
    ASSERT_EQ(::pwrite(fd, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
    ::close(fd);
  }
  const auto file = *SourceFile::open(folder / "f");
  const auto geometry = *PieceGeometry::for_size(size);
  Bytes scratch(kHashScratchBytes);
  EXPECT_EQ(*hash_piece_of(file, geometry, PieceIndex(0), scratch),
            hash_piece(geometry, PieceIndex(0), ByteView(bytes).first(512U << 10)));
  EXPECT_FALSE(file.piece_is_hole(geometry, PieceIndex(0)));
  EXPECT_TRUE(file.piece_is_hole(geometry, PieceIndex(5)));
  EXPECT_TRUE(file.piece_is_hole(geometry, PieceIndex(geometry.piece_count() - 1)));
  EXPECT_EQ(*hash_piece_of(file, geometry, PieceIndex(5), scratch),
            hash_piece(geometry, PieceIndex(5), Bytes(512U << 10)));
}

TEST(SourceFile, notices_change_and_shrinking_and_says_what_to_do) {
  const TestFolder folder;
  write_file(folder / "f", noise(300'000));
  const auto file = *SourceFile::open(folder / "f");
  EXPECT_TRUE(file.check_unchanged());
  const FileStamp shared = file.stamp();
  ASSERT_EQ(::truncate((folder / "f").c_str(), 100), 0);
  const auto error = file.check_unchanged().error();
  EXPECT_EQ(error.code, ErrorCode::kSourceChanged);
  EXPECT_NE(error.context.find("covey share"), std::string::npos);
  Bytes out(kMinPieceSize);
  EXPECT_EQ(file.read_piece(*PieceGeometry::for_size(300'000), PieceIndex(0), out).error().code,
            ErrorCode::kSourceChanged);
  EXPECT_EQ(SourceFile::open(folder / "f")->expect(shared).error().code, ErrorCode::kSourceChanged);
}

TEST(SourceFile, opens_regular_files_only_and_follows_no_link) {
  const TestFolder folder;
  write_file(folder / "f", as_bytes("x"));
  std::filesystem::create_symlink(folder / "f", folder / "link");
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(SourceFile::open(folder / "link").error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(SourceFile::open(folder / "pipe").error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(SourceFile::open(folder.path()).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(SourceFile::open(folder / "none").error().code, ErrorCode::kNotFound);
}

TEST(SourceFolder, a_path_swapped_for_a_link_is_not_followed) {
  const TestFolder folder;
  write_file(folder / "shared/sub/f", as_bytes("mine"));
  write_file(folder / "secret/f", as_bytes("not shared"));
  const auto shared = *SourceFolder::open(folder / "shared");
  EXPECT_TRUE(SourceFile::open_in(shared, path_of("sub/f")));
  std::filesystem::rename(folder / "shared/sub", folder / "elsewhere");
  std::filesystem::create_directory_symlink(folder / "secret", folder / "shared/sub");
  EXPECT_EQ(SourceFile::open_in(shared, path_of("sub/f")).error().code, ErrorCode::kSourceChanged);
}

TEST(FolderScan, lists_in_order_and_tells_what_it_left_out) {
  const TestFolder folder;
  write_file(folder / "b/z.txt", as_bytes("12345"));
  write_file(folder / "b/run", as_bytes("#!"));
  std::filesystem::permissions(folder / "b/run", std::filesystem::perms::owner_exec,
                               std::filesystem::perm_options::add);
  std::filesystem::create_directories(folder / "a/empty");
  write_file(folder / "a!x", {});
  std::filesystem::create_symlink("/etc/passwd", folder / "link");
  std::filesystem::create_directory_symlink("/etc", folder / "a/etc");
  write_file(folder / "con.txt", as_bytes("x"));
  write_file(folder / "bad\xff", as_bytes("x"));
  write_file(folder / "README", as_bytes("x"));
  write_file(folder / "readme", as_bytes("x"));
  std::filesystem::create_directories(folder / "B/sub");
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);

  const auto scan = *scan_folder(*SourceFolder::open(folder.path()));
  std::vector<std::string> paths;
  for (const auto& entry : scan.entries) paths.push_back(entry.path.text());
  EXPECT_EQ(paths, (std::vector<std::string>{"B", "B/sub", "README", "a", "a/empty", "a!x"}));
  EXPECT_EQ(scan.notices.size(), 7U);
  const auto told = [&](std::string_view words) {
    return std::any_of(scan.notices.begin(), scan.notices.end(),
                       [&](const std::string& n) { return n.find(words) != std::string::npos; });
  };
  EXPECT_TRUE(told("link: a symbolic link"));
  EXPECT_TRUE(told("pipe: a named pipe"));
  EXPECT_TRUE(told("bad\\xff"));
  EXPECT_TRUE(told("con.txt"));
  EXPECT_TRUE(told("skipped b: some systems take it for 'B'"));
  EXPECT_TRUE(told("skipped readme: some systems take it for 'README'"));
  EXPECT_EQ(scan.file_count, 2U);
}

TEST(FolderScan, keeps_sizes_times_and_the_executable_bit) {
  const TestFolder folder;
  write_file(folder / "b/z.txt", as_bytes("12345"));
  ASSERT_EQ(::chmod((folder / "b/z.txt").c_str(), 0700), 0);
  const auto scan = *scan_folder(*SourceFolder::open(folder.path()));
  ASSERT_EQ(scan.entries.size(), 2U);
  EXPECT_EQ(scan.entries[0].kind, EntryKind::kDirectory);
  EXPECT_TRUE(scan.entries[1].executable);
  EXPECT_EQ(scan.entries[1].stamp, SourceFile::open(folder / "b/z.txt")->stamp());
  EXPECT_EQ(scan.total_size, 5U);
}

WallTime in_an_hour() {
  return std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now()) + std::chrono::hours(1);
}

TEST(LayerCache, remembers_across_openings_what_files_hashed_to) {
  const TestFolder folder;
  write_file(folder / "large", noise(3 * kMinPieceSize));
  write_file(folder / "small", noise(100));
  const auto large = *SourceFile::open(folder / "large");
  const auto small = *SourceFile::open(folder / "small");
  {
    const auto cache = *DirectoryLayerCache::open(folder / "cache");
    cache->store(large.stamp(), in_an_hour(), layer_of(large));
    cache->store(small.stamp(), in_an_hour(), layer_of(small));
  }
  const auto cache = *DirectoryLayerCache::open(folder / "cache");
  EXPECT_EQ(cache->find(small.stamp())->id, layer_of(small).root());
  const auto found = cache->find(large.stamp());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->layer.value(PieceIndex(2)), layer_of(large).value(PieceIndex(2)));
  FileStamp changed = large.stamp();
  ++changed.mtime_ns;
  EXPECT_FALSE(cache->find(changed));
}

TEST(LayerCache, does_not_store_what_may_still_change_unseen) {
  const TestFolder folder;
  write_file(folder / "f", noise(100));
  const auto file = *SourceFile::open(folder / "f");
  const auto cache = *DirectoryLayerCache::open(folder / "cache");
  const auto modified = WallTime(Milliseconds(file.stamp().mtime_ns / 1'000'000));
  cache->store(file.stamp(), modified + Milliseconds(1990), layer_of(file));
  EXPECT_FALSE(cache->find(file.stamp()));
  cache->store(file.stamp(), modified + Milliseconds(2010), layer_of(file));
  EXPECT_TRUE(cache->find(file.stamp()));
}

TEST(LayerCache, takes_the_word_of_who_has_written_a_file_from_verified_bytes) {
  const TestFolder folder;
  write_file(folder / "small", noise(100));
  write_file(folder / "large", noise(3 * kMinPieceSize));
  const auto small = *SourceFile::open(folder / "small");
  const auto large = *SourceFile::open(folder / "large");
  const auto small_layer = *PieceLayer::of_bytes(noise(100));
  const auto large_layer = *PieceLayer::of_bytes(noise(3 * kMinPieceSize));
  {
    const auto cache = *DirectoryLayerCache::open(folder / "cache");
    cache->vouch(small.stamp(), small_layer.root());
    cache->vouch(large.stamp(), large_layer.root());
    EXPECT_TRUE(cache->find(small.stamp()));
    EXPECT_FALSE(cache->find(large.stamp())) << "nobody has kept its layer";
    EXPECT_TRUE(LayerFolder(folder / "cache").keep(large_layer));
    cache->vouch(large.stamp(), large_layer.root());
  }
  const auto cache = *DirectoryLayerCache::open(folder / "cache");
  EXPECT_EQ(cache->find(small.stamp())->id, small_layer.root());
  EXPECT_EQ(cache->find(large.stamp())->layer.root(), large_layer.root());
}

TEST(LayerFolder, finds_what_folds_to_the_id_and_nothing_else) {
  const TestFolder folder;
  const LayerFolder layers(folder.path());
  const auto layer = *PieceLayer::of_bytes(noise(5 * kMinPieceSize));
  const auto other = *PieceLayer::of_bytes(noise(5 * kMinPieceSize, 2));
  EXPECT_FALSE(layers.find(layer.geometry(), layer.root()));
  EXPECT_FALSE(layers.may_hold(layer.root()));
  EXPECT_TRUE(layers.keep(layer));
  EXPECT_TRUE(layers.may_hold(layer.root()));
  const auto found = layers.find(layer.geometry(), layer.root());
  ASSERT_TRUE(found);
  EXPECT_TRUE(std::equal(found->raw().begin(), found->raw().end(), layer.raw().begin(), layer.raw().end()));
  std::filesystem::create_directories(layers.file_of(other.root()).parent_path());
  std::filesystem::copy_file(layers.file_of(layer.root()), layers.file_of(other.root()));
  EXPECT_FALSE(layers.find(other.geometry(), other.root())) << "the layer of other content";
  std::filesystem::resize_file(layers.file_of(layer.root()), 10);
  EXPECT_FALSE(layers.find(layer.geometry(), layer.root())) << "a layer cut short";
}

TEST(LayerFolder, needs_nothing_for_content_of_one_piece) {
  const TestFolder folder;
  const auto layer = *PieceLayer::of_bytes(noise(100));
  EXPECT_TRUE(LayerFolder(folder / "missing").keep(layer));
  EXPECT_TRUE(LayerFolder(folder / "missing").find(layer.geometry(), layer.root()));
}

TEST(LayerCache, believes_nothing_damaged) {
  const TestFolder folder;
  write_file(folder / "large", noise(3 * kMinPieceSize));
  write_file(folder / "small", noise(100));
  const auto large = *SourceFile::open(folder / "large");
  const auto small = *SourceFile::open(folder / "small");
  const auto layer = layer_of(large);
  {
    const auto cache = *DirectoryLayerCache::open(folder / "cache");
    cache->store(large.stamp(), in_an_hour(), layer);
    cache->store(small.stamp(), in_an_hour(), layer_of(small));
  }
  const std::string id = to_text(layer.root());
  const auto layer_path = folder.path() / "cache" / id.substr(0, 2) / (id + ".layer");
  Bytes raw = read_file(layer_path);
  raw[5] ^= 1;
  write_file(layer_path, raw);
  Bytes index = read_file(folder / "cache/index.v1");
  ASSERT_EQ(index.size(), 160U);
  index[80 + 50] ^= 1;  // the id of the small file
  write_file(folder / "cache/index.v1", index);
  const auto cache = *DirectoryLayerCache::open(folder / "cache");
  EXPECT_FALSE(cache->find(large.stamp()));
  EXPECT_FALSE(cache->find(small.stamp()));
  cache->store(small.stamp(), in_an_hour(), layer_of(small));
  cache->flush();
  EXPECT_TRUE((*DirectoryLayerCache::open(folder / "cache"))->find(small.stamp()));  // mended
}

}  // namespace
}  // namespace covey::content
