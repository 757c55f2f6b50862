#include "wire/frame.hpp"

#include <gtest/gtest.h>

namespace covey::wire {
namespace {

using HeaderBytes = std::array<Byte, kFrameHeaderBytes>;

TEST(Frame, header_has_the_bytes_of_the_spec_and_reads_back) {
  HeaderBytes bytes{};
  encode(FrameHeader{.length = 0x00040008, .kind = FrameKind::kPiece, .stream = StreamId(3)}, bytes);
  EXPECT_EQ(bytes, (HeaderBytes{0, 4, 0, 8, 19, 0, 0, 0, 0, 0, 0, 3}));
  const auto header = decode_header(bytes);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->length, 0x00040008U);
  EXPECT_EQ(header->kind, FrameKind::kPiece);
  EXPECT_EQ(header->stream, StreamId(3));
}

TEST(Frame, a_four_gigabyte_length_is_refused_whatever_the_kind) {
  for (int kind = 0; kind < 256; ++kind) {
    const HeaderBytes bytes{0xff, 0xff, 0xff, 0xff, static_cast<Byte>(kind)};
    EXPECT_EQ(decode_header(bytes).error().code, ErrorCode::kPeerMisbehaved) << kind;
  }
}

TEST(Frame, every_kind_is_held_to_its_own_limit) {
  for (int kind = 0; kind < 256; ++kind) {
    HeaderBytes bytes{};
    const auto limit = length_limit(static_cast<FrameKind>(kind));
    encode(FrameHeader{.length = limit, .kind = static_cast<FrameKind>(kind), .stream = {}}, bytes);
    EXPECT_TRUE(decode_header(bytes)) << kind;
    encode(FrameHeader{.length = limit + 1, .kind = static_cast<FrameKind>(kind), .stream = {}}, bytes);
    EXPECT_FALSE(decode_header(bytes)) << kind;
  }
}

TEST(Frame, reserved_bits_must_be_zero) {
  for (std::size_t i = 5; i < 8; ++i) {
    HeaderBytes bytes{0, 0, 0, 0, 2};
    bytes.at(i) = 1;
    EXPECT_FALSE(decode_header(bytes)) << i;
  }
}

TEST(Frame, place_round_trips) {
  std::array<Byte, Place::kBytes> bytes{};
  encode(Place{.file = 0xfffffffe, .index = 77}, bytes);
  EXPECT_EQ(decode_place(bytes).file, 0xfffffffeU);
  EXPECT_EQ(decode_place(bytes).index, 77U);
}

}  // namespace
}  // namespace covey::wire
