#include "wire/frame.hpp"

namespace covey::wire {
namespace {

void put_u32(std::uint32_t value, Byte* out) {
  out[0] = static_cast<Byte>(value >> 24);
  out[1] = static_cast<Byte>(value >> 16);
  out[2] = static_cast<Byte>(value >> 8);
  out[3] = static_cast<Byte>(value);
}

std::uint32_t get_u32(const Byte* in) {
  return (std::uint32_t{in[0]} << 24) | (std::uint32_t{in[1]} << 16) | (std::uint32_t{in[2]} << 8) | in[3];
}

}  // namespace

std::uint32_t length_limit(FrameKind kind) {
  switch (kind) {
    case FrameKind::kPiece:
      return kMaxPieceFrameBytes;
    case FrameKind::kLayer:
      return kMaxLayerFrameBytes;
    case FrameKind::kPing:
    case FrameKind::kPong:
      return 8;
    default:
      return kMaxControlBytes;
  }
}

void encode(const FrameHeader& header, std::span<Byte, kFrameHeaderBytes> out) {
  put_u32(header.length, out.data());
  out[4] = static_cast<Byte>(header.kind);
  out[5] = out[6] = out[7] = 0;
  put_u32(header.stream.value(), out.data() + 8);
}

Result<FrameHeader> decode_header(std::span<const Byte, kFrameHeaderBytes> in) {
  const FrameHeader header{.length = get_u32(in.data()),
                           .kind = static_cast<FrameKind>(in[4]),
                           .stream = StreamId(get_u32(in.data() + 8))};
  if (in[5] != 0 || in[6] != 0 || in[7] != 0) {
    return fail(ErrorCode::kPeerMisbehaved, "a frame with reserved bits set");
  }
  if (header.length > length_limit(header.kind)) {
    return fail(ErrorCode::kPeerMisbehaved, "a frame of kind {} claims {} bytes, above its limit of {}",
                in[4], header.length, length_limit(header.kind));
  }
  return header;
}

void encode(const Place& place, std::span<Byte, Place::kBytes> out) {
  put_u32(place.file, out.data());
  put_u32(place.index, out.data() + 4);
}

Place decode_place(std::span<const Byte, Place::kBytes> in) {
  return {.file = get_u32(in.data()), .index = get_u32(in.data() + 4)};
}

}  // namespace covey::wire
