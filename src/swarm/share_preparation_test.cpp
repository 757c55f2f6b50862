#include "swarm/share_preparation.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "base/encoding.hpp"
#include "content/test_folder.hpp"
#include "crypto/hash.hpp"
#include "transport/test_loop.hpp"

namespace covey::swarm {
namespace {

using content::FileIndex;
using content::noise;
using content::PieceIndex;
using content::TestFolder;
using content::write_file;
using testing::ElementsAre;
using testing::HasSubstr;

/// A cache that remembers in memory and lets a test act between the scan and the hashing.
class MemoryCache final : public content::LayerCache {
 public:
  std::optional<content::CachedFile> find(const content::FileStamp& stamp) override {
    if (on_find) std::exchange(on_find, {})();
    for (const auto& [known, layer] : stored) {
      if (known == stamp) return content::CachedFile{.id = layer.root(), .layer = layer};
    }
    return std::nullopt;
  }
  void store(const content::FileStamp& stamp, WallTime /*began*/, const content::PieceLayer& layer) override {
    stored.emplace_back(stamp, layer);
  }
  void vouch(const content::FileStamp& /*stamp*/, const content::ContentId& /*id*/) override {}
  void flush() override {}
  std::function<void()> on_find;
  std::vector<std::pair<content::FileStamp, content::PieceLayer>> stored;
};

Result<PreparedShare> prepare(const SharePlan& plan, content::LayerCache* cache, SharePreparation& progress) {
  Result<PreparedShare> out = fail(ErrorCode::kInternal, "did not run");
  // An hour ahead: files made just now count as old, so the cache believes their time stamps.
  const ManualClock clock(SystemClock().wall() + std::chrono::hours(1));
  io::Offload offload(3);
  test::run_in_loop(
      [&]() -> io::Awaitable<void> { out = co_await prepare_share(plan, clock, cache, offload, progress); });
  offload.join();
  return out;
}

Result<PreparedShare> prepare(const SharePlan& plan, content::LayerCache* cache = nullptr) {
  SharePreparation progress;
  return prepare(plan, cache, progress);
}

/// Plain BLAKE3, as b3sum computes it.
std::string b3sum(ByteView bytes) {
  return to_hex(crypto::blake3(bytes).view());
}

std::vector<std::string> paths_in(const ServedShare& share) {
  std::vector<std::string> out;
  for (std::uint32_t i = 0; i < share.manifest->entry_count(); ++i)
    out.emplace_back(share.manifest->path(FileIndex(i)));
  return out;
}

std::size_t count_layers(const ServedShare& share) {
  std::size_t out = 0;
  for (std::uint32_t i = 0; i < share.manifest->entry_count(); ++i) {
    if (share.origin->layer(FileIndex(i))) ++out;
  }
  return out;
}

bool can_be_read(const ServedShare& share, std::string_view path) {
  const auto file = share.manifest->find(path);
  if (!file) return false;
  Bytes out(share.manifest->geometry(*file).length(PieceIndex(0)));
  return share.origin->reader()->read(*file, PieceIndex(0), out).has_value();
}

TEST(SharePreparation, a_file_keeps_its_name_size_bit_and_time_and_its_root_is_what_b3sum_prints) {
  const TestFolder folder;
  const auto path = folder / "Grüße 文.bin";
  const Bytes bytes = noise(1000);
  write_file(path, bytes);
  ASSERT_EQ(::chmod(path.c_str(), 0700), 0);
  const timespec times[2] = {{.tv_sec = 1'500'000'000, .tv_nsec = 7},
                             {.tv_sec = 1'500'000'000, .tv_nsec = 7}};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);

  const auto prepared = prepare({.paths = {path}, .title = {}});
  ASSERT_TRUE(prepared) << to_string(prepared.error());
  const ServedShare& share = *prepared->share;
  EXPECT_TRUE(share.single_file);
  EXPECT_EQ(share.name, "Grüße 文.bin");
  EXPECT_EQ(content::to_text(share.root()), b3sum(bytes));
  const auto entry = share.manifest->entry(FileIndex(0));
  EXPECT_EQ(entry.size, 1000U);
  EXPECT_TRUE(entry.executable);
  EXPECT_EQ(entry.mtime_ns, 1'500'000'000'000'000'007);
  EXPECT_EQ(count_layers(share), 0U);
  EXPECT_TRUE(share.manifest_bytes.empty());
  EXPECT_TRUE(prepared->notices.empty());
}

TEST(SharePreparation, files_of_any_size_have_the_root_that_b3sum_prints) {
  const TestFolder folder;
  constexpr std::size_t kSmallPiece = content::kMinPieceSize;
  // The last is hashed in two slices.
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kSmallPiece - 1, kSmallPiece,
                                 kSmallPiece + 1, 3 * kSmallPiece, (std::size_t{32} << 20) + 12345}) {
    Bytes bytes;
    const Bytes block = noise(std::size_t{1} << 20);
    while (bytes.size() < size) {
      bytes.insert(bytes.end(), block.begin(), block.end());
      bytes.back() = static_cast<Byte>(bytes.size() >> 20);
    }
    bytes.resize(size);
    write_file(folder / "file", bytes);
    const auto prepared = prepare({.paths = {folder / "file"}, .title = {}});
    ASSERT_TRUE(prepared) << to_string(prepared.error());
    EXPECT_EQ(content::to_text(prepared->share->root()), b3sum(bytes)) << size;
    EXPECT_EQ(count_layers(*prepared->share), size > kSmallPiece ? 1U : 0U) << size;
  }
}

TEST(SharePreparation, a_folder_becomes_a_manifest_of_all_it_holds) {
  const TestFolder folder;
  write_file(folder / "holiday/b/nested/deep.txt", noise(10));
  write_file(folder / "holiday/a.bin", noise(content::kMinPieceSize * 2 + 5));
  write_file(folder / "holiday/ünïcödé 🎈.txt", noise(20));
  write_file(folder / "holiday/empty.txt", {});
  std::filesystem::create_directory(folder / "holiday/empty folder");

  SharePreparation progress;
  const auto prepared = prepare({.paths = {folder / "holiday"}, .title = {}}, nullptr, progress);
  ASSERT_TRUE(prepared) << to_string(prepared.error());
  const ServedShare& share = *prepared->share;
  EXPECT_FALSE(share.single_file);
  EXPECT_EQ(share.name, "holiday");
  EXPECT_THAT(paths_in(share), ElementsAre("a.bin", "b", "b/nested", "b/nested/deep.txt", "empty folder",
                                           "empty.txt", "ünïcödé 🎈.txt"));
  EXPECT_EQ(content::to_text(share.root()), b3sum(share.manifest_bytes));
  const auto parsed = content::Manifest::parse(share.manifest_bytes);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->id(), share.manifest->id());
  EXPECT_EQ(content::to_text(parsed->entry(*parsed->find("b/nested/deep.txt")).id), b3sum(noise(10)));
  ASSERT_TRUE(share.manifest_layer);
  EXPECT_EQ(share.manifest_layer->root(), share.root());
  EXPECT_EQ(count_layers(share), 1U) << "one file has several pieces";
  EXPECT_EQ(progress.files, 4U);
  EXPECT_EQ(progress.bytes_total, share.manifest->total_size());
  EXPECT_EQ(progress.bytes_hashed, progress.bytes_total);
}

TEST(SharePreparation, an_empty_folder_can_be_shared) {
  const TestFolder folder;
  std::filesystem::create_directory(folder / "nothing");
  const auto prepared = prepare({.paths = {folder / "nothing"}, .title = {}});
  ASSERT_TRUE(prepared) << to_string(prepared.error());
  EXPECT_EQ(prepared->share->manifest->entry_count(), 0U);
  EXPECT_EQ(content::to_text(prepared->share->root()), b3sum(prepared->share->manifest_bytes));
}

TEST(SharePreparation, several_paths_become_one_folder) {
  const TestFolder folder;
  write_file(folder / "one/report.txt", noise(5));
  write_file(folder / "two/photos/1.jpg", noise(6));
  std::filesystem::create_directory(folder / "two/photos/later");
  const auto prepared = prepare({.paths = {folder / "two/photos", folder / "one/report.txt"}, .title = {}});
  ASSERT_TRUE(prepared) << to_string(prepared.error());
  EXPECT_EQ(prepared->share->name, "photos and 1 more");
  EXPECT_FALSE(prepared->share->single_file);
  EXPECT_THAT(paths_in(*prepared->share),
              ElementsAre("photos", "photos/1.jpg", "photos/later", "report.txt"));
  EXPECT_TRUE(can_be_read(*prepared->share, "photos/1.jpg"));
  EXPECT_TRUE(can_be_read(*prepared->share, "report.txt"));

  const auto titled = prepare({.paths = {folder / "two/photos", folder / "one/report.txt"}, .title = "Trip"});
  ASSERT_TRUE(titled);
  EXPECT_EQ(titled->share->name, "Trip");
}

TEST(SharePreparation, two_paths_of_one_name_are_refused_with_a_way_out) {
  const TestFolder folder;
  write_file(folder / "one/same.txt", noise(5));
  write_file(folder / "two/same.txt", noise(6));
  write_file(folder / "three/SAME.txt", noise(7));
  const auto equal = prepare({.paths = {folder / "one/same.txt", folder / "two/same.txt"}, .title = {}});
  test::expect_error(test::error_of(equal), ErrorCode::kInvalidArgument, "rename one");
  const auto twins = prepare({.paths = {folder / "one/same.txt", folder / "three/SAME.txt"}, .title = {}});
  test::expect_error(test::error_of(twins), ErrorCode::kInvalidArgument, "rename one");
}

TEST(SharePreparation, symbolic_links_in_a_folder_are_left_out_with_a_notice) {
  const TestFolder folder;
  write_file(folder / "outside.txt", noise(5));
  write_file(folder / "shared/inside.txt", noise(6));
  std::filesystem::create_symlink("../outside.txt", folder / "shared/link.txt");
  std::filesystem::create_directory_symlink("/", folder / "shared/root");
  const auto prepared = prepare({.paths = {folder / "shared"}, .title = {}});
  ASSERT_TRUE(prepared) << to_string(prepared.error());
  EXPECT_THAT(paths_in(*prepared->share), ElementsAre("inside.txt"));
  EXPECT_THAT(
      prepared->notices,
      testing::UnorderedElementsAre(testing::AllOf(HasSubstr("skipped link.txt"), HasSubstr("symbolic link")),
                                    testing::AllOf(HasSubstr("skipped root"), HasSubstr("symbolic link"))));
}

TEST(SharePreparation, a_link_or_a_fifo_by_itself_is_refused_with_the_reason) {
  const TestFolder folder;
  write_file(folder / "target", noise(5));
  std::filesystem::create_symlink("target", folder / "link");
  test::expect_error(test::error_of(prepare({.paths = {folder / "link"}, .title = {}})),
                     ErrorCode::kInvalidArgument, "share what it points to");
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  test::expect_error(test::error_of(prepare({.paths = {folder / "pipe"}, .title = {}})),
                     ErrorCode::kInvalidArgument, "not a regular file");
}

TEST(SharePreparation, what_does_not_exist_is_named) {
  const TestFolder folder;
  test::expect_error(test::error_of(prepare({.paths = {folder / "missing.txt"}, .title = {}})),
                     ErrorCode::kNotFound, "missing.txt");
  test::expect_error(test::error_of(prepare({.paths = {}, .title = {}})), ErrorCode::kInvalidArgument,
                     "name a file or a folder");
}

TEST(SharePreparation, a_name_that_cannot_travel_needs_a_title_and_a_title_suffices) {
  const TestFolder folder;
  for (const char* name : {"line\nbreak.txt", "CON", "evil\xE2\x80\xAEtxt.exe", "dot."}) {
    write_file(folder / name, noise(5));
    const auto refused = test::error_of(prepare({.paths = {folder / name}, .title = {}}));
    test::expect_error(refused, ErrorCode::kInvalidArgument, "--title");
    EXPECT_EQ(refused.context.find('\n'), std::string::npos) << "shown as it is: " << refused.context;
    const auto titled = prepare({.paths = {folder / name}, .title = "harmless.txt"});
    ASSERT_TRUE(titled) << to_string(titled.error());
    EXPECT_EQ(titled->share->name, "harmless.txt");
    EXPECT_TRUE(can_be_read(*titled->share, titled->share->manifest->path(FileIndex(0))));
  }
  const TestFolder other;
  write_file(other / "fine", noise(5));
  for (const char* title : {"..", "a/b", "/", "nul\x01", "COM1"}) {
    test::expect_error(test::error_of(prepare({.paths = {other / "fine"}, .title = title})),
                       ErrorCode::kInvalidArgument, "--title");
  }
}

TEST(SharePreparation, names_that_cannot_travel_are_left_out_of_a_folder_and_refused_among_several) {
  const TestFolder folder;
  write_file(folder / "shared/good.txt", noise(5));
  write_file(folder / "shared/bad\x07name", noise(6));
  const auto prepared = prepare({.paths = {folder / "shared"}, .title = {}});
  ASSERT_TRUE(prepared) << to_string(prepared.error());
  EXPECT_THAT(paths_in(*prepared->share), ElementsAre("good.txt"));
  EXPECT_THAT(prepared->notices, ElementsAre(HasSubstr("rename it to share it")));

  const auto several =
      prepare({.paths = {folder / "shared/good.txt", folder / "shared/bad\x07name"}, .title = "both"});
  test::expect_error(test::error_of(several), ErrorCode::kInvalidArgument, "rename");
}

TEST(SharePreparation, what_the_cache_knows_is_not_hashed_again) {
  const TestFolder folder;
  write_file(folder / "shared/big.bin", noise(content::kMinPieceSize + 1));
  write_file(folder / "shared/small.txt", noise(50));
  MemoryCache cache;
  const auto first = prepare({.paths = {folder / "shared"}, .title = {}}, &cache);
  ASSERT_TRUE(first) << to_string(first.error());
  ASSERT_EQ(cache.stored.size(), 2U);
  // From here on the cache tells a lie: whoever believes it has not read the file.
  for (auto& [stamp, layer] : cache.stored) {
    if (stamp.size != 50) continue;
    const auto geometry = *content::PieceGeometry::for_size(50);
    layer = *content::PieceLayer::computed(
        geometry, {content::hash_piece(geometry, content::PieceIndex(0), noise(50, 99))});
  }
  SharePreparation progress;
  const auto second = prepare({.paths = {folder / "shared"}, .title = {}}, &cache, progress);
  ASSERT_TRUE(second) << to_string(second.error());
  const auto& manifest = second->share->manifest;
  EXPECT_EQ(content::to_text(manifest->entry(*manifest->find("small.txt")).id), b3sum(noise(50, 99)));
  EXPECT_EQ(manifest->entry(*manifest->find("big.bin")).id,
            first->share->manifest->entry(*first->share->manifest->find("big.bin")).id);
  EXPECT_EQ(count_layers(*second->share), 1U) << "the layer comes from the cache as well";
  EXPECT_EQ(progress.bytes_hashed, progress.bytes_total);
  EXPECT_EQ(cache.stored.size(), 2U) << "nothing new was learnt";
}

TEST(SharePreparation, the_directory_cache_spares_the_second_hashing) {
  const TestFolder folder;
  const auto path = folder / "big.bin";
  const Bytes bytes = noise(content::kMinPieceSize * 3);
  write_file(path, bytes);
  auto cache = content::DirectoryLayerCache::open(folder / "cache");
  ASSERT_TRUE(cache);
  const auto first = prepare({.paths = {path}, .title = {}}, cache->get());
  ASSERT_TRUE(first);
  const auto stamp = content::SourceFile::open(path)->stamp();
  const auto known = (*cache)->find(stamp);
  ASSERT_TRUE(known);
  EXPECT_EQ(content::to_text(known->id), b3sum(bytes));
  const auto second = prepare({.paths = {path}, .title = {}}, cache->get());
  ASSERT_TRUE(second);
  EXPECT_EQ(second->share->root(), first->share->root());
  EXPECT_EQ(count_layers(*second->share), 1U);
}

TEST(SharePreparation, a_file_that_changes_meanwhile_is_not_shared) {
  const TestFolder folder;
  const auto path = folder / "shared/held.bin";
  const auto change = [&](const std::function<void()>& how) {
    write_file(path, noise(content::kMinPieceSize * 2));
    MemoryCache cache;
    cache.on_find = how;
    return test::error_of(prepare({.paths = {folder / "shared"}, .title = {}}, &cache));
  };
  test::expect_error(change([&] { std::ofstream(path, std::ios::app) << "more"; }), ErrorCode::kSourceChanged,
                     "held.bin");
  test::expect_error(change([&] { std::filesystem::resize_file(path, 10); }), ErrorCode::kSourceChanged,
                     "held.bin");
  test::expect_error(change([&] { std::filesystem::remove(path); }), ErrorCode::kSourceChanged, "held.bin");
  test::expect_error(change([&] {
                       std::filesystem::remove(path);
                       std::filesystem::create_symlink("/etc/passwd", path);
                     }),
                     ErrorCode::kSourceChanged, "held.bin");
}

TEST(SharePreparation, a_single_file_that_vanishes_meanwhile_is_not_shared) {
  const TestFolder folder;
  const auto path = folder / "held.bin";
  write_file(path, noise(100));
  MemoryCache cache;
  cache.on_find = [&] { std::filesystem::remove(path); };
  test::expect_error(test::error_of(prepare({.paths = {path}, .title = {}}, &cache)),
                     ErrorCode::kSourceChanged, "held.bin");
}

TEST(SharePreparation, stops_when_it_is_asked_to) {
  const TestFolder folder;
  write_file(folder / "file", noise(content::kMinPieceSize * 2));
  SharePreparation progress;
  progress.stop = true;
  const auto stopped = prepare({.paths = {folder / "file"}, .title = {}}, nullptr, progress);
  EXPECT_EQ(test::error_of(stopped).code, ErrorCode::kCancelled);
}

}  // namespace
}  // namespace covey::swarm
