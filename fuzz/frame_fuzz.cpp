// Frame headers and places: one byte sequence for each, and no length above its limit.
//
// The input is read as a stream of frames.

#include <array>
#include <optional>

#include "fuzz/promise.hpp"
#include "wire/frame.hpp"

namespace covey::fuzz {
namespace {

using wire::kFrameHeaderBytes;

void check_place(ByteView body) {
  if (body.size() < wire::Place::kBytes) return;
  const auto bytes = body.first<wire::Place::kBytes>();
  std::array<Byte, wire::Place::kBytes> again{};
  wire::encode(wire::decode_place(bytes), again);
  require(same(again, bytes), "a place is the only one for its bytes");
}

/// The length of the frame's body, or nothing when the link ends here.
std::optional<std::size_t> check_header(std::span<const Byte, kFrameHeaderBytes> bytes) {
  const bool reserved = bytes[5] != 0 || bytes[6] != 0 || bytes[7] != 0;
  const std::uint64_t length = (std::uint64_t{bytes[0]} << 24) | (std::uint64_t{bytes[1]} << 16) |
                               (std::uint64_t{bytes[2]} << 8) | bytes[3];
  const auto header = wire::decode_header(bytes);
  const bool too_long = length > wire::length_limit(static_cast<wire::FrameKind>(bytes[4]));
  require(header.has_value() == (!reserved && !too_long), "a header is refused for one of its two rules");
  if (!header) {
    require(header.error().code == ErrorCode::kPeerMisbehaved, "a bad header is the peer's fault");
    return std::nullopt;
  }
  require(header->length <= wire::kMaxPieceFrameBytes, "no frame is longer than the largest piece");
  std::array<Byte, kFrameHeaderBytes> again{};
  wire::encode(*header, again);
  require(same(again, bytes), "a header is the only one for its bytes");
  return header->length;
}

void run(ByteView stream) {
  while (stream.size() >= kFrameHeaderBytes) {
    const auto length = check_header(stream.first<kFrameHeaderBytes>());
    if (!length) return;
    stream = stream.subspan(kFrameHeaderBytes);
    const ByteView body = stream.first(std::min(*length, stream.size()));
    check_place(body);
    stream = stream.subspan(body.size());
  }
}

}  // namespace
}  // namespace covey::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  covey::fuzz::run({data, size});
  return 0;
}
