// Speed of the frame codec: what every frame on a link costs besides its bytes.

#include <benchmark/benchmark.h>

#include <array>

#include "wire/frame.hpp"

namespace covey::wire {
namespace {

constexpr std::array<FrameHeader, 4> kHeaders{{
    {.length = (256U << 10) + 8, .kind = FrameKind::kPiece, .stream = StreamId(1)},
    {.length = 96, .kind = FrameKind::kFetch, .stream = StreamId(7)},
    {.length = 8, .kind = FrameKind::kPiece, .stream = StreamId(0x80000001)},
    {.length = 0, .kind = FrameKind::kFinished, .stream = StreamId(3)},
}};

void encode_header(benchmark::State& state) {
  std::array<Byte, kFrameHeaderBytes> bytes{};
  std::size_t turn = 0;
  for (auto _ : state) {
    encode(kHeaders[turn++ % kHeaders.size()], bytes);
    benchmark::DoNotOptimize(bytes);
  }
  state.SetItemsProcessed(state.iterations());
}

void decode_header(benchmark::State& state) {
  std::array<std::array<Byte, kFrameHeaderBytes>, kHeaders.size()> bytes{};
  for (std::size_t i = 0; i < kHeaders.size(); ++i) encode(kHeaders[i], bytes[i]);
  std::size_t turn = 0;
  for (auto _ : state) benchmark::DoNotOptimize(wire::decode_header(bytes[turn++ % bytes.size()]));
  state.SetItemsProcessed(state.iterations());
}

void place_there_and_back(benchmark::State& state) {
  std::array<Byte, Place::kBytes> bytes{};
  Place place;
  for (auto _ : state) {
    ++place.index;
    encode(place, bytes);
    benchmark::DoNotOptimize(decode_place(bytes));
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(encode_header);
BENCHMARK(decode_header);
BENCHMARK(place_there_and_back);

}  // namespace
}  // namespace covey::wire
