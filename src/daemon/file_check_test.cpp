#include "daemon/file_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "content/part_test_source.hpp"

namespace covey::daemon {
namespace {

using content::FileIndex;
using content::kMinPieceSize;
using content::noise;
using content::PartFolder;
using content::path_of;
using content::PieceRef;
using content::TestFolder;
using content::write_file;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::optional<content::PieceLayer> no_layer(const content::PieceGeometry& /*geometry*/,
                                            const content::ContentId& /*id*/) {
  return std::nullopt;
}

/// A partial download of the small source with these pieces there.
struct PartialDownload {
  explicit PartialDownload(const std::function<bool(const PieceRef&)>& wanted) {
    auto part = *PartFolder::open(folder.path(), path_of("tree"), source.description());
    for (const PieceRef& ref : source.pieces()) {
      if (!wanted(ref)) continue;
      EXPECT_TRUE(part.write_piece(ref.file, ref.piece, source.piece(ref)));
    }
    EXPECT_TRUE(part.checkpoint());
  }
  [[nodiscard]] std::filesystem::path data(const char* path) const {
    return PartFolder::part_path(folder.path(), path_of("tree")) / "data" / path;
  }
  Result<CheckFindings> check(const LayerOf& layer_of = no_layer) {
    return check_part(folder.path(), path_of("tree"), {}, layer_of, progress);
  }
  [[nodiscard]] std::uint64_t pieces_there() const {
    return PartFolder::open(folder.path(), path_of("tree"), source.description())->present().pieces;
  }

  content::TestSource source = content::small_source();
  TestFolder folder;
  CheckProgress progress;
};

bool every(const PieceRef& /*ref*/) {
  return true;
}

/// One byte of a file is another.
void damage(const std::filesystem::path& path, std::size_t at) {
  Bytes bytes = content::read_file(path);
  bytes.at(at) ^= 1;
  write_file(path, bytes);
}

TEST(FileCheck, what_verifies_is_kept) {
  PartialDownload partial(every);
  const auto found = partial.check();
  ASSERT_TRUE(found) << to_string(found.error());
  EXPECT_EQ(found->files, 3U);
  EXPECT_THAT(found->changed, IsEmpty());
  EXPECT_EQ(partial.pieces_there(), partial.source.pieces().size());
  EXPECT_EQ(partial.progress.bytes, partial.progress.bytes_total);
}

TEST(FileCheck, pieces_of_a_damaged_file_are_forgotten_and_others_kept) {
  PartialDownload partial(every);
  damage(partial.data("a/deep/two.bin"), kMinPieceSize + 3);
  const auto found = partial.check();
  ASSERT_TRUE(found) << to_string(found.error());
  EXPECT_THAT(found->changed, ElementsAre("a/deep/two.bin"));
  EXPECT_EQ(partial.pieces_there(), partial.source.pieces().size() - 3);
}

TEST(FileCheck, with_a_layer_only_the_damaged_piece_is_forgotten) {
  PartialDownload partial([](const PieceRef& ref) { return ref.piece.value() != 2; });
  damage(partial.data("a/deep/two.bin"), kMinPieceSize + 3);
  const Bytes& bytes = partial.source.files.at("a/deep/two.bin");
  const auto geometry = *content::PieceGeometry::for_size(bytes.size());
  std::vector<content::ChainingValue> values;
  for (std::uint32_t i = 0; i < geometry.piece_count(); ++i) {
    const content::PieceIndex piece(i);
    values.push_back(content::hash_piece(
        geometry, piece, ByteView(bytes).subspan(geometry.offset(piece), geometry.length(piece))));
  }
  const auto layer = *content::PieceLayer::computed(geometry, std::move(values));
  const auto before = partial.pieces_there();
  const auto found =
      partial.check([&](const content::PieceGeometry& /*geometry*/, const content::ContentId& id) {
        return id == layer.root() ? std::optional(layer) : std::nullopt;
      });
  ASSERT_TRUE(found) << to_string(found.error());
  EXPECT_THAT(found->changed, ElementsAre("a/deep/two.bin"));
  EXPECT_EQ(found->unproved, 0U);
  EXPECT_EQ(partial.pieces_there(), before - 1);
}

TEST(FileCheck, an_unfinished_file_without_a_layer_is_left_alone_and_counted) {
  PartialDownload partial([](const PieceRef& ref) { return ref.piece.value() == 0; });
  const auto before = partial.pieces_there();
  const auto found = partial.check();
  ASSERT_TRUE(found) << to_string(found.error());
  EXPECT_EQ(found->unproved, 1U);
  EXPECT_EQ(found->files, 2U);
  EXPECT_EQ(partial.pieces_there(), before);
}

TEST(FileCheck, a_file_that_was_removed_is_forgotten) {
  PartialDownload partial(every);
  std::filesystem::remove(partial.data("run.sh"));
  const auto found = partial.check();
  ASSERT_TRUE(found) << to_string(found.error());
  EXPECT_THAT(found->changed, ElementsAre("run.sh"));
}

TEST(FileCheck, stops_when_it_is_told_to) {
  PartialDownload partial(every);
  partial.progress.stop = true;
  EXPECT_EQ(partial.check().error().code, ErrorCode::kCancelled);
  EXPECT_EQ(partial.pieces_there(), partial.source.pieces().size());
}

TEST(FileCheck, waits_for_nobody_who_writes_the_same_download) {
  PartialDownload partial(every);
  const auto open = PartFolder::open(partial.folder.path(), path_of("tree"), partial.source.description());
  ASSERT_TRUE(open);
  EXPECT_EQ(partial.check().error().code, ErrorCode::kAlreadyExists);
}

TEST(FileCheck, nothing_there_is_nothing_wrong) {
  TestFolder folder;
  CheckProgress progress;
  const auto found = check_part(folder.path(), path_of("x"), {}, no_layer, progress);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->files, 0U);
}

TEST(FileCheck, says_which_files_of_a_complete_download_changed) {
  PartialDownload partial(every);
  const auto content = part_content(partial.folder.path(), path_of("tree"), {});
  ASSERT_TRUE(content && *content);
  const auto promised = PromisedFiles::parse(promised_by(**content).encode());
  ASSERT_TRUE(promised);
  auto part = *PartFolder::open(partial.folder.path(), path_of("tree"), partial.source.description());
  const auto result = part.finish(content::OnTaken::kRefuse);
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_THAT(check_result(*result, *promised, partial.progress)->changed, IsEmpty());
  damage(*result / "a/one.txt", 5);
  std::filesystem::remove(*result / "zero");
  EXPECT_THAT(check_result(*result, *promised, partial.progress)->changed, ElementsAre("a/one.txt", "zero"));
}

TEST(FileCheck, what_was_found_is_what_is_expected_later) {
  TestFolder folder;
  write_file(folder / "one.bin", noise(kMinPieceSize * 2 + 1));
  CheckProgress progress;
  const auto found = files_found(folder / "one.bin", progress);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->files.front().id, content::hash_whole(noise(kMinPieceSize * 2 + 1)));
  EXPECT_THAT(check_result(folder / "one.bin", *found, progress)->changed, IsEmpty());
  damage(folder / "one.bin", kMinPieceSize + 1);
  EXPECT_THAT(check_result(folder / "one.bin", *found, progress)->changed, ElementsAre("one.bin"));
}

TEST(PromisedFiles, damaged_lists_are_refused) {
  const PromisedFiles list{.files = {{.path = "a", .size = 1, .id = {}}, {.path = "b", .size = 2, .id = {}}}};
  const Bytes bytes = list.encode();
  EXPECT_EQ(PromisedFiles::parse(bytes)->files, list.files);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(PromisedFiles::parse(ByteView(bytes).first(size))) << size;
  Bytes longer = bytes;
  longer.push_back(0);
  EXPECT_FALSE(PromisedFiles::parse(longer));
  EXPECT_FALSE(PromisedFiles::parse(Bytes{0xFF, 0xFF, 0xFF, 0xFF}));
}

}  // namespace
}  // namespace covey::daemon
