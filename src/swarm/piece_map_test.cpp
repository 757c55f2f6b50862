#include "swarm/piece_map.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "content/tree.hpp"

namespace covey::swarm {
namespace {

using content::kMinPieceSize;
using content::PieceSet;
using ::testing::ElementsAre;

/// Files of so many pieces each; 0 is a file of no bytes.
struct Content {
  explicit Content(const std::vector<std::uint32_t>& files, const std::vector<std::string>& select = {}) {
    std::vector<content::ManifestEntry> entries;
    for (std::size_t i = 0; i < files.size(); ++i) {
      content::ManifestEntry entry{*content::RelativePath::parse(fmt::format("f{:06}", i)),
                                   content::EntryKind::kFile,
                                   std::uint64_t{files[i]} * kMinPieceSize,
                                   false,
                                   0,
                                   content::ContentId::from(Bytes(32, 1))};
      if (files[i] == 0) entry.id = content::hash_whole({});
      entries.push_back(std::move(entry));
    }
    auto manifest = std::make_shared<const content::Manifest>(*content::Manifest::build(std::move(entries)));
    auto wanted = *content::Selection::matching(*manifest, select);
    const std::uint32_t total = content::PieceNumbers(*manifest).total();
    census = {.manifest = std::move(manifest), .wanted = std::move(wanted), .held = PieceSet(total)};
  }
  PieceCensus census{.manifest = nullptr,
                     .wanted = content::Selection::everything(*content::Manifest::build({})),
                     .held = PieceSet(0)};
};

std::vector<int> done(const PieceMap& map) {
  std::vector<int> out;
  for (const auto& cell : map.cells) out.push_back(cell.done);
  return out;
}
std::vector<std::uint32_t> sources(const PieceMap& map) {
  std::vector<std::uint32_t> out;
  for (const auto& cell : map.cells) out.push_back(cell.sources);
  return out;
}

TEST(PieceMap, is_exact_where_there_are_cells_enough) {
  Content content({2, 0, 3});
  content.census.held.insert(1);
  content.census.held.insert(4);
  const PieceMap map = map_of(content.census, 5);
  EXPECT_THAT(done(map), ElementsAre(0, 100, 0, 0, 100));
  EXPECT_EQ(map.pieces_total, 5U);
  EXPECT_EQ(map.pieces_done, 2U);
  EXPECT_EQ(map_of(content.census, 4096).cells.size(), 5U) << "no cells without pieces";
}

TEST(PieceMap, groups_pieces_evenly_and_never_rounds_to_nothing_or_all) {
  Content content({300});
  content.census.held = PieceSet::all(300);
  content.census.held.erase(299);
  for (std::uint32_t piece = 1; piece < 150; ++piece) content.census.held.erase(piece);
  EXPECT_THAT(done(map_of(content.census, 2)), ElementsAre(1, 99));
  EXPECT_THAT(done(map_of(content.census, 1)), ElementsAre(50));
}

TEST(PieceMap, leaves_out_what_is_not_wanted) {
  Content content({2, 3, 1}, {"f000000", "f000002"});
  content.census.held.insert(1);
  content.census.held.insert(2);
  content.census.sources = {1, 2, 0, 0, 0, 3};
  const PieceMap map = map_of(content.census, 100);
  EXPECT_THAT(done(map), ElementsAre(0, 100, 0));
  EXPECT_THAT(sources(map), ElementsAre(1U, 2U, 3U));
  EXPECT_EQ(map.pieces_done, 1U);
}

TEST(PieceMap, tells_of_the_rarest_missing_piece_of_a_cell) {
  Content content({6});
  content.census.whole_sources = 1;
  EXPECT_THAT(sources(map_of(content.census, 3)), ElementsAre(1U, 1U, 1U));
  content.census.sources = {0, 4, 2, 3, 0, 5};
  EXPECT_THAT(sources(map_of(content.census, 3)), ElementsAre(1U, 3U, 1U));
  content.census.held.insert(0);
  content.census.held.insert(4);
  content.census.held.insert(5);
  EXPECT_THAT(sources(map_of(content.census, 3)), ElementsAre(5U, 3U, 1U))
      << "what is here needs nobody, unless all of it is";
}

TEST(PieceMap, of_nothing_has_no_cells) {
  const PieceMap map = map_of(Content({0, 0}).census, 512);
  EXPECT_TRUE(map.cells.empty());
  EXPECT_EQ(map.pieces_total, 0U);
}

TEST(PieceMap, counts_as_one_would_piece_by_piece) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 30; ++round) {
    std::vector<std::uint32_t> files(1 + random() % 40);
    for (auto& pieces : files) pieces = static_cast<std::uint32_t>(random() % (random() % 2 == 0 ? 3 : 200));
    files.front() = 5;
    std::vector<std::string> select{"f000000"};
    for (std::size_t i = 1; i < files.size(); ++i) {
      if (random() % 2 == 0) select.push_back(fmt::format("f{:06}", i));
    }
    Content content(files, random() % 3 == 0 ? std::vector<std::string>() : select);
    PieceCensus& census = content.census;
    for (std::uint32_t i = 0; i < census.held.total(); ++i) {
      if (random() % 3 > 0) census.held.insert(i);
      census.sources.push_back(static_cast<std::uint16_t>(random() % 5));
    }
    census.whole_sources = static_cast<std::uint32_t>(random() % 2);
    const std::size_t most = 1 + random() % 300;
    const PieceMap map = map_of(census, most);

    std::vector<std::uint32_t> wanted;
    const content::PieceNumbers numbers(*census.manifest);
    for (std::uint32_t piece = 0; piece < numbers.total(); ++piece) {
      if (census.wanted.contains(numbers.at(piece).file)) wanted.push_back(piece);
    }
    ASSERT_EQ(map.pieces_total, wanted.size());
    ASSERT_EQ(map.cells.size(), std::min(most, wanted.size()));
    std::uint64_t done_in_all = 0;
    for (std::size_t cell = 0; cell < map.cells.size(); ++cell) {
      std::uint64_t held = 0;
      std::uint32_t least = UINT32_MAX;
      std::uint32_t least_missing = UINT32_MAX;
      const std::size_t from = wanted.size() * cell / map.cells.size();
      const std::size_t to = wanted.size() * (cell + 1) / map.cells.size();
      for (std::size_t i = from; i < to; ++i) {
        const std::uint32_t here = census.whole_sources + census.sources[wanted[i]];
        least = std::min(least, here);
        if (census.held.has(wanted[i])) {
          ++held;
        } else {
          least_missing = std::min(least_missing, here);
        }
      }
      done_in_all += held;
      const std::uint64_t percent = held == 0 ? 0 : std::max<std::uint64_t>(1, held * 100 / (to - from));
      EXPECT_EQ(map.cells[cell].done, percent);
      EXPECT_EQ(map.cells[cell].sources, held == to - from ? least : least_missing);
    }
    EXPECT_EQ(map.pieces_done, done_in_all);
  }
}

}  // namespace
}  // namespace covey::swarm
