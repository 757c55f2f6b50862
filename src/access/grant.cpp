#include "access/grant.hpp"

#include "base/cursor.hpp"
#include "base/encoding.hpp"
#include "base/record_time.hpp"
#include "identity/membership.hpp"

// Numbers are big-endian, times milliseconds since the Unix epoch.
//
//   grant := version:u8=1 id:16 share_id:16 root:32 owner:33 grantee:33 issued_at:u64 not_before:u64
//   expires_at:u64
//            limited:u8(0,1) byte_limit:u64(0 when not limited)
//
// The signature covers kGrantLabel and the grant.

namespace covey::access {
namespace {

constexpr Byte kGrantVersion = 1;

Result<identity::PeerId> read_peer(ByteReader& reader) {
  TRY(const ByteView bytes, reader.raw(identity::PeerId::kBytes));
  return identity::PeerId::from_bytes(bytes);
}

Result<Grant> read_grant_fields(ByteReader& reader) {
  TRY(const Byte version, reader.number<Byte>());
  if (version != kGrantVersion) return fail(ErrorCode::kUnsupported, "a grant of another version");
  Grant out;
  TRY(out.id, reader.fixed<GrantId>());
  TRY(out.share, reader.fixed<ShareId>());
  TRY(out.root, reader.fixed<ContentRoot>());
  TRY(out.owner, read_peer(reader));
  TRY(out.grantee, read_peer(reader));
  TRY(out.issued_at, read_time(reader));
  TRY(out.not_before, read_time(reader));
  TRY(out.expires_at, read_time(reader));
  TRY(const Byte limited, reader.number<Byte>());
  TRY(const auto limit, reader.number<std::uint64_t>());
  TRY_VOID(reader.expect_done());
  if (limited > 1 || (limited == 0 && limit != 0)) return fail(ErrorCode::kMalformed, "a limit that is none");
  if (limited == 1) out.byte_limit = limit;
  if (out.expires_at <= out.not_before || out.expires_at > out.issued_at + kMaxGrantLife)
    return fail(ErrorCode::kMalformed, "a grant that holds for too long, or never");
  return out;
}

}  // namespace

SignedGrant sign(const Grant& grant, const identity::DeviceKey& owner) {
  ByteWriter out(kMaxGrantBytes);
  out.number(kGrantVersion).raw(grant.id.view()).raw(grant.share.view()).raw(grant.root.view());
  out.raw(grant.owner.bytes()).raw(grant.grantee.bytes());
  out.number(record_time(grant.issued_at)).number(record_time(grant.not_before));
  out.number(record_time(grant.expires_at));
  out.number(static_cast<Byte>(grant.byte_limit ? 1 : 0)).number(grant.byte_limit.value_or(0));
  SignedGrant signed_one{.payload = out.take(), .signature = {}};
  signed_one.signature = owner.sign(crypto::kGrantLabel, signed_one.payload);
  return signed_one;
}

std::expected<Grant, GrantFlaw> check(const SignedGrant& grant, const identity::PeerId& owner,
                                      const ShareId& share, const ContentRoot& root,
                                      const identity::PeerId& shown_by, WallTime now) {
  if (grant.payload.size() > kMaxGrantBytes) return std::unexpected(GrantFlaw::kMalformed);
  if (!crypto::verify(owner.public_key(), crypto::kGrantLabel, grant.payload, grant.signature))
    return std::unexpected(GrantFlaw::kForged);
  ByteReader reader(grant.payload);
  const auto read = read_grant_fields(reader);
  if (!read) return std::unexpected(GrantFlaw::kMalformed);
  if (read->owner != owner) return std::unexpected(GrantFlaw::kForged);
  if (read->share != share || read->root != root) return std::unexpected(GrantFlaw::kOtherShare);
  if (read->grantee != shown_by) return std::unexpected(GrantFlaw::kForeign);
  if (now + identity::kClockTolerance < read->not_before) return std::unexpected(GrantFlaw::kNotYet);
  if (now >= read->expires_at) return std::unexpected(GrantFlaw::kExpired);
  return *read;
}

std::string to_text(const GrantId& id) {
  return to_base32(id.view());
}

}  // namespace covey::access
