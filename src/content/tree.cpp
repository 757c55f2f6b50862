#include "content/tree.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

extern "C" {
#include <blake3_impl.h>
}

// The tree is built bottom-up, a layer at a time, so that hash_many always gets as many inputs as there are:
// chunks to chunk values in blocks of kBlockChunks (which stay in the first-level cache), pairs of values to
// their parents until one is left. Pairing neighbours and passing an odd last one up gives BLAKE3's tree,
// because its left subtrees are the largest powers of two.

namespace covey::content {
namespace {

constexpr std::size_t kChunk = BLAKE3_CHUNK_LEN;
constexpr std::size_t kBlock = BLAKE3_BLOCK_LEN;
constexpr std::size_t kCv = BLAKE3_OUT_LEN;
constexpr std::size_t kBlockChunks = kMinPieceSize / kChunk;
constexpr std::size_t kMaxBlocks = kMaxPieceSize / kMinPieceSize;
constexpr std::size_t kLanes = 64;  // inputs handed over at once; above any SIMD width

alignas(64) constexpr std::array<Byte, kChunk> kZeroChunk{};

enum class Node : std::uint8_t { kInner, kRoot };

constexpr std::uint8_t root_flag(Node node) {
  return node == Node::kRoot ? std::uint8_t{ROOT} : std::uint8_t{0};
}

/// One chunk alone: the last of its piece, or content that is no longer than a chunk.
void hash_chunk(const Byte* data, std::size_t length, std::uint64_t counter, Node node, Byte* out) {
  std::uint32_t cv[8];
  std::copy(std::begin(IV), std::end(IV), std::begin(cv));
  std::uint8_t flags = CHUNK_START;
  while (length > kBlock) {
    blake3_compress_in_place(cv, data, BLAKE3_BLOCK_LEN, counter, flags);
    flags = 0;
    data += kBlock;
    length -= kBlock;
  }
  Byte last[kBlock] = {};
  if (length > 0) std::memcpy(last, data, length);
  blake3_compress_in_place(cv, last, static_cast<std::uint8_t>(length), counter,
                           static_cast<std::uint8_t>(flags | CHUNK_END | root_flag(node)));
  store_cv_words(out, cv);
}

/// The values of the parents of `count` values; an odd last one is passed on. `out` and `values` are
/// distinct.
std::size_t hash_parents(const Byte* values, std::size_t count, Byte* out) {
  const std::size_t pairs = count / 2;
  const Byte* inputs[kLanes];
  for (std::size_t done = 0; done < pairs;) {
    const std::size_t n = std::min(kLanes, pairs - done);
    for (std::size_t i = 0; i < n; ++i) inputs[i] = values + 2 * kCv * (done + i);
    blake3_hash_many(inputs, n, 1, IV, 0, false, PARENT, 0, 0, out + kCv * done);
    done += n;
  }
  if (count % 2 != 0) std::memcpy(out + kCv * pairs, values + kCv * (count - 1), kCv);
  return pairs + count % 2;
}

/// Reduces `count` ≥ 1 values to the one above them all. Overwrites `values`; `other` holds half as many. A
/// single value is passed on as it is, so whoever wants a root of one chunk hashes it as such.
void reduce(Byte* values, std::size_t count, Byte* other, Node node, Byte* out) {
  while (count > 2) {
    count = hash_parents(values, count, other);
    std::swap(values, other);
  }
  if (count == 1) {
    std::memcpy(out, values, kCv);
    return;
  }
  std::uint32_t cv[8];
  std::copy(std::begin(IV), std::end(IV), std::begin(cv));
  blake3_compress_in_place(cv, values, BLAKE3_BLOCK_LEN, 0,
                           static_cast<std::uint8_t>(PARENT | root_flag(node)));
  store_cv_words(out, cv);
}

/// The value of at most kBlockChunks chunks that begin at chunk `counter`. `data` null: all zeros.
void hash_block(const Byte* data, std::size_t length, std::uint64_t counter, Node node, Byte* out) {
  if (length <= kChunk) {
    hash_chunk(data == nullptr ? kZeroChunk.data() : data, length, counter, node, out);
    return;
  }
  alignas(64) Byte values[kBlockChunks * kCv];
  alignas(64) Byte other[kBlockChunks / 2 * kCv];
  const std::size_t full = length / kChunk;
  const Byte* inputs[kLanes];
  for (std::size_t done = 0; done < full;) {
    const std::size_t n = std::min(kLanes, full - done);
    for (std::size_t i = 0; i < n; ++i)
      inputs[i] = data == nullptr ? kZeroChunk.data() : data + kChunk * (done + i);
    blake3_hash_many(inputs, n, kChunk / kBlock, IV, counter + done, true, 0, CHUNK_START, CHUNK_END,
                     values + kCv * done);
    done += n;
  }
  const std::size_t rest = length % kChunk;
  if (rest > 0) {
    const Byte* tail = data == nullptr ? kZeroChunk.data() : data + kChunk * full;
    hash_chunk(tail, rest, counter + full, Node::kInner, values + kCv * full);
  }
  reduce(values, full + (rest > 0 ? 1 : 0), other, node, out);
}

}  // namespace

PieceHasher::PieceHasher(const PieceGeometry& geometry, PieceIndex piece)
    : offset_(geometry.offset(piece)), length_(geometry.length(piece)), root_(geometry.one_piece()) {}

void PieceHasher::update(ByteView bytes) {
  const std::size_t size = std::min<std::size_t>(bytes.size(), length_ - done_);
  for (std::size_t at = 0; at < size; at += kMinPieceSize, ++count_)
    hash_block(bytes.data() + at, std::min<std::size_t>(kMinPieceSize, size - at),
               (offset_ + done_ + at) / kChunk, root_ ? Node::kRoot : Node::kInner, &values_[kCv * count_]);
  done_ += static_cast<std::uint32_t>(size);
}

ChainingValue PieceHasher::finish() {
  ChainingValue out;
  if (done_ != length_) return out;
  if (length_ == 0) hash_block(nullptr, 0, 0, Node::kRoot, &values_[kCv * count_++]);
  alignas(64) Byte other[kMaxBlocks / 2 * kCv];
  // Content of one piece has one block, which is the root already; all other pieces are inner nodes.
  reduce(values_.data(), count_, other, Node::kInner, out.mutable_view().data());
  return out;
}

ChainingValue hash_piece(const PieceGeometry& geometry, PieceIndex piece, ByteView bytes) {
  if (!geometry.contains(piece) || bytes.size() != geometry.length(piece)) return {};
  PieceHasher hasher(geometry, piece);
  hasher.update(bytes);
  return hasher.finish();
}

ChainingValue hash_zero_piece(const PieceGeometry& geometry, PieceIndex piece) {
  if (!geometry.contains(piece)) return {};
  const std::size_t length = geometry.length(piece);
  const std::uint64_t counter = geometry.offset(piece) / kChunk;
  const Node node = geometry.one_piece() ? Node::kRoot : Node::kInner;
  alignas(64) Byte values[kMaxBlocks * kCv];
  alignas(64) Byte other[kMaxBlocks / 2 * kCv];
  std::size_t count = 0;
  std::size_t at = 0;
  do {
    hash_block(nullptr, std::min<std::size_t>(kMinPieceSize, length - at), counter + at / kChunk, node,
               values + kCv * count++);
    at += kMinPieceSize;
  } while (at < length);
  ChainingValue out;
  reduce(values, count, other, Node::kInner, out.mutable_view().data());
  return out;
}

ContentId fold(const PieceGeometry& geometry, std::span<const ChainingValue> pieces) {
  if (pieces.size() != geometry.piece_count()) return {};
  if (geometry.one_piece()) return as_content_id(pieces.front());
  static_assert(sizeof(ChainingValue) == kCv);
  Bytes values(pieces.size() * kCv);
  std::memcpy(values.data(), pieces.data(), values.size());
  Bytes other((pieces.size() + 1) / 2 * kCv);
  ContentId root;
  reduce(values.data(), pieces.size(), other.data(), Node::kRoot, root.mutable_view().data());
  return root;
}

bool verify_piece(const PieceGeometry& geometry, PieceIndex piece, ByteView bytes,
                  const ChainingValue& expected) {
  return geometry.contains(piece) && bytes.size() == geometry.length(piece) &&
         hash_piece(geometry, piece, bytes) == expected;
}

ContentId hash_whole(ByteView bytes) {
  const auto geometry = PieceGeometry::for_size(bytes.size());
  if (!geometry) return {};
  std::vector<ChainingValue> values(geometry->piece_count());
  for (std::uint32_t i = 0; i < geometry->piece_count(); ++i) {
    const PieceIndex piece(i);
    values[i] = hash_piece(*geometry, piece, bytes.subspan(geometry->offset(piece), geometry->length(piece)));
  }
  return fold(*geometry, values);
}

bool all_zero(ByteView bytes) {
  // Bytes that differ from their neighbour show early; memcmp with itself shifted runs at memory speed.
  return bytes.empty() ||
         (bytes[0] == 0 && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

}  // namespace covey::content
