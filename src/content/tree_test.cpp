#include "content/tree.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

#include <blake3.h>

#include "base/encoding.hpp"
#include "content/piece_layer.hpp"
#include "content/test_folder.hpp"

namespace covey::content {
namespace {

Bytes official_input(std::size_t length) {
  Bytes out(length);
  for (std::size_t i = 0; i < length; ++i) out[i] = static_cast<Byte>(i % 251);
  return out;
}

ContentId reference_hash(ByteView bytes) {
  blake3_hasher hasher;
  blake3_hasher_init(&hasher);
  blake3_hasher_update(&hasher, bytes.data(), bytes.size());
  ContentId out;
  blake3_hasher_finalize(&hasher, out.mutable_view().data(), ContentId::kSize);
  return out;
}

/// The id as a receiver gets to it: each piece on its own, then the layer folded.
ContentId hash_by_pieces(const PieceGeometry& geometry, ByteView bytes) {
  std::vector<ChainingValue> values;
  for (std::uint32_t i = 0; i < geometry.piece_count(); ++i)
    values.push_back(
        hash_piece(geometry, PieceIndex(i),
                   bytes.subspan(geometry.offset(PieceIndex(i)), geometry.length(PieceIndex(i)))));
  return fold(geometry, values);
}

TEST(Tree, official_vectors_hold) {
  struct Vector {
    std::size_t length;
    const char* hash;
  };
  const Vector vectors[] = {
      {0, "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"},
      {1, "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213"},
      {1023, "10108970eeda3eb932baac1428c7a2163b0e924c9a9e25b35bba72b28f70bd11"},
      {1024, "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7"},
      {1025, "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444"},
      {2048, "e776b6028c7cd22a4d0ba182a8bf62205d2ef576467e838ed6f2529b85fba24a"},
      {2049, "5f4d72f40d7a5f82b15ca2b2e44b1de3c2ef86c426c95c1af0b6879522563030"},
      {31744, "62b6960e1a44bcc1eb1a611a8d6235b6b4b78f32e7abc4fb4c6cdcce94895c47"},
      {102400, "bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085"},
  };
  for (const Vector& vector : vectors)
    EXPECT_EQ(to_text(hash_whole(official_input(vector.length))), vector.hash);
}

TEST(Tree, every_official_length_equals_the_reference_implementation) {
  for (const unsigned length :
       {0U,    1U,    2U,    3U,    4U,    5U,    6U,    7U,    8U,     63U,    64U,    65U,
        127U,  128U,  129U,  1023U, 1024U, 1025U, 2048U, 2049U, 3072U,  3073U,  4096U,  4097U,
        5120U, 5121U, 6144U, 6145U, 7168U, 7169U, 8192U, 8193U, 16384U, 31744U, 102400U}) {
    const Bytes input = official_input(length);
    EXPECT_EQ(hash_whole(input), reference_hash(input)) << length;
  }
}

TEST(Tree, sizes_around_every_boundary_equal_the_reference_implementation) {
  const Bytes input = official_input(10 * kMinPieceSize + 5000);
  for (std::size_t pieces = 1; pieces <= 9; ++pieces) {
    for (const int delta : {-65, -64, -1, 0, 1, 64, 65, 1023, 1024, 1025, -1023, -1024, -1025, 2048, 3072}) {
      const auto size = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(pieces * kMinPieceSize) + delta);
      const ByteView bytes = ByteView(input).first(size);
      EXPECT_EQ(hash_by_pieces(*PieceGeometry::for_size(size), bytes), reference_hash(bytes)) << size;
    }
  }
}

TEST(Tree, random_sizes_equal_the_reference_implementation) {
  const auto seed = std::random_device{}();
  RecordProperty("seed", std::to_string(seed));
  std::mt19937 random(seed);
  Bytes input(3U << 20);
  for (Byte& b : input) b = static_cast<Byte>(random());
  for (int round = 0; round < 60; ++round) {
    const std::size_t size = std::uniform_int_distribution<std::size_t>(0, input.size())(random);
    const ByteView bytes = ByteView(input).first(size);
    EXPECT_EQ(hash_by_pieces(*PieceGeometry::for_size(size), bytes), reference_hash(bytes))
        << "size " << size << ", seed " << seed;
  }
}

TEST(Tree, the_only_piece_of_small_content_is_its_id) {
  const Bytes input = official_input(200'000);
  const auto geometry = *PieceGeometry::for_size(input.size());
  EXPECT_EQ(as_content_id(hash_piece(geometry, PieceIndex(0), input)), reference_hash(input));
}

TEST(Tree, pieces_of_huge_files_fold_like_small_ones) {
  // The last of a terabyte's pieces, far from the first in its chunk counters.
  const auto huge = *PieceGeometry::for_size(1ULL << 40);
  ASSERT_EQ(huge.piece_size(), 16U << 20);
  const Bytes zeros(huge.piece_size());
  const PieceIndex last(huge.piece_count() - 1);
  EXPECT_EQ(hash_piece(huge, last, zeros), hash_zero_piece(huge, last));
  EXPECT_NE(hash_zero_piece(huge, last), hash_zero_piece(huge, PieceIndex(0)));  // the place counts
  // The first two pieces of content just above 16 GiB are one subtree, the root of a file of their size.
  const Bytes input = official_input(1U << 20);
  const auto coarse = *PieceGeometry::for_size((16ULL << 30) + 2);
  ASSERT_EQ(coarse.piece_size(), 512U << 10);
  const std::array<ChainingValue, 2> halves = {
      hash_piece(coarse, PieceIndex(0), ByteView(input).first(512U << 10)),
      hash_piece(coarse, PieceIndex(1), ByteView(input).last(512U << 10))};
  Bytes parent(64);
  std::copy_n(halves[0].data(), 32, parent.begin());
  std::copy_n(halves[1].data(), 32, parent.begin() + 32);
  // fold() over two values of any two-piece geometry is exactly the root over them.
  EXPECT_EQ(fold(*PieceGeometry::for_size(2 * kMinPieceSize), halves), reference_hash(input));
}

TEST(Tree, zero_pieces_hash_like_zero_bytes) {
  for (const std::uint64_t size : {0U, 1U, 1024U, 1025U, 262144U, 262145U, 600'000U, 1'000'000U}) {
    const Bytes zeros(size);
    const auto geometry = *PieceGeometry::for_size(size);
    std::vector<ChainingValue> values;
    for (std::uint32_t i = 0; i < geometry.piece_count(); ++i)
      values.push_back(hash_zero_piece(geometry, PieceIndex(i)));
    EXPECT_EQ(fold(geometry, values), reference_hash(zeros)) << size;
  }
}

TEST(Tree, a_flipped_bit_a_wrong_place_and_a_wrong_length_do_not_verify) {
  Bytes input = official_input(3 * kMinPieceSize + 17);
  const auto geometry = *PieceGeometry::for_size(input.size());
  const auto piece = [&](std::uint32_t i) {
    return ByteView(input).subspan(geometry.offset(PieceIndex(i)), geometry.length(PieceIndex(i)));
  };
  const ChainingValue good = hash_piece(geometry, PieceIndex(1), piece(1));
  EXPECT_TRUE(verify_piece(geometry, PieceIndex(1), piece(1), good));
  EXPECT_FALSE(verify_piece(geometry, PieceIndex(2), piece(1), good));
  EXPECT_FALSE(verify_piece(geometry, PieceIndex(1), piece(1).first(100), good));
  EXPECT_FALSE(verify_piece(geometry, PieceIndex(9), piece(1), good));
  input[kMinPieceSize + 1000] ^= 0x10;
  EXPECT_FALSE(verify_piece(geometry, PieceIndex(1), piece(1), good));
}

TEST(Tree, ids_equal_b3sum) {
  if (std::system("b3sum --version > /dev/null 2>&1") != 0) GTEST_SKIP() << "b3sum is not installed";
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{kMinPieceSize - 1}, std::size_t{kMinPieceSize},
        std::size_t{kMinPieceSize + 1}, std::size_t{5 * kMinPieceSize + 1025}}) {
    const Bytes input = official_input(size);
    const std::string path = testing::TempDir() + "b3sum_input_" + std::to_string(size);
    write_file(path, input);
    std::FILE* pipe = popen(("b3sum --no-names " + path).c_str(), "r");
    ASSERT_NE(pipe, nullptr);
    std::array<char, 65> text{};
    EXPECT_EQ(std::fread(text.data(), 1, 64, pipe), 64U);
    pclose(pipe);
    std::remove(path.c_str());
    EXPECT_EQ(to_text(hash_whole(input)), text.data()) << size;
  }
}

TEST(Tree, zeros_are_told_from_almost_zeros) {
  Bytes bytes(1000);
  EXPECT_TRUE(all_zero(bytes));
  EXPECT_TRUE(all_zero({}));
  for (const std::size_t at : {0U, 1U, 500U, 999U}) {
    bytes[at] = 1;
    EXPECT_FALSE(all_zero(bytes)) << at;
    bytes[at] = 0;
  }
  std::fill(bytes.begin(), bytes.end(), Byte{7});
  EXPECT_FALSE(all_zero(bytes));
}

TEST(PieceGeometry, doubles_pieces_until_there_are_few_enough) {
  EXPECT_EQ(PieceGeometry::for_size(0)->piece_count(), 1U);
  EXPECT_EQ(PieceGeometry::for_size(0)->length(PieceIndex(0)), 0U);
  EXPECT_EQ(PieceGeometry::for_size(kMinPieceSize)->piece_count(), 1U);
  EXPECT_EQ(PieceGeometry::for_size(kMinPieceSize + 1)->piece_count(), 2U);
  EXPECT_EQ(PieceGeometry::for_size(kMinPieceSize + 1)->length(PieceIndex(1)), 1U);
  EXPECT_EQ(PieceGeometry::for_size(16ULL << 30)->piece_size(), kMinPieceSize);
  EXPECT_EQ(PieceGeometry::for_size((16ULL << 30) + 1)->piece_size(), 2 * kMinPieceSize);
  EXPECT_EQ(PieceGeometry::for_size(1ULL << 40)->piece_size(), 16U << 20);
  EXPECT_EQ(PieceGeometry::for_size(4ULL << 40)->piece_count(), kManyPieces);
  EXPECT_EQ(PieceGeometry::for_size(kMaxFileSize)->piece_size(), kMaxPieceSize);
  EXPECT_EQ(PieceGeometry::for_size(kMaxFileSize)->piece_count(), kMaxPieceCount);
  EXPECT_EQ(PieceGeometry::for_size(kMaxFileSize + 1).error().code, ErrorCode::kLimitExceeded);
}

TEST(PieceLayer, is_believed_only_when_it_folds_to_the_root) {
  const Bytes input = official_input(5 * kMinPieceSize + 3);
  const auto geometry = *PieceGeometry::for_size(input.size());
  std::vector<ChainingValue> values;
  for (std::uint32_t i = 0; i < geometry.piece_count(); ++i)
    values.push_back(
        hash_piece(geometry, PieceIndex(i),
                   ByteView(input).subspan(geometry.offset(PieceIndex(i)), geometry.length(PieceIndex(i)))));
  const auto layer = *PieceLayer::computed(geometry, values);
  EXPECT_EQ(layer.root(), reference_hash(input));
  Bytes raw = to_bytes(layer.raw());
  EXPECT_EQ(PieceLayer::verified(geometry, raw, layer.root())->value(PieceIndex(3)), values[3]);
  raw[40] ^= 1;
  EXPECT_EQ(PieceLayer::verified(geometry, raw, layer.root()).error().code, ErrorCode::kVerificationFailed);
  raw.pop_back();
  EXPECT_EQ(PieceLayer::verified(geometry, raw, layer.root()).error().code, ErrorCode::kMalformed);
}

TEST(PieceLayer, one_piece_content_has_an_empty_one) {
  const Bytes input = official_input(1000);
  const auto geometry = *PieceGeometry::for_size(input.size());
  const auto layer = *PieceLayer::verified(geometry, {}, reference_hash(input));
  EXPECT_TRUE(layer.raw().empty());
  EXPECT_TRUE(layer.verify(PieceIndex(0), input));
  EXPECT_FALSE(PieceLayer::verified(geometry, Bytes(32), reference_hash(input)));
}

TEST(ContentId, text_form_is_b3sums_and_parses_back) {
  const ContentId id = hash_whole(official_input(1));
  EXPECT_EQ(*parse_content_id(to_text(id)), id);
  EXPECT_FALSE(parse_content_id("2d3a"));
  EXPECT_FALSE(parse_content_id(std::string(64, 'x')));
}

}  // namespace
}  // namespace covey::content
