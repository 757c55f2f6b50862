#include "content/piece_numbers.hpp"

#include <gtest/gtest.h>

#include "content/tree.hpp"

namespace covey::content {
namespace {

Manifest manifest_of(std::initializer_list<std::pair<const char*, std::uint64_t>> files) {
  std::vector<ManifestEntry> entries;
  for (const auto& [path, size] : files) {
    entries.push_back(
        {.path = *RelativePath::parse(path), .kind = EntryKind::kFile, .size = size, .id = hash_whole({})});
  }
  return *Manifest::build(std::move(entries));
}

TEST(PieceNumbers, count_the_pieces_of_all_files_in_order) {
  const Manifest manifest =
      manifest_of({{"a", 3 * std::uint64_t{kMinPieceSize}}, {"b", 0}, {"c", 1}, {"d", kMinPieceSize + 1}});
  const PieceNumbers numbers(manifest);
  EXPECT_EQ(numbers.total(), 6U);
  EXPECT_EQ(numbers.count(FileIndex(1)), 0U);
  std::uint32_t expected = 0;
  for (const auto& [file, piece] : {std::pair(0, 0), {0, 1}, {0, 2}, {2, 0}, {3, 0}, {3, 1}}) {
    const PieceRef ref{.file = FileIndex(static_cast<std::uint32_t>(file)),
                       .piece = PieceIndex(static_cast<std::uint32_t>(piece))};
    EXPECT_TRUE(numbers.exists(ref));
    EXPECT_EQ(numbers.number(ref), expected);
    EXPECT_EQ(numbers.at(expected), ref);
    ++expected;
  }
  EXPECT_FALSE(numbers.exists({.file = FileIndex(1), .piece = PieceIndex(0)}));
  EXPECT_FALSE(numbers.exists({.file = FileIndex(4), .piece = PieceIndex(0)}));
}

TEST(PieceSet, counts_what_it_holds_once) {
  PieceSet set(130);
  EXPECT_TRUE(set.insert(129));
  EXPECT_FALSE(set.insert(129));
  EXPECT_TRUE(set.has(129));
  EXPECT_FALSE(set.has(128));
  EXPECT_EQ(set.count(), 1U);
  EXPECT_TRUE(set.erase(129));
  EXPECT_FALSE(set.erase(129));
  EXPECT_EQ(set.count(), 0U);
}

TEST(PieceSet, all_of_them_leave_the_bits_beyond_at_zero) {
  for (const std::uint32_t total : {0U, 1U, 63U, 64U, 65U, 130U}) {
    const PieceSet set = PieceSet::all(total);
    EXPECT_TRUE(set.is_full());
    PieceSet one_by_one(total);
    for (std::uint32_t i = 0; i < total; ++i) one_by_one.insert(i);
    EXPECT_TRUE(std::equal(set.words().begin(), set.words().end(), one_by_one.words().begin()));
  }
}

}  // namespace
}  // namespace covey::content
