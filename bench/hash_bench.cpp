// Speed of the piece tree: what verifying costs a receiver and hashing costs a sharer, on one core.

#include <benchmark/benchmark.h>

#include <blake3.h>

#include "content/tree.hpp"

namespace covey::content {
namespace {

void hash_pieces_of(benchmark::State& state, std::uint64_t content_size) {
  const auto geometry = *PieceGeometry::for_size(content_size);
  Bytes piece(geometry.length(PieceIndex(0)));
  for (std::size_t i = 0; i < piece.size(); ++i) piece[i] = static_cast<Byte>(i * 131);
  for (auto _ : state) benchmark::DoNotOptimize(hash_piece(geometry, PieceIndex(0), piece));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                          static_cast<std::int64_t>(piece.size()));
}

void piece_of_256_kib(benchmark::State& state) {
  hash_pieces_of(state, 1U << 30);
}
void piece_of_4_mib(benchmark::State& state) {
  hash_pieces_of(state, 1ULL << 40);
}
void file_of_16_kib(benchmark::State& state) {
  hash_pieces_of(state, 16U << 10);
}

void hole_of_256_kib(benchmark::State& state) {
  const auto geometry = *PieceGeometry::for_size(1U << 30);
  for (auto _ : state) benchmark::DoNotOptimize(hash_zero_piece(geometry, PieceIndex(1)));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * geometry.piece_size());
}

void reference_256_kib(benchmark::State& state) {
  const Bytes piece(kMinPieceSize, Byte{7});
  for (auto _ : state) {
    blake3_hasher hasher;
    blake3_hasher_init(&hasher);
    blake3_hasher_update(&hasher, piece.data(), piece.size());
    ContentId out;
    blake3_hasher_finalize(&hasher, out.mutable_view().data(), ContentId::kSize);
    benchmark::DoNotOptimize(out);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * kMinPieceSize);
}

void fold_of_8192_values(benchmark::State& state) {
  const auto geometry = *PieceGeometry::for_size(8192ULL * kMinPieceSize);
  const std::vector<ChainingValue> values(geometry.piece_count());
  for (auto _ : state) benchmark::DoNotOptimize(fold(geometry, values));
}

void fold_of_a_64_gib_file(benchmark::State& state) {
  const auto geometry = *PieceGeometry::for_size(64ULL << 30);
  const std::vector<ChainingValue> values(geometry.piece_count());
  for (auto _ : state) benchmark::DoNotOptimize(fold(geometry, values));
}

BENCHMARK(piece_of_256_kib);
BENCHMARK(piece_of_4_mib);
BENCHMARK(file_of_16_kib);
BENCHMARK(hole_of_256_kib);
BENCHMARK(reference_256_kib);
BENCHMARK(fold_of_8192_values);
BENCHMARK(fold_of_a_64_gib_file);

}  // namespace
}  // namespace covey::content
