#include "identity/membership.hpp"

#include "base/cursor.hpp"
#include "base/record_time.hpp"

// Numbers are big-endian, times milliseconds since the Unix epoch.
//
//   claim      := version:u8=1 network_key:32 peer_id:33 claimed_at:u64 name_length:u8(3..32) name
//   membership := claim_length:u16 claim claim_signature:64 serial:u64 issued_at:u64 expires_at:u64
//   network_signature:64
//
// The claim's signature covers kMembershipClaimLabel and the claim; the network's covers kMembershipLabel and
// all bytes before it.

namespace covey::identity {
namespace {

constexpr Byte kMembershipVersion = 1;
constexpr std::size_t kMaxClaimBytes = 128;

Result<NameClaim> read_claim(ByteView payload) {
  if (payload.size() > kMaxClaimBytes)
    return fail(ErrorCode::kLimitExceeded, "a claim to a name of {} bytes", payload.size());
  ByteReader reader(payload);
  TRY(const Byte version, reader.number<Byte>());
  if (version > kMembershipVersion)
    return fail(ErrorCode::kUnsupported, "a membership of a newer version of Covey; update this one");
  if (version != kMembershipVersion) return fail(ErrorCode::kMalformed, "a membership of version 0");
  TRY(const auto network, reader.fixed<crypto::PublicKey>());
  TRY(const ByteView id, reader.raw(PeerId::kBytes));
  TRY(const PeerId peer, PeerId::from_bytes(id));
  TRY(const WallTime claimed_at, read_time(reader));
  TRY(const Byte length, reader.number<Byte>());
  TRY(const ByteView text, reader.raw(length));
  TRY_VOID(reader.expect_done());
  auto name = PeerName::parse(as_text(text));
  if (!name) return fail(ErrorCode::kMalformed, "a membership with a name that is none");
  return NameClaim{.network = network, .peer = peer, .name = std::move(*name), .claimed_at = claimed_at};
}

Result<Membership> read_membership(ByteReader& reader, SignedNameClaim& signed_claim) {
  TRY(const ByteView claim, reader.sized16(kMaxClaimBytes));
  signed_claim.payload = to_bytes(claim);
  TRY(signed_claim.signature, reader.fixed<crypto::Signature>());
  TRY(const auto serial, reader.number<std::uint64_t>());
  TRY(const WallTime issued_at, read_time(reader));
  TRY(const WallTime expires_at, read_time(reader));
  TRY(auto fields, read_claim(claim));
  return Membership{
      .claim = std::move(fields), .serial = serial, .issued_at = issued_at, .expires_at = expires_at};
}

Result<> check_times(const Membership& membership, WallTime now) {
  if (membership.expires_at <= membership.issued_at ||
      membership.expires_at - membership.issued_at > kMaxMembershipLife) {
    return fail(ErrorCode::kMalformed, "a membership for longer than a membership may last");
  }
  if (now >= membership.expires_at) {
    return fail(ErrorCode::kExpired,
                "the membership of {} has expired; it is renewed when its peer reaches the tracker",
                membership.claim.name.text());
  }
  if (now < membership.issued_at - kClockTolerance) {
    return fail(ErrorCode::kVerificationFailed,
                "the membership of {} begins in the future; compare the clocks of both machines",
                membership.claim.name.text());
  }
  return {};
}

}  // namespace

SignedNameClaim sign(const NameClaim& claim, const DeviceKey& peer) {
  ByteWriter out(kMaxClaimBytes);
  out.number(kMembershipVersion)
      .raw(claim.network.view())
      .raw(claim.peer.bytes())
      .number(record_time(claim.claimed_at));
  out.number(static_cast<Byte>(claim.name.text().size())).raw(as_bytes(claim.name.text()));
  SignedNameClaim signed_one{.payload = out.take(), .signature = {}};
  signed_one.signature = peer.sign(crypto::kMembershipClaimLabel, signed_one.payload);
  return signed_one;
}

Result<NameClaim> verify(const SignedNameClaim& claim) {
  TRY(auto fields, read_claim(claim.payload));
  if (!crypto::verify(fields.peer.public_key(), crypto::kMembershipClaimLabel, claim.payload,
                      claim.signature))
    return fail(ErrorCode::kVerificationFailed, "a claim to a name that its peer did not sign");
  return fields;
}

Bytes endorse(const SignedNameClaim& claim, std::uint64_t serial, WallTime issued_at, WallTime expires_at,
              const crypto::SigningKey& network) {
  ByteWriter out(kMaxMembershipBytes);
  out.sized16(claim.payload).raw(claim.signature.view()).number(serial);
  out.number(record_time(issued_at)).number(record_time(expires_at));
  const auto signature = network.sign(crypto::kMembershipLabel, out.bytes());
  return out.raw(signature.view()).take();
}

Result<Membership> verify_membership(ByteView record, const crypto::PublicKey& network, WallTime now) {
  if (record.size() > kMaxMembershipBytes)
    return fail(ErrorCode::kLimitExceeded, "a membership of {} bytes", record.size());
  if (record.size() <= crypto::Signature::kSize)
    return fail(ErrorCode::kMalformed, "a membership that ends early");
  const ByteView endorsed = record.first(record.size() - crypto::Signature::kSize);
  ByteReader reader(endorsed);
  SignedNameClaim signed_claim;
  TRY(auto membership, read_membership(reader, signed_claim));
  TRY_VOID(reader.expect_done());
  if (membership.claim.network != network)
    return fail(ErrorCode::kVerificationFailed, "a membership of another network");
  const auto signature = crypto::Signature::from(record.last(crypto::Signature::kSize));
  if (!crypto::verify(network, crypto::kMembershipLabel, endorsed, signature))
    return fail(ErrorCode::kVerificationFailed, "a membership that its network did not sign");
  TRY_VOID(verify(signed_claim));
  TRY_VOID(check_times(membership, now));
  return membership;
}

}  // namespace covey::identity
