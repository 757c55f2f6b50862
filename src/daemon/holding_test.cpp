#include "daemon/holding.hpp"

#include <gtest/gtest.h>

#include "base/cursor.hpp"

namespace covey::daemon {
namespace {

content::ContentId root_of(Byte fill) {
  return content::ContentId::from(Bytes(content::ContentId::kSize, fill));
}

Holding holding_of(std::uint32_t total, std::initializer_list<std::uint32_t> pieces) {
  Holding out{.peer = identity::PeerId(crypto::PublicKey::from(Bytes(crypto::PublicKey::kSize, 9))),
              .root = root_of(1),
              .bytes = pieces.size() * 10,
              .pieces = content::PieceSet(total),
              .last_at = {}};
  for (const std::uint32_t piece : pieces) out.pieces.insert(piece);
  return out;
}

TEST(Holding, is_what_was_written) {
  Holding all = holding_of(0, {});
  all.complete = true;
  for (const Holding& holding : {holding_of(0, {}), holding_of(64, {0, 63}), holding_of(65, {64}), all}) {
    const auto read = Holding::parse(holding.encode());
    ASSERT_TRUE(read) << to_string(read.error());
    EXPECT_EQ(read->peer, holding.peer);
    EXPECT_EQ(read->root, holding.root);
    EXPECT_EQ(read->bytes, holding.bytes);
    EXPECT_EQ(read->complete, holding.complete);
    EXPECT_EQ(read->pieces.total(), holding.pieces.total());
    EXPECT_EQ(read->pieces.count(), holding.pieces.count());
    EXPECT_EQ(read->encode(), holding.encode());
  }
}

TEST(Holding, that_is_none_is_refused) {
  constexpr std::size_t kCompleteAt = 32 + 32 + 8;
  const Bytes good = holding_of(70, {0, 69}).encode();
  for (std::size_t length = 0; length < good.size(); ++length)
    EXPECT_EQ(Holding::parse(ByteView(good).first(length)).error().code, ErrorCode::kMalformed) << length;
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_EQ(Holding::parse(longer).error().code, ErrorCode::kMalformed) << "bytes after the end";
  Bytes beyond = good;
  beyond[good.size() - 1] |= 0x40;
  EXPECT_EQ(Holding::parse(beyond).error().code, ErrorCode::kMalformed) << "piece 70 of 70";
  Bytes complete = good;
  complete[kCompleteAt] = 1;
  EXPECT_EQ(Holding::parse(complete).error().code, ErrorCode::kMalformed) << "all, and which";
  complete[kCompleteAt] = 2;
  EXPECT_EQ(Holding::parse(complete).error().code, ErrorCode::kMalformed) << "neither all nor a part";
  Bytes many = good;
  many.resize(kCompleteAt + 1);
  const Bytes total = ByteWriter().number(kMaxHoldingPieces + 1).take();
  many.insert(many.end(), total.begin(), total.end());
  EXPECT_EQ(Holding::parse(many).error().code, ErrorCode::kLimitExceeded);
}

TEST(Holding, is_complete_once_every_piece_went_out) {
  Holding holding = holding_of(3, {0});
  holding.add(holding_of(3, {0, 2}));
  EXPECT_FALSE(holding.complete) << "one of them went out twice";
  EXPECT_EQ(holding.bytes, 30U);
  holding.add(holding_of(3, {1}));
  EXPECT_TRUE(holding.complete);
  EXPECT_EQ(holding.pieces.total(), 0U) << "which they are needs no room any more";
  holding.add(holding_of(3, {1}));
  EXPECT_TRUE(holding.complete) << "what is fetched again stays complete";
  EXPECT_EQ(holding.bytes, 50U);
}

TEST(Holding, of_other_content_begins_anew) {
  Holding holding = holding_of(1, {0});
  holding.add(holding_of(1, {0}));
  ASSERT_TRUE(holding.complete);
  Holding changed = holding_of(3, {0});
  changed.root = root_of(2);
  holding.add(changed);
  EXPECT_FALSE(holding.complete);
  EXPECT_EQ(holding.root, root_of(2));
  EXPECT_EQ(holding.pieces.count(), 1U);
  EXPECT_EQ(holding.bytes, 30U) << "what was sent was sent";
}

TEST(Holding, of_nothing_is_not_complete) {
  Holding holding = holding_of(0, {});
  holding.add(holding_of(0, {}));
  EXPECT_FALSE(holding.complete) << "pieces that are not counted are not all there";
}

}  // namespace
}  // namespace covey::daemon
