#include "daemon/seed_record.hpp"

#include <gtest/gtest.h>

#include "base/cursor.hpp"

namespace covey::daemon {
namespace {

SeedWord some_word() {
  SeedWord out;
  out.description.payload = Bytes(100, 7);
  out.description.signature = crypto::Signature::from(Bytes(crypto::Signature::kSize, 8));
  return out;
}

TEST(SeedRecord, a_word_is_what_was_written) {
  for (const bool in_network : {false, true}) {
    SeedWord word = some_word();
    if (in_network) word.network = crypto::PublicKey::from(Bytes(crypto::PublicKey::kSize, 9));
    word.revocations = access::SignedRevocationList{
        .payload = Bytes(access::kMaxRevocationListBytes, 3),
        .signature = crypto::Signature::from(Bytes(crypto::Signature::kSize, 4))};
    const auto read = SeedWord::parse(word.encode());
    ASSERT_TRUE(read);
    ASSERT_TRUE(read->revocations);
    EXPECT_EQ(read->revocations->payload, word.revocations->payload);
    EXPECT_EQ(read->revocations->signature, word.revocations->signature);
    EXPECT_EQ(read->description.payload, word.description.payload);
    EXPECT_EQ(read->description.signature, word.description.signature);
    EXPECT_EQ(read->network, word.network);
  }
}

TEST(SeedRecord, a_word_that_is_none_is_refused) {
  const Bytes good = some_word().encode();
  for (std::size_t length = 0; length < good.size(); ++length)
    EXPECT_EQ(SeedWord::parse(ByteView(good).first(length)).error().code, ErrorCode::kMalformed) << length;
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_EQ(SeedWord::parse(longer).error().code, ErrorCode::kMalformed) << "bytes after the end";
  Bytes other = good;
  other.back() = 2;
  EXPECT_EQ(SeedWord::parse(other).error().code, ErrorCode::kMalformed) << "neither a network nor none";
  SeedWord revoking = some_word();
  revoking.revocations = access::SignedRevocationList{.payload = Bytes(9), .signature = {}};
  const Bytes with_list = revoking.encode();
  for (std::size_t length = good.size() + 1; length < with_list.size(); ++length)
    EXPECT_EQ(SeedWord::parse(ByteView(with_list).first(length)).error().code, ErrorCode::kMalformed)
        << length;
  revoking.revocations->payload.clear();
  EXPECT_EQ(SeedWord::parse(revoking.encode()).error().code, ErrorCode::kMalformed) << "no list";
  revoking.revocations->payload.resize(access::kMaxRevocationListBytes + 1);
  EXPECT_EQ(SeedWord::parse(revoking.encode()).error().code, ErrorCode::kLimitExceeded);
  SeedWord large = some_word();
  large.description.payload.resize(access::kMaxShareDescriptionBytes + 1);
  EXPECT_EQ(SeedWord::parse(large.encode()).error().code, ErrorCode::kLimitExceeded);
}

TEST(SeedRecord, content_is_what_was_written) {
  SeedContent content{.stamps = {{.inode = 1, .ctime_ns = -2}, {.inode = UINT64_MAX, .ctime_ns = 3}},
                      .manifest = Bytes(1000, 5)};
  const auto read = SeedContent::parse(content.encode());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->stamps, content.stamps);
  EXPECT_EQ(read->manifest, content.manifest);
}

TEST(SeedRecord, content_that_is_none_is_refused) {
  EXPECT_EQ(SeedContent::parse(Bytes(3)).error().code, ErrorCode::kMalformed) << "no count";
  EXPECT_EQ(SeedContent::parse(ByteWriter().number(std::uint32_t{2}).raw(Bytes(31)).take()).error().code,
            ErrorCode::kMalformed)
      << "fewer stamps than it says";
  EXPECT_EQ(SeedContent::parse(ByteWriter().number(content::kMaxManifestEntries + 1).take()).error().code,
            ErrorCode::kLimitExceeded);
  Bytes large(4 + kMaxSeedManifestBytes + 1);
  EXPECT_EQ(SeedContent::parse(large).error().code, ErrorCode::kLimitExceeded);
}

}  // namespace
}  // namespace covey::daemon
