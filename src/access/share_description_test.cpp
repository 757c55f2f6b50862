#include "access/share_description.hpp"

#include <gtest/gtest.h>

#include "base/cursor.hpp"
#include "base/encoding.hpp"

namespace covey::access {
namespace {

using namespace std::chrono_literals;

class ShareDescriptionTest : public testing::Test {
 protected:
  [[nodiscard]] ShareDescription file() const {
    return {.share_id = share_,
            .owner = owner_.peer_id(),
            .title = "holiday pictures.zip",
            .kind = ShareKind::kFile,
            .root = ContentRoot::from(Bytes(32, 9)),
            .content_size = 1ULL << 40,
            .total_bytes = 1ULL << 40,
            .file_count = 1,
            .executable = true,
            .mtime_ns = -5,
            .created_at = now_ - 1h,
            .expires_at = now_ + 1h,
            .serve_until = now_ + 30min,
            .serve_to = ServeTo::kHolders};
  }
  [[nodiscard]] ShareDescription folder() const {
    ShareDescription out = file();
    out.title = "Größe – 写真";
    out.kind = ShareKind::kFolder;
    out.content_size = 5000;
    out.total_bytes = 123456789;
    out.file_count = 0;
    out.executable = false;
    out.mtime_ns = 0;
    out.expires_at = std::nullopt;
    out.serve_until = std::nullopt;
    out.serve_to = ServeTo::kNobody;
    return out;
  }
  [[nodiscard]] Result<ShareDescription> verified(const SignedShareDescription& description) const {
    return verify(description, owner_.peer_id(), share_, now_);
  }
  /// What the owner itself signed, though it breaks the rules.
  [[nodiscard]] Result<ShareDescription> signed_bytes(Bytes payload) const {
    const auto signature = owner_.sign(crypto::kShareDescriptionLabel, payload);
    return verified({.payload = std::move(payload), .signature = signature});
  }

  crypto::SeededRandom random_{3};
  identity::DeviceKey owner_ = identity::DeviceKey::ephemeral(random_);
  identity::DeviceKey stranger_ = identity::DeviceKey::ephemeral(random_);
  ShareId share_ = share_id_of(TicketSecret::generate(random_));
  WallTime now_ = ManualClock().wall();
};

TEST_F(ShareDescriptionTest, comes_back_as_it_was_signed) {
  for (const ShareDescription& description : {file(), folder()}) {
    const auto out = verified(sign(description, owner_));
    ASSERT_TRUE(out) << out.error().context;
    EXPECT_EQ(*out, description);
  }
}

TEST_F(ShareDescriptionTest, is_refused_with_any_bit_flipped) {
  const SignedShareDescription good = sign(file(), owner_);
  for (std::size_t bit = 0; bit < good.payload.size() * 8; ++bit) {
    SignedShareDescription changed = good;
    changed.payload[bit / 8] ^= static_cast<Byte>(1U << (bit % 8));
    EXPECT_EQ(verified(changed).error().code, ErrorCode::kVerificationFailed) << bit;
  }
  for (std::size_t bit = 0; bit < crypto::Signature::kSize * 8; ++bit) {
    SignedShareDescription changed = good;
    changed.signature.mutable_view()[bit / 8] ^= static_cast<Byte>(1U << (bit % 8));
    EXPECT_EQ(verified(changed).error().code, ErrorCode::kVerificationFailed) << bit;
  }
}

TEST_F(ShareDescriptionTest, holds_only_when_signed_by_its_owner) {
  EXPECT_EQ(verified(sign(file(), stranger_)).error().code, ErrorCode::kVerificationFailed);
  ShareDescription of_another = file();
  of_another.owner = stranger_.peer_id();
  EXPECT_EQ(verified(sign(of_another, owner_)).error().code, ErrorCode::kVerificationFailed);
}

TEST_F(ShareDescriptionTest, holds_only_for_its_own_share) {
  ShareDescription of_another = file();
  of_another.share_id = share_id_of(TicketSecret::generate(random_));
  EXPECT_EQ(verified(sign(of_another, owner_)).error().code, ErrorCode::kVerificationFailed);
}

TEST_F(ShareDescriptionTest, expires_at_its_last_millisecond) {
  ShareDescription description = file();
  description.expires_at = now_ + 1ms;
  EXPECT_TRUE(verified(sign(description, owner_)));
  description.expires_at = now_;
  EXPECT_EQ(verified(sign(description, owner_)).error().code, ErrorCode::kExpired);
}

TEST_F(ShareDescriptionTest, is_refused_when_cut_short_or_too_long_even_if_signed) {
  const Bytes good = sign(file(), owner_).payload;
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(signed_bytes({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)}).error().code,
              ErrorCode::kMalformed)
        << size;
  }
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_EQ(signed_bytes(longer).error().code, ErrorCode::kMalformed);
  EXPECT_EQ(signed_bytes(Bytes(kMaxShareDescriptionBytes + 1)).error().code, ErrorCode::kLimitExceeded);
}

struct BadPayload {
  const char* label;
  std::size_t at;
  Byte value;
  ErrorCode expected;
};
// Offsets: 0 version, 1 share, 17 owner, 50 kind, 51 root, 83 content size, 91 total bytes, 99 file count,
// 107 executable, 108 mtime, 116 created, 124 expires, 132 serve until, 140 serve to, 141 title length, 143
// title.
constexpr BadPayload kBadPayloads[] = {
    {"version 0", 0, 0, ErrorCode::kMalformed},
    {"a newer version", 0, 2, ErrorCode::kUnsupported},
    {"an owner of another version", 17, 0, ErrorCode::kMalformed},
    {"kind 0", 50, 0, ErrorCode::kMalformed},
    {"kind 3", 50, 3, ErrorCode::kMalformed},
    {"a folder with a file's properties", 50, 2, ErrorCode::kMalformed},
    {"a file whose sizes contradict each other", 98, 1, ErrorCode::kMalformed},
    {"a file that is two", 106, 2, ErrorCode::kMalformed},
    {"a flag of 2", 107, 2, ErrorCode::kMalformed},
    {"made beyond all calendars", 116, 0x80, ErrorCode::kMalformed},
    {"expiring beyond all calendars", 124, 0x80, ErrorCode::kMalformed},
    {"served beyond all calendars", 132, 0x80, ErrorCode::kMalformed},
    {"served to a kind of peers that there is not", 140, 4, ErrorCode::kMalformed},
    {"served for a time to nobody", 140, 0, ErrorCode::kMalformed},
    {"a title above its limit", 141, 1, ErrorCode::kLimitExceeded},
    {"a title longer than the payload", 142, 100, ErrorCode::kMalformed},
    {"a title shorter than the payload", 142, 1, ErrorCode::kMalformed},
    {"a line break in the title", 143, '\n', ErrorCode::kMalformed},
    {"NUL in the title", 143, 0, ErrorCode::kMalformed},
    {"DEL in the title", 143, 0x7f, ErrorCode::kMalformed},
    {"a title that is not UTF-8", 143, 0xff, ErrorCode::kMalformed},
};

TEST_F(ShareDescriptionTest, is_refused_when_it_breaks_the_grammar_even_if_signed) {
  for (const BadPayload& bad : kBadPayloads) {
    Bytes payload = sign(file(), owner_).payload;
    payload[bad.at] = bad.value;
    const auto out = signed_bytes(payload);
    ASSERT_FALSE(out) << bad.label;
    EXPECT_EQ(out.error().code, bad.expected) << bad.label << ": " << out.error().context;
  }
}

TEST_F(ShareDescriptionTest, has_a_title_of_clean_text) {
  const auto with_title = [&](std::string title) {
    ShareDescription description = file();
    description.title = std::move(title);
    return verified(sign(description, owner_)).has_value();
  };
  EXPECT_TRUE(with_title(std::string(255, 'x')));
  EXPECT_FALSE(with_title(std::string(256, 'x')));
  EXPECT_FALSE(with_title(""));
  EXPECT_TRUE(with_title("\xf4\x8f\xbf\xbf"));   // U+10FFFF
  EXPECT_FALSE(with_title("\xf4\x90\x80\x80"));  // beyond it
  EXPECT_FALSE(with_title("\xc0\xaf"));          // overlong '/'
  EXPECT_FALSE(with_title("\xe0\x80\xaf"));      // the same, longer
  EXPECT_FALSE(with_title("\xf0\x80\x80\xaf"));  // and longer
  EXPECT_FALSE(with_title("\xed\xa0\x80"));      // a surrogate
  EXPECT_FALSE(with_title("\xc2\x85"));          // a control character
  EXPECT_FALSE(with_title("x\xe2\x82"));         // cut off
  EXPECT_FALSE(with_title("\x80"));              // no beginning
  EXPECT_FALSE(with_title("\xe2\x82\x41"));      // no end
}

TEST_F(ShareDescriptionTest, has_the_bytes_that_the_specification_shows) {
  ShareDescription description = folder();
  description.share_id = ShareId::from(Bytes(16, 1));
  description.owner = identity::PeerId(
      crypto::PublicKey::from(*from_hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")));
  description.title = "photos";
  description.created_at = from_unix_ms(1700000000000);
  const auto key = crypto::SigningKey::from_seed(crypto::SecretBytes::copy_of(
      *from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")));
  const auto out = sign(description, identity::DeviceKey(key->clone()));
  EXPECT_EQ(
      to_hex(out.payload),
      "010101010101010101010101010101010101d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707"
      "511a02090909090909090909090909090909090909090909090909090909090909090900000000000013880000000007"
      "5bcd1500000000000000000000000000000000000000018bcfe56800000000000000000000000000000000000000067068"
      "6f746f73");
  EXPECT_EQ(to_hex(out.signature.view()),
            "d7f278f64cce4dbf83c3b39e8ad18449710e0e2f72a2acf7814eb5aba87d10346527fec01fe9f46a5cf558cdc3431efc"
            "1b051c51e42579c2efb08dc32bb8650e");
}

}  // namespace
}  // namespace covey::access
