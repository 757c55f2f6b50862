#pragma once
// Frames: what travels on a link after TLS. A frame is a 12-byte header and `length` bytes of body.
//
//   frame  := length:u32 kind:u8 zero:u8[3] stream:u32 body:u8[length]      (big-endian)
//
// Kinds below 16 belong to the link itself, the others to the protocol of their stream. An unknown kind on a
// known stream is skipped, so protocols can grow. Each kind has its own limit on the length, checked before
// the body is read. Pure; any thread. Spec: docs/spec/wire.md.

#include <cstdint>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/strong.hpp"

namespace covey::wire {

using StreamId = Strong<struct StreamIdTag, std::uint32_t>;

enum class FrameKind : std::uint8_t {
  // The link's own.
  kHello = 1,
  kOpen = 2,
  kClose = 3,
  kPing = 4,
  kPong = 5,
  // The fetch protocol's.
  kOpenShare = 16,
  kShareOpened = 17,
  kFetch = 18,
  kPiece = 19,
  kLayer = 20,
  kCancel = 21,
  kTrouble = 22,
  kFinished = 23,
  kHave = 24,
  kProviders = 25,
  kPace = 26,
  kRevocations = 27,
  // The mail protocol's.
  kLetter = 28,
  kLetterTaken = 29,
};

inline constexpr std::size_t kFrameHeaderBytes = 12;
/// The largest control message.
inline constexpr std::uint32_t kMaxControlBytes = 64U << 10;
/// The largest piece (of a 16 TiB file) with its place.
inline constexpr std::uint32_t kMaxPieceFrameBytes = (64U << 20) + 8;
/// The largest run of piece-layer values in one frame, with its place.
inline constexpr std::uint32_t kMaxLayerFrameBytes = (1U << 20) + 8;

struct FrameHeader {
  std::uint32_t length = 0;
  FrameKind kind = FrameKind::kPing;
  StreamId stream;
};

/// How long a frame of this kind may be; unknown kinds are held to kMaxControlBytes.
std::uint32_t length_limit(FrameKind kind);

void encode(const FrameHeader& header, std::span<Byte, kFrameHeaderBytes> out);
/// kPeerMisbehaved for a length above the kind's limit or non-zero reserved bytes.
Result<FrameHeader> decode_header(std::span<const Byte, kFrameHeaderBytes> in);

/// Where a piece or a run of layer values belongs: the first eight bytes of the body of kPiece and kLayer.
///   place := file:u32 index:u32
struct Place {
  static constexpr std::size_t kBytes = 8;
  std::uint32_t file = 0;
  std::uint32_t index = 0;  // of the piece, or of the first layer value
};
void encode(const Place& place, std::span<Byte, Place::kBytes> out);
Place decode_place(std::span<const Byte, Place::kBytes> in);

/// In kPiece, a body of just the place means: this piece is all zeros. (A piece is never empty otherwise.)
inline constexpr std::uint32_t kManifestFile = 0xffffffff;

}  // namespace covey::wire
