#include "swarm/result_files.hpp"

#include <gtest/gtest.h>

#include "content/test_folder.hpp"
#include "swarm/served_share.hpp"

namespace covey::swarm {
namespace {

using content::FileIndex;
using content::kMinPieceSize;
using content::noise;
using content::PieceIndex;
using content::read_file;
using content::TestFolder;
using content::write_file;

/// A result of a small file and one of three pieces, as a download leaves it.
struct Delivery {
  Delivery() {
    std::filesystem::create_directory(folder / "layers");
    std::filesystem::create_directory(folder / "result");
    std::vector<content::ManifestEntry> entries;
    for (const auto& [name, bytes] :
         {std::pair("large", noise(3 * kMinPieceSize)), std::pair("small", noise(10))}) {
      write_file(folder / "result" / name, bytes);
      const auto layer = *content::PieceLayer::of_bytes(bytes);
      EXPECT_TRUE(layers.keep(layer));
      entries.push_back({.path = *content::RelativePath::parse(name),
                         .kind = content::EntryKind::kFile,
                         .size = bytes.size(),
                         .executable = false,
                         .mtime_ns = content::SourceFile::open(folder / "result" / name)->stamp().mtime_ns,
                         .id = layer.root()});
    }
    place.path = folder / "result";
    place.manifest = std::make_shared<const content::Manifest>(*content::Manifest::build(std::move(entries)));
    stamps = *ResultFiles::stamps_of(place, content::Selection::everything(*place.manifest));
  }
  [[nodiscard]] std::unique_ptr<ResultFiles> origin() {
    return std::make_unique<ResultFiles>(place, stamps, layers,
                                         [this](const Error& error) { told.push_back(error.context); });
  }

  TestFolder folder;
  content::LayerFolder layers{folder / "layers"};
  ResultPlace place;
  std::vector<ResultStamp> stamps;
  std::vector<std::string> told;
};

constexpr FileIndex kLarge(0);
constexpr FileIndex kSmall(1);

TEST(ResultFiles, reads_pieces_and_layers_where_they_lie) {
  Delivery result;
  const auto origin = result.origin();
  const auto reader = origin->reader();
  Bytes piece(kMinPieceSize);
  ASSERT_TRUE(reader->read(kLarge, PieceIndex(1), piece));
  const Bytes all = noise(3 * kMinPieceSize);
  EXPECT_TRUE(std::equal(piece.begin(), piece.end(), all.begin() + kMinPieceSize));
  EXPECT_TRUE(origin->layer(kLarge)->verify(PieceIndex(1), piece));
}

TEST(ResultFiles, tells_once_of_a_file_that_is_another) {
  Delivery result;
  const auto origin = result.origin();
  Bytes piece(10);
  ASSERT_TRUE(origin->reader()->read(kSmall, PieceIndex(0), piece));
  write_file(result.folder / "result/small", noise(10, 2));
  for (int time = 0; time < 2; ++time)
    EXPECT_EQ(origin->reader()->read(kSmall, PieceIndex(0), piece).error().code, ErrorCode::kSourceChanged);
  EXPECT_EQ(result.told.size(), 1U);
}

TEST(ResultFiles, a_copy_under_the_same_name_is_another_file) {
  Delivery result;
  const auto path = result.folder / "result/small";
  const auto time = std::filesystem::last_write_time(path);
  std::filesystem::copy_file(path, result.folder / "copy");
  std::filesystem::rename(result.folder / "copy", path);
  std::filesystem::last_write_time(path, time);
  const auto wanted = content::Selection::everything(*result.place.manifest);
  EXPECT_EQ(ResultFiles::expect(result.place, wanted, result.stamps).error().code, ErrorCode::kSourceChanged);
}

TEST(ResultFiles, sends_no_piece_that_nobody_could_verify) {
  Delivery result;
  std::filesystem::remove_all(result.folder / "layers");
  const auto origin = result.origin();
  Bytes piece(kMinPieceSize);
  EXPECT_EQ(origin->layer(kLarge), nullptr);
  EXPECT_EQ(origin->reader()->read(kLarge, PieceIndex(0), piece).error().code, ErrorCode::kIo);
  EXPECT_TRUE(result.told.empty()) << "its files are what they were";
}

TEST(ResultFiles, says_what_is_gone) {
  Delivery result;
  std::filesystem::remove(result.folder / "result/small");
  const auto gone = ResultFiles::open(result.place, kSmall);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, ErrorCode::kSourceChanged);
  EXPECT_TRUE(gone.error().context.ends_with("small is no longer where it was downloaded to"));
}

}  // namespace
}  // namespace covey::swarm
