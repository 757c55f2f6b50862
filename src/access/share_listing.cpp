#include "access/share_listing.hpp"

#include <algorithm>

#include "access/clean_text.hpp"
#include "base/cursor.hpp"
#include "base/record_time.hpp"

// Numbers are big-endian, times milliseconds since the Unix epoch.
//
//   listing := version:u8=1 network_key:32 sequence:u64 expires_at:u64(0 never) visibility:u8(1 network, 2
//   listed)
//              access:u8(1 ask, 2 listed, 3 open) tag_count:u8(0..16) tag{tag_count}
//              name_count:u16(0..1000) name{name_count} description_length:u16 description
//              description_signature:64
//   tag     := length:u8(1..32) utf8
//   name    := length:u16(1..1024) utf8
//
// The signature covers kShareListingLabel and the listing.

namespace covey::access {
namespace {

constexpr Byte kListingVersion = 1;

bool is_label(std::string_view text, std::size_t limit) {
  return !text.empty() && text.size() <= limit && is_clean_text(as_bytes(text));
}

template <typename Enum>
Result<Enum> read_choice(ByteReader& reader, Enum last) {
  TRY(const Byte value, reader.number<Byte>());
  if (value == 0 || value > static_cast<Byte>(last))
    return fail(ErrorCode::kMalformed, "an unknown rule of a share");
  return static_cast<Enum>(value);
}

Result<std::string> label_of(ByteView bytes, std::size_t limit) {
  if (!is_label(as_text(bytes), limit))
    return fail(ErrorCode::kMalformed, "a tag or name that is no clean text");
  return std::string(as_text(bytes));
}

Result<> read_words(ByteReader& reader, ShareListing& out) {
  TRY(const Byte tags, reader.number<Byte>());
  if (tags > kMaxTags) return fail(ErrorCode::kLimitExceeded, "{} tags, at most {}", tags, kMaxTags);
  for (Byte i = 0; i < tags; ++i) {
    TRY(const Byte length, reader.number<Byte>());
    TRY(const ByteView bytes, reader.raw(length));
    TRY(auto tag, label_of(bytes, kMaxTagBytes));
    out.tags.push_back(std::move(tag));
  }
  TRY(const auto names, reader.number<std::uint16_t>());
  if (names > kMaxListedNames)
    return fail(ErrorCode::kLimitExceeded, "{} names, at most {}", names, kMaxListedNames);
  for (std::uint16_t i = 0; i < names; ++i) {
    TRY(const ByteView bytes, reader.sized16(kMaxListedNameBytes));
    TRY(auto name, label_of(bytes, kMaxListedNameBytes));
    out.names.push_back(std::move(name));
  }
  return {};
}

Result<ShareListing> read_listing_fields(ByteReader& reader) {
  ShareListing out;
  TRY(out.network, reader.fixed<crypto::PublicKey>());
  TRY(out.sequence, reader.number<std::uint64_t>());
  if (out.sequence > kMaxUnixMs) return fail(ErrorCode::kMalformed, "a sequence beyond the year 9999");
  TRY(const WallTime expires, read_time(reader));
  if (expires != WallTime{}) out.expires_at = expires;
  TRY(out.visibility, read_choice(reader, Visibility::kListed));
  TRY(out.access, read_choice(reader, Access::kOpen));
  TRY_VOID(read_words(reader, out));
  TRY(const ByteView description, reader.sized16(kMaxShareDescriptionBytes));
  out.description.payload = to_bytes(description);
  TRY(out.description.signature, reader.fixed<crypto::Signature>());
  TRY_VOID(reader.expect_done());
  return out;
}

Result<ShareListing> read_listing(ByteView payload) {
  if (payload.size() > kMaxShareListingBytes) {
    return fail(ErrorCode::kLimitExceeded, "a share listing of {} bytes, above its limit of {}",
                payload.size(), kMaxShareListingBytes);
  }
  ByteReader reader(payload);
  TRY(const Byte version, reader.number<Byte>());
  if (version > kListingVersion)
    return fail(ErrorCode::kUnsupported, "a share listed by a newer version of Covey; update this one");
  auto out =
      version == kListingVersion ? read_listing_fields(reader) : fail(ErrorCode::kMalformed, "version 0");
  if (!out) return std::unexpected(in_context(std::move(out).error(), "a share's listing is malformed"));
  return out;
}

Result<> check_words(const ShareListing& listing) {
  const auto all_fit = [](const std::vector<std::string>& words, std::size_t limit) {
    return std::all_of(words.begin(), words.end(), [&](const auto& word) { return is_label(word, limit); });
  };
  if (listing.tags.size() > kMaxTags || !all_fit(listing.tags, kMaxTagBytes)) {
    return fail(ErrorCode::kLimitExceeded,
                "a share has at most {} tags of 1 to {} bytes, without control characters", kMaxTags,
                kMaxTagBytes);
  }
  if (listing.names.size() > kMaxListedNames || !all_fit(listing.names, kMaxListedNameBytes)) {
    return fail(ErrorCode::kLimitExceeded,
                "a share reveals at most {} file names of 1 to {} bytes, without control characters",
                kMaxListedNames, kMaxListedNameBytes);
  }
  return {};
}

}  // namespace

Result<SignedShareListing> sign(const ShareListing& listing, const identity::DeviceKey& owner) {
  if (listing.visibility == Visibility::kUnlisted)
    return fail(ErrorCode::kInvalidArgument, "an unlisted share is announced nowhere");
  TRY_VOID(check_words(listing));
  ByteWriter out;
  out.number(kListingVersion).raw(listing.network.view()).number(listing.sequence);
  out.number(listing.expires_at ? record_time(*listing.expires_at) : std::uint64_t{0});
  out.number(static_cast<Byte>(listing.visibility)).number(static_cast<Byte>(listing.access));
  out.number(static_cast<Byte>(listing.tags.size()));
  for (const std::string& tag : listing.tags) out.number(static_cast<Byte>(tag.size())).raw(as_bytes(tag));
  out.number(static_cast<std::uint16_t>(listing.names.size()));
  for (const std::string& name : listing.names) out.sized16(as_bytes(name));
  out.sized16(listing.description.payload).raw(listing.description.signature.view());
  if (out.size() > kMaxShareListingBytes) {
    return fail(ErrorCode::kLimitExceeded,
                "the tags and file names of a share take more than {} bytes; reveal fewer",
                kMaxShareListingBytes);
  }
  SignedShareListing signed_one{.payload = out.take(), .signature = {}};
  signed_one.signature = owner.sign(crypto::kShareListingLabel, signed_one.payload);
  return signed_one;
}

Result<VerifiedListing> verify(const SignedShareListing& listing, const crypto::PublicKey& network,
                               WallTime now) {
  TRY(auto fields, read_listing(listing.payload));
  TRY(const auto claimed, read_description(fields.description));
  if (!crypto::verify(claimed.owner.public_key(), crypto::kShareListingLabel, listing.payload,
                      listing.signature))
    return fail(ErrorCode::kVerificationFailed, "a share's listing that its owner did not sign");
  if (fields.network != network)
    return fail(ErrorCode::kVerificationFailed, "a share's listing for another network");
  if (fields.expires_at && now >= *fields.expires_at)
    return fail(ErrorCode::kExpired, "the listing of {} has expired", claimed.title);
  TRY(auto share, verify(fields.description, claimed.owner, claimed.share_id, now));
  return VerifiedListing{.listing = std::move(fields), .share = std::move(share)};
}

}  // namespace covey::access
