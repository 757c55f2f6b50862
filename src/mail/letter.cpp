#include "mail/letter.hpp"

#include <algorithm>

#include "base/cursor.hpp"
#include "base/record_time.hpp"

// Numbers are big-endian, times milliseconds since the Unix epoch.
//
//   letter := version:u8=1 id:16 from:33 to:33 sent_at:u64 expires_at:u64(0: none) kind_length:u8(1..32) kind
//   body_length:u16(0..32000) body signature:64
//   sealed := sealed box of a letter to `to` under kLetterSealLabel (crypto/sealed_box.hpp)
//
// The signature is that of `from`, under kLetterLabel, over all bytes before it; they name the receiver, so
// that whoever was written to cannot pass it on as written to somebody else.

namespace covey::mail {
namespace {

constexpr Byte kVersion = 1;
constexpr std::size_t kMaxLetterBytes = 1 + LetterId::kSize + 2 * identity::PeerId::kBytes + 2 * 8 + 1 +
                                        kMaxLetterKindBytes + 2 + kMaxLetterBodyBytes +
                                        crypto::Signature::kSize;
static_assert(kMaxLetterBytes + crypto::kSealedBoxOverhead <= kMaxSealedLetterBytes);

Result<identity::PeerId> read_peer(ByteReader& reader) {
  TRY(const ByteView id, reader.raw(identity::PeerId::kBytes));
  return identity::PeerId::from_bytes(id);
}

Result<Letter> read_letter(ByteView signed_bytes) {
  ByteReader reader(signed_bytes);
  TRY(const Byte version, reader.number<Byte>());
  if (version > kVersion)
    return fail(ErrorCode::kUnsupported, "a letter of a newer version of Covey; update this one");
  if (version != kVersion) return fail(ErrorCode::kMalformed, "a letter of version 0");
  Letter out;
  TRY(out.id, reader.fixed<LetterId>());
  TRY(out.from, read_peer(reader));
  TRY(out.to, read_peer(reader));
  TRY(out.sent_at, read_time(reader));
  TRY(const WallTime expires_at, read_time(reader));
  if (to_unix_ms(expires_at) != 0) out.expires_at = expires_at;
  TRY(const Byte kind_length, reader.number<Byte>());
  TRY(const ByteView kind, reader.raw(kind_length));
  if (!is_letter_kind(as_text(kind))) return fail(ErrorCode::kMalformed, "a letter of a kind that is none");
  out.kind = as_text(kind);
  TRY(const ByteView body, reader.sized16(kMaxLetterBodyBytes));
  TRY_VOID(reader.expect_done());
  out.body = to_bytes(body);
  return out;
}

Result<> check_times(const Letter& letter, WallTime now) {
  if (letter.ends_at() <= letter.sent_at || letter.ends_at() - letter.sent_at > kMaxLetterLife)
    return fail(ErrorCode::kMalformed, "a letter that lasts for longer than a letter may");
  if (now >= letter.ends_at()) return fail(ErrorCode::kExpired, "a letter that has expired");
  if (letter.sent_at - now > kLetterClockTolerance) {
    return fail(ErrorCode::kRefused,
                "a letter that is written in the future; compare the clocks of both machines");
  }
  return {};
}

}  // namespace

bool is_letter_kind(std::string_view text) {
  return !text.empty() && text.size() <= kMaxLetterKindBytes &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
         });
}

Result<> check(const Letter& letter) {
  if (!is_letter_kind(letter.kind)) {
    return fail(ErrorCode::kInvalidArgument,
                "a letter's kind has 1 to {} characters of a-z, 0-9, '.' and '-'", kMaxLetterKindBytes);
  }
  if (letter.body.size() > kMaxLetterBodyBytes) {
    return fail(ErrorCode::kLimitExceeded, "a letter holds {} bytes at most, not {}", kMaxLetterBodyBytes,
                letter.body.size());
  }
  if (letter.ends_at() <= letter.sent_at || letter.ends_at() - letter.sent_at > kMaxLetterLife)
    return fail(ErrorCode::kLimitExceeded, "a letter lasts for {} days at most", kMaxLetterLife.count() / 24);
  return {};
}

Result<Bytes> seal(const Letter& letter, const identity::DeviceKey& sender, crypto::Random& random) {
  TRY_VOID(check(letter));
  const std::int64_t expires_at = letter.expires_at ? to_unix_ms(*letter.expires_at) : 0;
  ByteWriter out(kMaxLetterBytes - kMaxLetterBodyBytes + letter.body.size());
  out.number(kVersion).raw(letter.id.view()).raw(letter.from.bytes()).raw(letter.to.bytes());
  out.number(record_time(letter.sent_at)).number(static_cast<std::uint64_t>(expires_at));
  out.number(static_cast<Byte>(letter.kind.size())).raw(as_bytes(letter.kind)).sized16(letter.body);
  const auto signature = sender.sign(crypto::kLetterLabel, out.bytes());
  out.raw(signature.view());
  return crypto::seal_to(letter.to.public_key(), crypto::kLetterSealLabel, random, out.bytes());
}

Result<Letter> open(ByteView sealed, const identity::DeviceKey& receiver, WallTime now) {
  if (sealed.size() > kMaxSealedLetterBytes)
    return fail(ErrorCode::kLimitExceeded, "a letter of {} bytes", sealed.size());
  TRY(const auto plain, receiver.open_sealed(crypto::kLetterSealLabel, sealed));
  if (plain.size() < crypto::Signature::kSize) return fail(ErrorCode::kMalformed, "a letter that ends early");
  const ByteView signed_bytes = plain.view().first(plain.size() - crypto::Signature::kSize);
  const auto signature = crypto::Signature::from(plain.view().last(crypto::Signature::kSize));
  TRY(auto letter, read_letter(signed_bytes));
  if (letter.to != receiver.peer_id())
    return fail(ErrorCode::kVerificationFailed, "a letter to another peer");
  if (!crypto::verify(letter.from.public_key(), crypto::kLetterLabel, signed_bytes, signature))
    return fail(ErrorCode::kVerificationFailed, "a letter that its sender did not sign");
  TRY_VOID(check_times(letter, now));
  return letter;
}

}  // namespace covey::mail
